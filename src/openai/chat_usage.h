// Token counts as Chat Completions servers report them. All of them are optional, and each is nullopt when it
// is missing, negative or absurd (`suspect` tells); strings and floats that hold a whole number are accepted.
//
// Whether the prompt's count includes what the cache gave differs between servers, and confusing the two is
// the classic bug of usage accounting; so what was found under which convention is kept apart here.
// https://openrouter.ai/docs/use-cases/usage-accounting
#pragma once

#include "json/document.h"

#include <cstdint>
#include <optional>

namespace dragoman::openai {

struct ChatUsage {
    std::optional<std::uint64_t> prompt_tokens {};
    std::optional<std::uint64_t> completion_tokens {};
    std::optional<std::uint64_t> total_tokens {};
    std::optional<std::uint64_t> reasoning_tokens {};

    // Part of prompt_tokens.
    std::optional<std::uint64_t> cached_tokens {};
    std::optional<std::uint64_t> cache_write_tokens {};

    // In Anthropic's spelling, and in Anthropic's convention: not part of prompt_tokens.
    std::optional<std::uint64_t> cache_read_input_tokens {};
    std::optional<std::uint64_t> cache_creation_input_tokens {};

    std::optional<std::uint64_t> web_search_requests {};
    std::optional<double> cost_usd {};
    bool suspect = false;
};

ChatUsage read_usage(json::Object object);

} // namespace dragoman::openai
