#include "translate/messages_history_edit.h"

#include "json/escape.h"
#include "json/writer.h"
#include "route/model_quirks.h"
#include "translate/deferred_tools.h"
#include "translate/envelope.h"
#include "translate/messages_json.h"
#include "translate/messages_refused_edit.h"
#include "translate/messages_server_tools.h"
#include "translate/prefill.h"
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
        edits_.replace(system, "\"" + std::string(rest.escaped) + "\"");
        return json::is_blank(rest);
    }
    auto blocks = system.array();
    if (!blocks)
        return false;
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
    return edits_.remove_elements(*blocks, unwanted);
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

const anthropic::Block* HistoryEditor::decoded_block(const Value& value) const
{
    for (const anthropic::Message& message : request_.messages)
        for (const anthropic::Block& block : message.blocks)
            if (block.raw.text.data() == value.raw().text.data())
                return &block;
    return nullptr;
}

// True when the block is about a tool that the endpoint does not run, and says nothing else.
bool HistoryEditor::tell_foreign_work(const Value& value)
{
    if (rules_.all_tools)
        return false;
    const std::string_view type = string_at(*value.object(), "type");
    if (type == "tool_result" || !(type.ends_with("_tool_use") || type.ends_with("_tool_result")))
        return false;
    const anthropic::Block* block = decoded_block(value);
    if (block == nullptr || !is_foreign_work(*block, target_))
        return false;
    std::string text = told_as_text(*block, request_, target_, notes_);
    if (text.empty())
        return true;
    notes_.repair(type);
    edits_.replace(value, std::move(text));
    return false;
}

// True when nothing of the content is left.
bool HistoryEditor::edit_content(const Array& content)
{
    std::vector<std::size_t> unwanted;
    std::size_t position = 0;
    for (Value value : content) {
        const std::size_t here = position++;
        auto block = value.object();
        if (block && (is_unwanted_block(*block) || tell_foreign_work(value))) {
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
        bool goes = false;
        if (system && !rules_.own_api && rules_.system_messages)
            write_in_blocks(*message);
        if (system && !rules_.system_messages) {
            fold_system_message(*message, before);
            goes = before && string_at(*before, "role") == "user";
        } else if (auto content = array_at(*message, "content")) {
            goes = edit_content(*content);
        }
        if (goes)
            unwanted.push_back(here);
        else
            before = message;
    }
    edits_.remove_elements(*list, unwanted);
    ask_for_the_rest(messages);
}

// Of an answer that was begun, where a conversation must not end with one.
void HistoryEditor::ask_for_the_rest(const Value& messages)
{
    if (takes_prefill(target_) || !begins_the_answer(request_))
        return;
    notes_.repair("prefill");
    edits_.insert(
        end_of(messages) - 1, R"(,{"role":"user","content":")" + std::string(rest_of_the_answer) + "\"}");
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
void HistoryEditor::fold_system_message(const Object& message, const std::optional<Object>& before)
{
    const std::string text = reminder(message);
    auto content = before ? before->find("content") : std::nullopt;
    if (content && string_at(*before, "role") == "user") {
        if (content->is(Type::string)) {
            edits_.insert(end_of(*content) - 1, "\\n\\n" + text);
        } else if (auto blocks = content->array()) {
            const std::string_view comma = blocks->empty() ? "" : ",";
            edits_.insert(
                end_of(*content) - 1, std::string(comma) + R"({"type":"text","text":")" + text + "\"}");
        }
        return;
    }
    if (auto role = message.find("role"))
        edits_.replace(*role, "\"user\"");
    if (auto own = message.find("content"))
        edits_.replace(*own, "\"" + text + "\"");
}

const anthropic::Tool* HistoryEditor::decoded_tool(const Value& value) const
{
    const auto found = std::ranges::find_if(request_.tools,
        [&](const anthropic::Tool& tool) { return tool.raw.text.data() == value.raw().text.data(); });
    return found == request_.tools.end() ? nullptr : &*found;
}

void HistoryEditor::edit_tool(const Value& value)
{
    const auto tool = value.object();
    if (!tool)
        return;
    const anthropic::Tool* decoded = rules_.all_tools || !tool->find("type") ? nullptr : decoded_tool(value);
    if (auto known = decoded ? in_known_form(*decoded, target_) : std::nullopt)
        return edits_.replace(value, std::move(*known));
    remove_scope(*tool);
    rewrite_schema(edits_, *tool, target_);
}

// The tools anew, where some of them were deferred.
std::string HistoryEditor::rewritten_tools()
{
    std::string active;
    json::Writer json(active);
    json.begin_array();
    for (const anthropic::Tool* tool : active_tools(request_, target_, notes_))
        if (is_left_out(*tool, target_))
            notes_.drop("tools." + json::unescape(json::clip(tool->type, 64)));
        else if (auto known = in_known_form(*tool, target_))
            json.raw({ *known });
        else
            json.raw({ undeferred(*tool, target_) });
    json.end_array();
    return active;
}

bool HistoryEditor::edit_tools(const Value& tools)
{
    auto list = tools.array();
    if (!list || rules_.own_api)
        return false;
    const bool deferred = std::any_of(request_.tools.begin(), request_.tools.end(),
        [](const anthropic::Tool& tool) { return tool.defer_loading || is_placeholder(tool); });
    if (deferred && !rules_.deferred_tools) {
        std::string active = rewritten_tools();
        const bool none = active == "[]";
        edits_.replace(tools, std::move(active));
        return none && !rules_.all_tools;
    }
    std::vector<std::size_t> unwanted;
    std::size_t position = 0;
    for (Value value : *list) {
        const std::size_t here = position++;
        const anthropic::Tool* decoded = rules_.all_tools ? nullptr : decoded_tool(value);
        if (decoded != nullptr && is_left_out(*decoded, target_)) {
            unwanted.push_back(here);
            notes_.drop("tools." + json::unescape(json::clip(decoded->type, 64)));
        } else {
            edit_tool(value);
        }
    }
    return !unwanted.empty() && edits_.remove_elements(*list, unwanted);
}

} // namespace dragoman::translate
