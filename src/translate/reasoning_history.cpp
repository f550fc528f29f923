#include "translate/reasoning_history.h"

#include "json/document.h"
#include "json/escape.h"
#include "translate/envelope.h"
#include "translate/json_edits.h"

#include <algorithm>
#include <array>
#include <optional>

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::BlockType;
using anthropic::Message;
using anthropic::Role;

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

// Whose details are of this format; empty for formats that any open model may use.
std::string_view vendor_of_format(json::RawString format)
{
    struct Row {
        std::string_view format;
        std::string_view vendor;
    };
    constexpr std::array rows = std::to_array<Row>({ { claude_reasoning_format, "anthropic" },
        { "google-gemini-v1", "google" }, { "openai-responses-v1", "openai" },
        { "azure-openai-responses-v1", "openai" }, { "xai-responses-v1", "x-ai" } });
    for (const Row& row : rows)
        if (json::key_is(format, row.format))
            return row.vendor;
    return {};
}

// A model to fall back on may have answered in the place of the one that the envelope names.
bool fits(const std::string& detail, std::string_view family)
{
    json::Document document;
    auto root = document.parse(detail);
    auto object = root ? root->object() : std::nullopt;
    auto format = object ? object->find("format") : std::nullopt;
    auto name = format ? format->string() : std::nullopt;
    const std::string_view vendor = name ? vendor_of_format(*name) : std::string_view {};
    return vendor.empty() || vendor == family.substr(0, family.find('/'));
}

bool is_open(std::string_view family) { return family.ends_with("/open"); }

} // namespace

std::string reasoning_family(std::string_view model)
{
    const route::Target target { .model = std::string(model) };
    const std::string vendor(target.vendor());
    const std::string_view name = target.base_name();
    if (vendor == "anthropic")
        return "anthropic/claude";
    if (vendor == "google" && name.starts_with("gemini"))
        return "google/gemini";
    if (vendor == "x-ai" || (vendor == "openai" && !name.starts_with("gpt-oss")))
        return vendor + "/responses";
    return vendor + "/open";
}

// Anthropic's reference: without `keep`, the last turn keeps its thinking.
std::size_t first_kept_message(const anthropic::MessagesRequest& request)
{
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
    : openrouter_(target.openrouter)
    , family_(reasoning_family(target.model))
    , first_kept_(first_kept_message(request))
{
}

MessageReasoning ReasoningHistory::of(std::span<const Block* const> blocks) const
{
    MessageReasoning reasoning;
    for (const Block* block : blocks)
        if (is_thinking(*block))
            add_block(reasoning, *block);
    if (!reasoning.details.empty() || json::is_blank({ reasoning.text })) {
        reasoning.field.clear();
        reasoning.text.clear();
    }
    return reasoning;
}

void ReasoningHistory::add_block(MessageReasoning& reasoning, const Block& block) const
{
    const json::RawString carrier = block.type == BlockType::thinking ? block.signature : block.data;
    if (is_envelope(carrier))
        return add_envelope(reasoning, block, carrier);
    if (!carrier.empty())
        return add_signed(reasoning, block, carrier);
    if (openrouter_ && is_open(family_))
        add_text(reasoning, "reasoning", block);
}

void ReasoningHistory::add_envelope(
    MessageReasoning& reasoning, const Block& block, json::RawString carrier) const
{
    auto envelope = decode_envelope(carrier);
    if (!envelope || envelope->dialect == responses_dialect || reasoning_family(envelope->model) != family_)
        return;
    if (!openrouter_) {
        if (!envelope->field.empty())
            add_text(reasoning, envelope->field, block);
        return;
    }
    for (std::string& detail : envelope->details)
        if (fits(detail, family_))
            reasoning.details.push_back(std::move(detail));
    if (envelope->details.empty() && is_open(family_))
        add_text(reasoning, "reasoning", block);
}

void ReasoningHistory::add_text(MessageReasoning& reasoning, std::string_view field, const Block& block) const
{
    if (!reasoning.field.empty() && reasoning.field != field)
        return;
    reasoning.field = field;
    json::append_mended(reasoning.text, block.thinking);
}

// A signature of Anthropic's own: only a Claude can read it.
void ReasoningHistory::add_signed(
    MessageReasoning& reasoning, const Block& block, json::RawString carrier) const
{
    if (!openrouter_ || family_ != "anthropic/claude")
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
