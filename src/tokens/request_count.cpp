#include "tokens/request_count.h"

#include "base/limits.h"
#include "json/escape.h"
#include "tokens/media.h"
#include "tokens/part_counter.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::tokens {

namespace {

using anthropic::Block;
using anthropic::Blocks;
using anthropic::BlockType;
using anthropic::Message;
using anthropic::MessagesRequest;
using anthropic::Role;
using anthropic::SourceType;
using anthropic::Tool;
using json::RawString;
using json::RawValue;

// What chat templates put around things, in tokens: role and separators, a call's frame, a tool's frame.
constexpr std::uint64_t message_frame = 4;
constexpr std::uint64_t call_frame = 8;
constexpr std::uint64_t tool_frame = 12;
constexpr std::uint64_t tools_frame = 16; // once, if there are any
constexpr std::uint64_t document_frame = 12;
constexpr std::uint64_t picture_note = 16; // instead of a picture
constexpr std::uint64_t answer_start = 3;

constexpr std::string_view billing_line = "x-anthropic-billing-header:";

using Names = std::set<std::string_view>;

// Names of tools that the history brings in, by reference or by call, and of those it takes away.
struct ToolNames {
    std::set<std::string_view> active {};
    std::set<std::string_view> removed {};

    void read(const Blocks& blocks);
    bool shows(const Tool& tool, bool all) const
    {
        const auto name = tool.name.escaped;
        return (!tool.defer_loading || all || active.contains(name)) && !removed.contains(name);
    }
};

void ToolNames::read(const Blocks& blocks)
{
    for (const auto& block : blocks) {
        if (block.type == BlockType::tool_removal)
            removed.insert(block.name.escaped);
        if (block.type == BlockType::tool_addition)
            removed.erase(block.name.escaped);
        if (block.type == BlockType::tool_addition || block.type == BlockType::tool_reference
            || block.type == BlockType::tool_use)
            active.insert(block.name.escaped);
        read(block.content);
    }
}

class RequestCounter {
public:
    RequestCounter(const MessagesRequest& request, const Sent& sent, PartCounter& parts)
        : request_(request)
        , sent_(sent)
        , parts_(parts)
    {
    }

    RequestCount count();

private:
    std::uint64_t system();
    std::uint64_t tools();
    std::uint64_t messages();
    std::uint64_t tool(const Tool& tool);
    std::uint64_t message(const Message& message);
    std::uint64_t blocks(const Blocks& blocks);
    std::uint64_t block(const Block& block);
    std::uint64_t document(const Block& block);
    std::uint64_t named_source(const Block& block);
    std::uint64_t server_result(const Block& block);

    std::uint64_t text(RawString string) { return parts_.string(string); }
    std::uint64_t json(RawValue value) { return parts_.json(value.text); }
    std::uint64_t without_billing_line(RawString string);

    const MessagesRequest& request_;
    const Sent& sent_;
    PartCounter& parts_;
};

RequestCount RequestCounter::count()
{
    return { .system = system(), .tools = tools(), .messages = messages() };
}

// The line that Claude Code puts first for its own upstream goes to no other, so it is not billed.
std::uint64_t RequestCounter::without_billing_line(RawString string)
{
    if (!string.escaped.starts_with(billing_line))
        return text(string);
    const auto end = string.escaped.find("\\n");
    return end == std::string_view::npos ? 0 : text({ string.escaped.substr(end + 2) });
}

std::uint64_t RequestCounter::system()
{
    std::uint64_t total = 0;
    for (const auto& one : request_.system)
        total += one.type == BlockType::text ? without_billing_line(one.text) : block(one);
    if (total > 0)
        total += message_frame;
    return total + json(request_.output_config.format_schema);
}

std::uint64_t RequestCounter::tool(const Tool& tool)
{
    if (tool.input_schema.empty() && tool.description.empty())
        return tool_frame + text(tool.name) + json(tool.raw); // one that a server runs
    return tool_frame + text(tool.name) + text(tool.description) + json(tool.input_schema)
        + json(tool.input_examples);
}

// Deferred tools wait until they are found, except where the client leaves the finding to the server.
std::uint64_t RequestCounter::tools()
{
    ToolNames names;
    names.active.insert(request_.tool_choice.name.escaped);
    std::uint64_t total = 0;
    for (const auto& one : request_.messages) {
        names.read(one.blocks);
        for (const auto& block : one.blocks)
            for (const auto& definition : block.details->definition)
                total += tool(definition);
    }
    const bool all = std::any_of(request_.tools.begin(), request_.tools.end(),
        [](const Tool& tool) { return tool.type.escaped.starts_with("tool_search_tool_"); });
    for (const auto& one : request_.tools)
        if (names.shows(one, all))
            total += tool(one);
    return total > 0 ? total + tools_frame : 0;
}

std::uint64_t RequestCounter::messages()
{
    std::uint64_t total = answer_start;
    const auto holds = [](const Message& message, BlockType type) {
        return std::any_of(message.blocks.begin(), message.blocks.end(),
            [type](const Block& block) { return block.type == type; });
    };
    std::size_t last_user_text = 0;
    for (std::size_t i = 0; i < request_.messages.size(); ++i)
        if (request_.messages[i].role == Role::user && holds(request_.messages[i], BlockType::text))
            last_user_text = i;
    for (std::size_t i = 0; i < request_.messages.size(); ++i) {
        const auto& one = request_.messages[i];
        if (one.clear_at_next_user_message && i < last_user_text)
            continue;
        if (holds(one, BlockType::compaction)) // stands for all that came before it
            total = answer_start;
        total += message(one);
    }
    return total;
}

std::uint64_t RequestCounter::message(const Message& message)
{
    return message_frame + blocks(message.blocks);
}

std::uint64_t RequestCounter::blocks(const Blocks& blocks)
{
    std::uint64_t total = 0;
    for (const auto& one : blocks)
        total += block(one);
    return total;
}

std::uint64_t RequestCounter::block(const Block& block)
{
    switch (block.type) {
    case BlockType::text:
    case BlockType::compaction:
        return text(block.text);
    case BlockType::thinking:
        return text(block.thinking);
    case BlockType::redacted_thinking: // encrypted, about as long as what it hides: four characters a token
        return block.data.escaped.size() * 3 / 16;
    case BlockType::tool_use:
    case BlockType::server_tool_use:
        return call_frame + text(block.name) + json(block.input);
    case BlockType::tool_result:
        return call_frame + blocks(block.content);
    case BlockType::server_tool_result:
        return call_frame + blocks(block.content);
    case BlockType::image:
        return sent_.pictures ? picture_tokens(block.details->source) : picture_note;
    case BlockType::document:
    case BlockType::search_result:
        return document(block);
    case BlockType::web_search_result:
    case BlockType::web_fetch_result:
    case BlockType::citation:
    case BlockType::execution_result:
    case BlockType::server_tool_error:
    case BlockType::tool_search_result:
        return server_result(block);
    case BlockType::tool_reference:
        return call_frame + text(block.name);
    case BlockType::tool_addition:
    case BlockType::tool_removal:
    case BlockType::fallback:
        return 0;
    case BlockType::container_upload:
        return call_frame + text(block.details->source.file_id);
    case BlockType::other:
        return parts_.json(block.raw.text.substr(0, limits::unknown_block_text));
    }
    return 0;
}

std::uint64_t RequestCounter::document(const Block& block)
{
    return document_frame + text(block.details->title) + text(block.details->context)
        + text(block.details->url) + blocks(block.content) + named_source(block);
}

std::uint64_t RequestCounter::named_source(const Block& block)
{
    switch (block.details->source.type) {
    case SourceType::text:
        return text(block.details->source.data);
    case SourceType::base64:
        return block.details->source.media_type.escaped.starts_with("text")
            ? block.details->source.data.escaped.size() * 3 / 16
            : parts_.pdf(block.details->source);
    case SourceType::url:
    case SourceType::file:
        return page_tokens;
    default:
        return 0;
    }
}

std::uint64_t RequestCounter::server_result(const Block& block)
{
    return text(block.details->title) + text(block.details->url) + text(block.details->output)
        + text(block.details->error_output) + text(block.details->error_code) + blocks(block.content);
}

} // namespace

RequestCount count_request(const MessagesRequest& request, const Sent& sent)
{
    PartCounter parts;
    return RequestCounter(request, sent, parts).count();
}

RequestCount count_request(const MessagesRequest& request, const Sent& sent, CountMemory& memory)
{
    PartCounter parts(memory);
    return RequestCounter(request, sent, parts).count();
}

std::optional<RequestCount> count_if_short(
    const MessagesRequest& request, const Sent& sent, CountMemory& memory, std::size_t new_bytes_max)
{
    PartCounter parts(memory, new_bytes_max);
    const auto count = RequestCounter(request, sent, parts).count();
    return parts.gave_up() ? std::nullopt : std::optional(count);
}

} // namespace dragoman::tokens
