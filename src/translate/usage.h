// Token counts, with the cache convention as a type.
//
// Anthropic's input_tokens excludes what the cache gave or took, OpenAI's prompt_tokens includes it. A number
// only becomes a Usage through one of the two structs that say which it is.
#pragma once

#include "anthropic/message_output.h"
#include "openai/chat_usage.h"
#include "translate/answer.h"

#include <cstdint>

namespace dragoman::translate {

struct PromptIncludingCache {
    std::uint64_t total = 0;
    std::uint64_t cache_read = 0;
    std::uint64_t cache_written = 0;
};

struct PromptExcludingCache {
    std::uint64_t fresh = 0;
    std::uint64_t cache_read = 0;
    std::uint64_t cache_written = 0;
};

// Parts that exceed the total are cut, so that the three counts add up to it.
PromptExcludingCache exclude_cache(PromptIncludingCache prompt);

Usage to_usage(const openai::ChatUsage& usage);

// A later report replaces an earlier one, field by field; what it does not say stays, and output never
// shrinks.
void merge_usage(openai::ChatUsage& known, const openai::ChatUsage& later);

// For an upstream that sent none: four bytes of output are a token, near enough.
Usage estimate_usage(std::uint64_t estimated_input, std::uint64_t output_bytes);

anthropic::MessageUsage to_message_usage(const Usage& usage, bool cache_ttl_1h);

} // namespace dragoman::translate
