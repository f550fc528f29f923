#include "openai/chat_usage.h"

#include <charconv>
#include <cmath>

namespace dragoman::openai {

namespace {

// No answer has more tokens than this; larger numbers are somebody's overflow.
constexpr double tokens_max = 1e9;

std::optional<double> lenient_number(json::Value value)
{
    if (auto number = value.number())
        return number;
    auto string = value.string();
    if (!string)
        return std::nullopt;
    std::string_view digits = string->escaped;
    double number = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc {} || end != digits.data() + digits.size())
        return std::nullopt;
    return number;
}

void read_count(json::Value value, std::optional<std::uint64_t>& count, bool& suspect)
{
    if (value.is(json::Type::null))
        return;
    auto number = lenient_number(value);
    if (!number || !(*number >= 0 && *number <= tokens_max)) {
        suspect = true;
        return;
    }
    count = static_cast<std::uint64_t>(std::llround(*number));
}

// The first of several spellings that holds a number wins.
void read_count_once(json::Value value, std::optional<std::uint64_t>& count, bool& suspect)
{
    if (!count)
        read_count(value, count, suspect);
}

void read_prompt_details(json::Object details, ChatUsage& usage)
{
    for (auto [key, value] : details) {
        if (key_is(key, "cached_tokens")) {
            usage.cached_tokens.reset();
            read_count(value, usage.cached_tokens, usage.suspect);
        } else if (key_is(key, "cache_write_tokens")) {
            read_count(value, usage.cache_write_tokens, usage.suspect);
        }
    }
}

void read_field(std::string_view key, json::Value value, ChatUsage& usage)
{
    bool& suspect = usage.suspect;
    if (key == "prompt_tokens") {
        usage.prompt_tokens.reset();
        read_count(value, usage.prompt_tokens, suspect);
    } else if (key == "completion_tokens") {
        usage.completion_tokens.reset();
        read_count(value, usage.completion_tokens, suspect);
    } else if (key == "input_tokens") {
        read_count_once(value, usage.prompt_tokens, suspect);
    } else if (key == "output_tokens") {
        read_count_once(value, usage.completion_tokens, suspect);
    } else if (key == "total_tokens") {
        read_count(value, usage.total_tokens, suspect);
    } else if (key == "prompt_cache_hit_tokens" || key == "cached_tokens") {
        read_count_once(value, usage.cached_tokens, suspect);
    } else if (key == "cache_read_input_tokens") {
        read_count(value, usage.cache_read_input_tokens, suspect);
    } else if (key == "cache_creation_input_tokens") {
        read_count(value, usage.cache_creation_input_tokens, suspect);
    } else if (key == "reasoning_tokens") {
        read_count_once(value, usage.reasoning_tokens, suspect);
    } else if (key == "cost") {
        if (auto cost = lenient_number(value); cost && *cost >= 0 && *cost < 1e6)
            usage.cost_usd = cost;
    }
}

void read_details(std::string_view key, json::Object details, ChatUsage& usage)
{
    if (key == "prompt_tokens_details" || key == "input_tokens_details") {
        read_prompt_details(details, usage);
    } else if (key == "completion_tokens_details" || key == "output_tokens_details") {
        if (auto tokens = details.find("reasoning_tokens"))
            read_count(*tokens, usage.reasoning_tokens, usage.suspect);
    } else if (key == "server_tool_use" || key == "server_tool_use_details") {
        if (auto requests = details.find("web_search_requests"))
            read_count(*requests, usage.web_search_requests, usage.suspect);
    }
}

} // namespace

ChatUsage read_usage(json::Object object)
{
    ChatUsage usage;
    for (auto [key, value] : object) {
        if (auto details = value.object())
            read_details(key.escaped, *details, usage);
        else
            read_field(key.escaped, value, usage);
    }
    return usage;
}

} // namespace dragoman::openai
