#include "translate/reasoning_history.h"

#include "json/document.h"
#include "json/escape.h"
#include "route/model_quirks.h"
#include "translate/envelope.h"
#include "translate/json_edits.h"

#include <algorithm>
#include <optional>

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::BlockType;
using anthropic::Message;
using anthropic::Role;
using route::Quirk;

bool is_thinking(const Block& block)
{
    return block.type == BlockType::thinking || block.type == BlockType::redacted_thinking;
}

bool has_thinking(const Message& message)
{
    return message.role == Role::assistant && std::ranges::any_of(message.blocks, is_thinking);
}

// Something a person said: it ends the turn of the assistant, which tool results do not.
bool begins_turn(const Message& message)
{
    return message.role == Role::user && std::ranges::none_of(message.blocks, [](const Block& block) {
        return block.type == BlockType::tool_result;
    });
}

// The position of the message where the last `turns` turns with thinking begin.
std::size_t start_of_last_turns(const std::vector<Message>& messages, std::int64_t turns)
{
    bool turn_has_thinking = false;
    std::int64_t seen = 0;
    for (std::size_t i = messages.size(); i-- > 0;) {
        turn_has_thinking = turn_has_thinking || has_thinking(messages[i]);
        if (!begins_turn(messages[i]) || !turn_has_thinking)
            continue;
        turn_has_thinking = false;
        if (++seen >= turns)
            return i;
    }
    return 0;
}

// A string of a JSON object, as it is escaped there; empty when there is none.
std::string member(const std::string& text, std::string_view name)
{
    json::Document document;
    auto root = document.parse(text);
    auto object = root ? root->object() : std::nullopt;
    auto value = object ? object->find(name) : std::nullopt;
    auto string = value ? value->string() : std::nullopt;
    return std::string(string ? string->escaped : std::string_view {});
}

// A model to fall back on may have answered in the place of the one that the envelope names.
bool fits(const std::string& detail, std::string_view family)
{
    json::Document document;
    auto root = document.parse(detail);
    auto object = root ? root->object() : std::nullopt;
    auto format = object ? object->find("format") : std::nullopt;
    auto name = format ? format->string() : std::nullopt;
    return !name || route::reads_format(family, name->escaped);
}

ThoughtsBack form_of(const route::Target& target)
{
    if (target.has(Quirk::no_thoughts_back))
        return ThoughtsBack::nowhere;
    if (target.has(Quirk::reasoning_details))
        return ThoughtsBack::details;
    if (target.has(Quirk::reasoning_content_back) || target.has(Quirk::require_reasoning_content))
        return ThoughtsBack::field;
    if (target.has(Quirk::thinking_parts))
        return ThoughtsBack::parts;
    return target.has(Quirk::think_tags) ? ThoughtsBack::tags : ThoughtsBack::nowhere;
}

// Thoughts without details. Only routers have a field of their own for them.
std::string_view field_of(ThoughtsBack form, const route::Target& target)
{
    const bool router = form == ThoughtsBack::details && target.has(Quirk::routing_fields);
    return router ? "reasoning" : "reasoning_content";
}

// A model that was told not to think takes no thoughts.
bool is_required(const anthropic::MessagesRequest& request, const route::Target& target)
{
    using anthropic::ThinkingType;
    return target.has(Quirk::require_reasoning_content) && request.thinking.type != ThinkingType::disabled
        && request.thinking.type != ThinkingType::between_tools;
}

} // namespace

// Anthropic's reference: without `keep`, the last turn keeps its thinking.
std::size_t first_kept_message(const anthropic::MessagesRequest& request, const route::Target& target)
{
    if (target.has(Quirk::no_thoughts_back))
        return request.messages.size();
    std::size_t first = 0;
    for (const anthropic::ContextEdit& edit : request.context_edits) {
        if (!edit.type.escaped.starts_with("clear_thinking") || edit.keep_all)
            continue;
        std::int64_t turns = std::max<std::int64_t>(1, edit.keep_thinking_turns.value_or(1));
        first = std::max(first, start_of_last_turns(request.messages, turns));
    }
    return first;
}

ReasoningHistory::ReasoningHistory(const anthropic::MessagesRequest& request, const route::Target& target)
    : form_(form_of(target))
    , field_(field_of(form_, target))
    , signs_calls_(target.has(Quirk::thought_signatures))
    , requires_field_(is_required(request, target))
    , family_(route::model_family(target.model))
    , first_kept_(first_kept_message(request, target))
{
}

MessageReasoning ReasoningHistory::of(std::span<const Block* const> blocks) const
{
    MessageReasoning reasoning;
    for (const Block* block : blocks)
        if (is_thinking(*block))
            add_block(reasoning, *block);
    if (!reasoning.details.empty() || json::is_blank({ reasoning.text })) {
        reasoning.field = {};
        reasoning.text.clear();
    }
    if (requires_field_ && form_ == ThoughtsBack::field)
        reasoning.field = field_;
    return reasoning;
}

std::vector<CallSignature> ReasoningHistory::signatures(std::span<const Block* const> blocks) const
{
    std::vector<CallSignature> found;
    for (const Block* block : blocks) {
        if (!is_thinking(*block))
            continue;
        auto envelope = decode_envelope(block->type == BlockType::thinking ? block->signature : block->data);
        if (!envelope || envelope->dialect == responses_dialect
            || route::model_family(envelope->model) != family_)
            continue;
        for (const std::string& detail : envelope->details)
            if (std::string data = member(detail, "data"); !data.empty() && fits(detail, family_))
                found.push_back({ json::unescape({ member(detail, "id") }), std::move(data) });
    }
    return found;
}

void ReasoningHistory::add_block(MessageReasoning& reasoning, const Block& block) const
{
    const json::RawString carrier = block.type == BlockType::thinking ? block.signature : block.data;
    if (form_ == ThoughtsBack::nowhere)
        return;
    if (is_envelope(carrier))
        return add_envelope(reasoning, block, carrier);
    if (!carrier.empty())
        return add_signed(reasoning, block, carrier);
    if (route::is_open_family(family_))
        add_text(reasoning, block);
}

void ReasoningHistory::add_envelope(
    MessageReasoning& reasoning, const Block& block, json::RawString carrier) const
{
    auto envelope = decode_envelope(carrier);
    if (!envelope || envelope->dialect == responses_dialect
        || route::model_family(envelope->model) != family_)
        return;
    if (form_ != ThoughtsBack::details) {
        add_text(reasoning, block);
        if (json::is_blank(block.thinking))
            for (const std::string& detail : envelope->details)
                add_hidden_text(reasoning, detail);
        return;
    }
    for (std::string& detail : envelope->details)
        if (fits(detail, family_))
            reasoning.details.push_back(std::move(detail));
    if (envelope->details.empty() && route::is_open_family(family_))
        add_text(reasoning, block);
}

void ReasoningHistory::add_text(MessageReasoning& reasoning, const Block& block) const
{
    reasoning.field = field_;
    json::append_mended(reasoning.text, block.thinking);
}

// Of a block that the client was shown without its text.
void ReasoningHistory::add_hidden_text(MessageReasoning& reasoning, const std::string& detail) const
{
    reasoning.field = field_;
    reasoning.text += member(detail, "text");
}

// A signature of Anthropic's own: only a Claude can read it.
void ReasoningHistory::add_signed(
    MessageReasoning& reasoning, const Block& block, json::RawString carrier) const
{
    if (form_ != ThoughtsBack::details || !route::reads_format(family_, claude_reasoning_format))
        return;
    std::string detail;
    json::Writer json(detail);
    json.begin_object().key("type");
    if (block.type == BlockType::thinking)
        json.text("reasoning.text").key("text").string(block.thinking).key("signature").string(carrier);
    else
        json.text("reasoning.encrypted").key("data").string(carrier);
    json.key("format").text(claude_reasoning_format);
    json.key("index").integer(static_cast<std::int64_t>(reasoning.details.size())).end_object();
    reasoning.details.push_back(std::move(detail));
}

void follow_calls(MessageReasoning& reasoning, const std::map<std::string, std::string>& shown)
{
    for (std::string& detail : reasoning.details) {
        json::Document document;
        auto root = document.parse(detail);
        auto object = root ? root->object() : std::nullopt;
        auto value = object ? object->find("id") : std::nullopt;
        auto id = value ? value->string() : std::nullopt;
        const auto call = id ? shown.find(json::unescape(*id)) : shown.end();
        if (call == shown.end() || call->first == call->second)
            continue; // as it came, byte for byte
        JsonEdits edits(detail);
        edits.replace(*value, '"' + json::escape(call->second) + '"');
        std::string renamed = edits.apply().text();
        detail = std::move(renamed);
    }
}

void append_reasoning(json::Writer& json, const MessageReasoning& reasoning)
{
    if (!reasoning.details.empty()) {
        json.key("reasoning_details").begin_array();
        for (const std::string& detail : reasoning.details)
            json.raw({ detail });
        json.end_array();
    } else if (!reasoning.field.empty()) {
        json.key(reasoning.field).string({ reasoning.text });
    }
}

} // namespace dragoman::translate
