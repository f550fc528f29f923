#include "translate/token_limits.h"

#include <fmt/format.h>

#include <algorithm>

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::BlockType;
using route::Quirk;

constexpr std::uint64_t margin = 64;
constexpr std::uint64_t floor_beside_prompt = 1024; // less is no answer: let the upstream say that it is full
constexpr std::uint64_t least_limit = 16; // where less is refused
constexpr std::uint64_t prewarm_tokens = 16;
constexpr std::uint64_t bytes_per_token = 4;
constexpr std::uint64_t picture_tokens = 1600;
constexpr std::uint64_t page_tokens_divisor = 32; // of a PDF's bytes in base64
constexpr std::uint64_t tokens_per_message = 4;

std::uint64_t raise_and_lower(std::uint64_t wanted, const route::Target& target, std::uint64_t input)
{
    if (target.facts && target.facts->max_output && *target.facts->max_output > 0)
        wanted = std::min(wanted, *target.facts->max_output);
    if (target.facts && target.facts->context_length) {
        const std::uint64_t window = *target.facts->context_length;
        const std::uint64_t room = window > input + margin ? window - input - margin : 0;
        wanted = std::min(wanted, std::max(room, floor_beside_prompt));
    }
    return target.has(Quirk::limit_from_16) ? std::max(wanted, least_limit) : wanted;
}

std::uint64_t rough_tokens(const Block& block)
{
    if (block.type == BlockType::image)
        return picture_tokens;
    if (block.type == BlockType::document && block.details->source.type == anthropic::SourceType::base64)
        return picture_tokens + block.details->source.data.escaped.size() / page_tokens_divisor;
    if (!block.content.empty()) {
        std::uint64_t tokens = 0;
        for (const Block& nested : block.content)
            tokens += rough_tokens(nested);
        return tokens;
    }
    return std::max(block.raw.text.size(), block.text.escaped.size()) / bytes_per_token;
}

} // namespace

TokenLimit token_limit(const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options, std::uint64_t estimated_input)
{
    if (request.max_tokens == 0)
        return { .max_tokens = prewarm_tokens, .prewarm = true };
    const std::uint64_t wanted = request.max_tokens && *request.max_tokens > 0
        ? static_cast<std::uint64_t>(*request.max_tokens)
        : options.default_max_tokens;
    const std::uint64_t input = estimated_input > 0 ? estimated_input : rough_input_tokens(request);
    const std::uint64_t allowed = options.most_output > 0 ? std::min(wanted, options.most_output) : wanted;
    return { .max_tokens = raise_and_lower(allowed, target, input) };
}

std::string_view max_tokens_field(const route::Target& target)
{
    return target.has(Quirk::max_completion_tokens) ? "max_completion_tokens" : "max_tokens";
}

Result<void> refuse_overflow(
    const anthropic::MessagesRequest& request, const route::Target& target, std::uint64_t input)
{
    if (!target.has(Quirk::silent_overflow) || !target.facts || !target.facts->context_length)
        return {};
    const std::uint64_t window = *target.facts->context_length;
    const std::uint64_t tokens = input > 0 ? input : rough_input_tokens(request);
    if (tokens <= window)
        return {};
    return Failure(
        Error::bad_request(fmt::format("prompt is too long: {} tokens > {} maximum", tokens, window)));
}

std::uint64_t rough_input_tokens(const anthropic::MessagesRequest& request)
{
    std::uint64_t tokens = 0;
    for (const Block& block : request.system)
        tokens += rough_tokens(block);
    for (const anthropic::Tool& tool : request.tools)
        if (!tool.defer_loading)
            tokens += tool.raw.text.size() / bytes_per_token;
    for (const anthropic::Message& message : request.messages) {
        tokens += tokens_per_message;
        for (const Block& block : message.blocks)
            tokens += rough_tokens(block);
    }
    return tokens;
}

} // namespace dragoman::translate
