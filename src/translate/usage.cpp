#include "translate/usage.h"

#include <algorithm>

namespace dragoman::translate {

namespace {

template <class T> void replace_if_known(std::optional<T>& known, const std::optional<T>& later)
{
    if (later)
        known = later;
}

// Reasoning is a part of completion_tokens, except at some providers that report it beside them: then it is
// larger than the whole, or the total only adds up with it.
std::uint64_t output_tokens(const openai::ChatUsage& usage)
{
    std::uint64_t completion = usage.completion_tokens.value_or(0);
    std::uint64_t reasoning = usage.reasoning_tokens.value_or(0);
    bool beside = reasoning > completion
        || (reasoning > 0 && usage.total_tokens
            && *usage.total_tokens == usage.prompt_tokens.value_or(0) + completion + reasoning);
    return beside ? completion + reasoning : completion;
}

PromptExcludingCache prompt_of(const openai::ChatUsage& usage)
{
    std::uint64_t prompt = usage.prompt_tokens.value_or(0);
    bool anthropic_spelling = usage.cache_read_input_tokens || usage.cache_creation_input_tokens;
    if (anthropic_spelling && !usage.cached_tokens)
        return { prompt, usage.cache_read_input_tokens.value_or(0),
            usage.cache_creation_input_tokens.value_or(usage.cache_write_tokens.value_or(0)) };
    std::uint64_t written = usage.cache_write_tokens.value_or(usage.cache_creation_input_tokens.value_or(0));
    return exclude_cache({ prompt, usage.cached_tokens.value_or(0), written });
}

} // namespace

PromptExcludingCache exclude_cache(PromptIncludingCache prompt)
{
    std::uint64_t read = std::min(prompt.cache_read, prompt.total);
    std::uint64_t written = std::min(prompt.cache_written, prompt.total - read);
    return { prompt.total - read - written, read, written };
}

Usage to_usage(const openai::ChatUsage& usage)
{
    PromptExcludingCache prompt = prompt_of(usage);
    return { .input_tokens = prompt.fresh,
        .output_tokens = output_tokens(usage),
        .cache_read_input_tokens = prompt.cache_read,
        .cache_creation_input_tokens = prompt.cache_written,
        .thinking_tokens = usage.reasoning_tokens,
        .web_search_requests = usage.web_search_requests };
}

void merge_usage(openai::ChatUsage& known, const openai::ChatUsage& later)
{
    std::uint64_t output = known.completion_tokens.value_or(0);
    replace_if_known(known.prompt_tokens, later.prompt_tokens);
    replace_if_known(known.completion_tokens, later.completion_tokens);
    if (known.completion_tokens && *known.completion_tokens < output) {
        known.completion_tokens = output;
        known.suspect = true;
    }
    replace_if_known(known.total_tokens, later.total_tokens);
    replace_if_known(known.reasoning_tokens, later.reasoning_tokens);
    replace_if_known(known.cached_tokens, later.cached_tokens);
    replace_if_known(known.cache_write_tokens, later.cache_write_tokens);
    replace_if_known(known.cache_read_input_tokens, later.cache_read_input_tokens);
    replace_if_known(known.cache_creation_input_tokens, later.cache_creation_input_tokens);
    replace_if_known(known.web_search_requests, later.web_search_requests);
    replace_if_known(known.cost_usd, later.cost_usd);
    known.suspect |= later.suspect;
}

Usage estimate_usage(std::uint64_t estimated_input, std::uint64_t output_bytes)
{
    return { .input_tokens = estimated_input, .output_tokens = (output_bytes + 3) / 4, .estimated = true };
}

anthropic::MessageUsage to_message_usage(const Usage& usage, bool cache_ttl_1h)
{
    return { .input_tokens = usage.input_tokens,
        .output_tokens = usage.output_tokens,
        .cache_creation_input_tokens = usage.cache_creation_input_tokens,
        .cache_read_input_tokens = usage.cache_read_input_tokens,
        .cache_creation_1h = cache_ttl_1h,
        .thinking_tokens = usage.thinking_tokens,
        .web_search_requests = usage.web_search_requests };
}

} // namespace dragoman::translate
