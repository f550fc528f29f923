#include "translate/messages_history_edit.h"

#include "json/escape.h"
#include "route/model_quirks.h"
#include "translate/envelope.h"
#include "translate/messages_json.h"
#include "translate/messages_scope.h"
#include "translate/messages_server_tools.h"
#include "translate/prefill.h"
#include "translate/system_prompt.h"

#include <algorithm>
#include <vector>

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::Blocks;
using anthropic::BlockType;
using json::Array;
using json::Field;
using json::Members;
using json::Object;
using json::RawString;
using json::Type;
using json::Value;

std::optional<Array> array_at(const Members& members, const json::Name& name)
{
    const Value found = members.find(name);
    return found.is_there() ? found.array() : std::nullopt;
}

// Whether the client put its attribution in front, which differs between requests that are alike otherwise.
bool has_billing_line(RawString text)
{
    return without_billing_line(text).escaped.size() != text.escaped.size();
}

} // namespace

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
        const auto object = value.object();
        if (!object)
            continue;
        const Members block(*object);
        const Value text = block.find("text");
        remove_scope(block.find("cache_control"), edits_, notes_);
        if (!text.is_there() || !text.is(Type::string) || !has_billing_line(*text.string()))
            continue;
        notes_.drop("billing header");
        const RawString rest = without_billing_line(*text.string());
        if (json::is_blank(rest))
            unwanted.push_back(here);
        edits_.replace(text, "\"" + std::string(rest.escaped) + "\"");
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
bool HistoryEditor::is_unwanted_block(const Members& block)
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
        || route::model_family(envelope->model) != route::model_family(target_.model))
        return std::nullopt;
    return envelope->signature;
}

// Whether another model signed it. Outside of envelopes signatures are Anthropic's.
bool HistoryEditor::is_foreign(std::string_view carrier) const
{
    return is_envelope({ carrier }) ? !own_signature(carrier) : !rules_.signed_thinking;
}

void HistoryEditor::edit_signature(const Value& carrier)
{
    const auto string = carrier.is_there() ? carrier.string() : std::nullopt;
    if (!string || string->empty())
        return;
    if (const auto own = own_signature(string->escaped))
        edits_.replace(carrier, '"' + json::escape(*own) + '"');
    else if (is_foreign(string->escaped)) // the thought stays, who had it is nobody's business
        edits_.replace(carrier, "\"\"");
}

void HistoryEditor::edit_block(const Members& block)
{
    remove_scope(block.find("cache_control"), edits_, notes_);
    const std::string_view type = string_at(block, "type");
    if (type == "thinking")
        edit_signature(block.find("signature"));
    else if (type == "redacted_thinking")
        edit_signature(block.find("data"));
    auto content = array_at(block, "content");
    if (!content)
        return;
    for (Value value : *content) {
        const auto object = value.object();
        if (!object)
            continue;
        const Members inner(*object);
        remove_scope(inner.find("cache_control"), edits_, notes_);
        if (!rules_.deferred_tools && string_at(inner, "type") == "tool_reference") {
            std::string text = "[Tool ";
            text.append(string_at(inner, "tool_name")).append(" is now available]");
            edits_.replace(value, R"({"type":"text","text":")" + text + "\"}");
        }
    }
}

// True when the block is about a tool that the endpoint does not run, and says nothing else.
bool HistoryEditor::tell_foreign_work(const Value& value, const Block* decoded)
{
    if (rules_.all_tools || decoded == nullptr || !is_foreign_work(*decoded, target_))
        return false;
    std::string text = told_as_text(*decoded, request_, target_, notes_);
    if (text.empty())
        return true;
    notes_.repair(decoded->type_name.escaped);
    edits_.replace(value, std::move(text));
    return false;
}

// What was decoded of these blocks; nothing if that was done for another field of the same name.
std::span<const Block> HistoryEditor::decoded(const Array& content, std::size_t message) const
{
    if (message >= request_.messages.size() || content.empty())
        return {};
    const Blocks& blocks = request_.messages[message].blocks;
    const bool same =
        !blocks.empty() && blocks.front().raw.text.data() == (*content.begin()).raw().text.data();
    return same ? std::span(blocks) : std::span<const Block>();
}

bool HistoryEditor::is_decoded(const Value& messages) const
{
    const auto filled = std::ranges::find_if(
        request_.messages, [](const anthropic::Message& message) { return !message.blocks.empty(); });
    return filled != request_.messages.end() && holds(messages, filled->blocks.front().raw);
}

// Whether nothing is to be done about the whole message: so with most of them.
bool HistoryEditor::is_settled(const anthropic::Message& message) const
{
    return message.role != anthropic::Role::system && (rules_.own_api || !message.has_beta_fields)
        && std::ranges::all_of(message.blocks, [this](const Block& block) { return is_settled(block); });
}

// Whether nothing is to be done, as far as what was decoded can tell: so with most blocks of a history.
bool HistoryEditor::is_settled(const Block& block) const
{
    const auto settled_inside = [](const Block& inside) {
        return (inside.type == BlockType::text || inside.type == BlockType::image) && !inside.cache_control;
    };
    switch (block.type) {
    case BlockType::text:
    case BlockType::tool_use:
        return !block.cache_control;
    case BlockType::tool_result:
        return !block.cache_control && std::ranges::all_of(block.content, settled_inside);
    case BlockType::thinking: // with a signature that Anthropic made and checks
        return !block.cache_control && rules_.thoughts && rules_.signed_thinking && !block.signature.empty()
            && !is_envelope(block.signature);
    default:
        return false;
    }
}

// True when nothing of the content is left.
bool HistoryEditor::edit_content(const Array& content, std::span<const Block> decoded)
{
    std::vector<std::size_t> unwanted;
    std::size_t position = 0;
    for (Value value : content) {
        const std::size_t here = position++;
        if (here < decoded.size() && is_settled(decoded[here]))
            continue;
        const auto object = value.object();
        if (!object)
            continue;
        const Members block(*object);
        const Block* known = here < decoded.size() ? &decoded[here] : nullptr;
        if (is_unwanted_block(block) || tell_foreign_work(value, known)) {
            unwanted.push_back(here);
            notes_.drop(string_at(block, "type"));
        } else if (!rules_.own_api) {
            edit_block(block);
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
    const bool known = is_decoded(messages);
    std::size_t position = 0;
    for (Value value : *list) {
        const std::size_t here = position++;
        auto message = value.object();
        if (!message)
            continue;
        if (known && remarks.empty() && is_settled(request_.messages[here])) {
            before = message;
            continue;
        }
        const Members fields(*message);
        if (!rules_.own_api
            && (fields.find("output_config").is_there() || fields.find("clear_at").is_there()))
            edits_.remove_fields(*message, [](const Field& field) {
                return json::key_is(field.key, "output_config") || json::key_is(field.key, "clear_at");
            });
        const bool system = string_at(fields, "role") == "system";
        if (system && !rules_.own_api && rules_.system_messages)
            write_in_blocks(*message);
        const Value content = fields.find("content");
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
        if (auto blocks = content.is_there() ? content.array() : std::nullopt;
            blocks && edit_content(*blocks, decoded(*blocks, here))) {
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

} // namespace dragoman::translate
