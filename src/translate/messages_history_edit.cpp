#include "translate/messages_history_edit.h"

#include "json/escape.h"
#include "json/writer.h"
#include "route/model_quirks.h"
#include "translate/deferred_tools.h"
#include "translate/envelope.h"
#include "translate/messages_json.h"
#include "translate/messages_refused_edit.h"
#include "translate/schema.h"
#include "translate/system_prompt.h"

#include <algorithm>
#include <vector>

namespace dragoman::translate {

namespace {

using json::Array;
using json::Field;
using json::Object;
using json::RawString;
using json::Type;
using json::Value;

std::optional<Array> array_at(const Object& object, std::string_view name)
{
    auto found = object.find(name);
    return found ? found->array() : std::nullopt;
}

std::size_t end_of(const Value& value) { return value.offset() + value.raw().text.size(); }

// Whether the client put its attribution in front, which differs between requests that are alike otherwise.
bool has_billing_line(RawString text) { return without_billing_line(text) != text; }

// What the vendor does not take in a schema it does not take in this dialect either.
void rewrite_schema(JsonEdits& edits, const Object& tool, const route::Target& target)
{
    const auto schema = rewrites_schemas(target) ? tool.find("input_schema") : std::nullopt;
    if (!schema)
        return;
    std::string rewritten;
    json::Writer json(rewritten);
    json::Document scratch;
    append_schema(json, schema->raw(), target, scratch);
    edits.replace(*schema, std::move(rewritten));
}

// The tool as it is declared to an upstream that knows nothing of deferral.
std::string undeferred(const anthropic::Tool& tool, const route::Target& target)
{
    json::Document document;
    auto root = document.parse(tool.raw.text);
    if (!root || !root->is(Type::object))
        return std::string(tool.raw.text);
    JsonEdits edits(tool.raw.text);
    edits.remove_fields(*root->object(), [&](const Field& field) {
        return json::key_is(field.key, "defer_loading") || is_refused_of_tool(field, target);
    });
    rewrite_schema(edits, *root->object(), target);
    if (auto mark = object_at(*root->object(), "cache_control"))
        edits.remove_fields(*mark, [](const Field& field) { return json::key_is(field.key, "scope"); });
    return edits.apply().text();
}

} // namespace

void HistoryEditor::remove_scope(const Object& holder)
{
    if (auto mark = object_at(holder, "cache_control"); mark && mark->find("scope")) {
        edits_.remove_fields(*mark, [](const Field& field) { return json::key_is(field.key, "scope"); });
        notes_.drop("cache_control.scope");
    }
}

bool HistoryEditor::edit_system(const Value& system)
{
    if (rules_.own_api)
        return false;
    if (auto text = system.string(); text && has_billing_line(*text)) {
        notes_.drop("billing header");
        const RawString rest = without_billing_line(*text);
        const bool blank = json::is_blank(rest);
        const std::string last =
            blank || rules_.last_words.empty() ? "" : "\\n\\n" + json::escape(rules_.last_words);
        edits_.replace(system, "\"" + std::string(rest.escaped) + last + "\"");
        return blank;
    }
    auto blocks = system.array();
    if (!blocks) {
        append_last_words(system);
        return false;
    }
    std::vector<std::size_t> unwanted;
    std::size_t position = 0;
    for (Value value : *blocks) {
        const std::size_t here = position++;
        auto block = value.object();
        auto text = block ? block->find("text") : std::nullopt;
        if (block)
            remove_scope(*block);
        if (!text || !text->is(Type::string) || !has_billing_line(*text->string()))
            continue;
        notes_.drop("billing header");
        const RawString rest = without_billing_line(*text->string());
        if (json::is_blank(rest))
            unwanted.push_back(here);
        edits_.replace(*text, "\"" + std::string(rest.escaped) + "\"");
    }
    if (edits_.remove_elements(*blocks, unwanted))
        return true;
    append_last_words(system);
    return false;
}

void HistoryEditor::append_last_words(const Value& system)
{
    if (rules_.last_words.empty())
        return;
    const std::string words = json::escape(rules_.last_words);
    if (auto blocks = system.array(); blocks && !blocks->empty())
        edits_.insert(end_of(system) - 1, R"(,{"type":"text","text":")" + words + "\"}");
    else if (auto text = system.string(); text && !text->empty())
        edits_.insert(end_of(system) - 1, "\\n\\n" + words);
    else
        edits_.replace(system, '"' + words + '"');
}

// Blocks that dragoman itself put into the history, or that only Anthropic's own API knows. The others are
// never touched: a signature holds for the block and for all that stands before it.
bool HistoryEditor::is_unwanted_block(const Object& block)
{
    const std::string_view type = string_at(block, "type");
    if (!rules_.thoughts && (type == "thinking" || type == "redacted_thinking"))
        return true;
    if (type == "thinking") {
        const std::string_view signature = string_at(block, "signature");
        if (signature.empty())
            return rules_.signed_thinking;
        const bool readable = rules_.any_thinking && !string_at(block, "thinking").empty();
        return is_foreign(signature) && !readable;
    }
    if (type == "redacted_thinking")
        return is_foreign(string_at(block, "data"));
    return type == "fallback" && !rules_.own_api;
}

// What the same models at the same upstream signed it with, before we put that into an envelope.
std::optional<std::string> HistoryEditor::own_signature(std::string_view carrier) const
{
    const auto envelope = decode_envelope({ carrier });
    if (rules_.own_api || !envelope || envelope->dialect != messages_dialect || envelope->signature.empty()
        || envelope->provider != rules_.upstream_name
        || route::model_family(envelope->model) != rules_.family)
        return std::nullopt;
    return envelope->signature;
}

// Whether another model signed it. Outside of envelopes signatures are Anthropic's.
bool HistoryEditor::is_foreign(std::string_view carrier) const
{
    return is_envelope({ carrier }) ? !own_signature(carrier) : !rules_.signed_thinking;
}

void HistoryEditor::edit_signature(const Object& block, std::string_view name)
{
    const std::string_view carrier = string_at(block, name);
    if (carrier.empty())
        return;
    if (const auto own = own_signature(carrier))
        edits_.replace(*block.find(name), '"' + json::escape(*own) + '"');
    else if (is_foreign(carrier)) // the thought stays, who had it is nobody's business
        edits_.replace(*block.find(name), "\"\"");
}

void HistoryEditor::edit_block(const Object& block)
{
    remove_scope(block);
    const std::string_view type = string_at(block, "type");
    if (type == "thinking" || type == "redacted_thinking")
        edit_signature(block, type == "thinking" ? "signature" : "data");
    auto content = array_at(block, "content");
    if (!content)
        return;
    for (Value value : *content) {
        auto inner = value.object();
        if (!inner)
            continue;
        remove_scope(*inner);
        if (!rules_.deferred_tools && string_at(*inner, "type") == "tool_reference") {
            std::string text = "[Tool ";
            text.append(string_at(*inner, "tool_name")).append(" is now available]");
            edits_.replace(value, R"({"type":"text","text":")" + text + "\"}");
        }
    }
}

// True when nothing of the content is left.
bool HistoryEditor::edit_content(const Array& content)
{
    std::vector<std::size_t> unwanted;
    std::size_t position = 0;
    for (Value value : content) {
        const std::size_t here = position++;
        auto block = value.object();
        if (block && is_unwanted_block(*block)) {
            unwanted.push_back(here);
            notes_.drop(string_at(*block, "type"));
        } else if (block && !rules_.own_api) {
            edit_block(*block);
        }
    }
    return edits_.remove_elements(content, unwanted);
}

void HistoryEditor::edit_messages(const Value& messages)
{
    auto list = messages.array();
    if (!list)
        return;
    std::vector<std::size_t> unwanted;
    std::vector<Remark> remarks; // that no user message in front of them could take
    std::optional<Object> before; // the last message that stays
    std::size_t position = 0;
    for (Value value : *list) {
        const std::size_t here = position++;
        auto message = value.object();
        if (!message)
            continue;
        if (!rules_.own_api)
            edits_.remove_fields(*message, [](const Field& field) {
                return json::key_is(field.key, "output_config") || json::key_is(field.key, "clear_at");
            });
        const bool system = string_at(*message, "role") == "system";
        if (system && !rules_.own_api && rules_.system_messages)
            write_in_blocks(*message);
        auto content = message->find("content");
        if (system && !rules_.system_messages) {
            auto taken = before ? before->find("content") : std::nullopt;
            if (taken && string_at(*before, "role") == "user") {
                append_remark(*message, *taken);
                unwanted.push_back(here);
            } else {
                remarks.push_back({ *message, here });
            }
            continue;
        }
        if (auto blocks = content ? content->array() : std::nullopt; blocks && edit_content(*blocks)) {
            unwanted.push_back(here);
            continue;
        }
        if (!remarks.empty() && string_at(*message, "role") == "user") {
            prepend_remarks(remarks, *message);
            for (const Remark& remark : remarks)
                unwanted.push_back(remark.position);
        } else {
            for (const Remark& remark : remarks)
                make_remark(remark.message);
        }
        remarks.clear();
        before = message;
    }
    for (const Remark& remark : remarks)
        make_remark(remark.message);
    std::sort(unwanted.begin(), unwanted.end());
    edits_.remove_elements(*list, unwanted);
}

// While it is the newest a client marks a system message for the cache, which takes a block; later it writes
// the same text as a plain string. The upstream gets blocks both times, and so the same beginning.
void HistoryEditor::write_in_blocks(const Object& message)
{
    auto content = message.find("content");
    if (auto text = content ? content->string() : std::nullopt; text && !text->empty())
        edits_.replace(*content, R"([{"type":"text","text":)" + std::string(content->raw().text) + "}]");
}

// The texts of a system message, escaped, in the words that models know such remarks by. Both spellings of
// the content give the same.
std::string HistoryEditor::reminder(const Object& message)
{
    std::string text;
    auto content = message.find("content");
    if (auto plain = content ? content->string() : std::nullopt)
        text = plain->escaped;
    auto blocks = content ? content->array() : std::nullopt;
    if (!blocks)
        return "<system-reminder>\\n" + text + "\\n</system-reminder>";
    for (Value value : *blocks) {
        auto block = value.object();
        if (block && string_at(*block, "type") == "text")
            text.append(text.empty() ? "" : "\\n").append(string_at(*block, "text"));
        else if (block)
            notes_.drop(string_at(*block, "type"));
    }
    return "<system-reminder>\\n" + text + "\\n</system-reminder>";
}

// A message of the person's own would part a tool's call from its result in some upstreams' eyes, so the
// remark joins the user message in front of it.
void HistoryEditor::append_remark(const Object& message, const Value& before)
{
    const std::string text = reminder(message);
    if (before.is(Type::string)) {
        edits_.insert(end_of(before) - 1, "\\n\\n" + text);
    } else if (auto blocks = before.array()) {
        std::string block(comma_in(before, *blocks));
        edits_.insert(end_of(before) - 1, block + R"({"type":"text","text":")" + text + "\"}");
    }
}

// In front of a block that is added at the end.
std::string_view HistoryEditor::comma_in(const Value& content, const Array& blocks)
{
    const bool first = blocks.empty() && filled_ != content.offset();
    filled_ = content.offset();
    return first ? "" : ",";
}

// Those that stand behind a message of the assistant join the user message that follows, behind its results.
void HistoryEditor::prepend_remarks(const std::vector<Remark>& remarks, const Object& message)
{
    std::string text;
    for (const Remark& remark : remarks)
        text += (text.empty() ? "" : "\\n\\n") + reminder(remark.message);
    auto content = message.find("content");
    auto blocks = content ? content->array() : std::nullopt;
    if (!blocks) {
        if (content && content->is(Type::string))
            edits_.insert(content->offset() + 1, text + "\\n\\n");
        return;
    }
    bool results = false;
    for (Value value : *blocks)
        if (auto block = value.object())
            results = results || string_at(*block, "type") == "tool_result";
    const std::string block = R"({"type":"text","text":")" + text + "\"}";
    if (results || blocks->empty())
        edits_.insert(end_of(*content) - 1, std::string(comma_in(*content, *blocks)) + block);
    else
        edits_.insert(content->offset() + 1, block + ',');
}

void HistoryEditor::make_remark(const Object& message)
{
    if (auto role = message.find("role"))
        edits_.replace(*role, "\"user\"");
    if (auto own = message.find("content"))
        edits_.replace(*own, "\"" + reminder(message) + "\"");
}

void HistoryEditor::edit_tools(const Value& tools)
{
    auto list = tools.array();
    if (!list || rules_.own_api)
        return;
    const bool deferred = std::any_of(request_.tools.begin(), request_.tools.end(),
        [](const anthropic::Tool& tool) { return tool.defer_loading || is_placeholder(tool); });
    if (rules_.deferred_tools || !deferred) {
        for (Value value : *list)
            if (auto tool = value.object()) {
                remove_scope(*tool);
                rewrite_schema(edits_, *tool, target_);
            }
        return;
    }
    std::string active;
    json::Writer json(active);
    json.begin_array();
    for (const anthropic::Tool* tool : active_tools(request_, target_, notes_))
        json.raw({ undeferred(*tool, target_) });
    json.end_array();
    edits_.replace(tools, std::move(active));
}

} // namespace dragoman::translate
