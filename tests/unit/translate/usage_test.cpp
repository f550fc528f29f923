#include "json/document.h"
#include "translate/usage.h"

#include <gtest/gtest.h>

namespace dragoman::translate {

namespace {

openai::ChatUsage read(std::string_view text)
{
    static json::Document document;
    return openai::read_usage(*document.parse(text)->object());
}

Usage usage(std::string_view text) { return to_usage(read(text)); }

} // namespace

TEST(Usage, TakesTheCacheOutOfThePrompt) // U1, U2, U6
{
    Usage read = usage(
        R"({"prompt_tokens":1000,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":800}})");
    EXPECT_EQ(read.input_tokens, 200u);
    EXPECT_EQ(read.cache_read_input_tokens, 800u);
    EXPECT_EQ(read.output_tokens, 7u);
    Usage written = usage(
        R"({"prompt_tokens":1000,"prompt_tokens_details":{"cached_tokens":800,"cache_write_tokens":100}})");
    EXPECT_EQ(written.input_tokens, 100u);
    EXPECT_EQ(written.cache_creation_input_tokens, 100u);
    EXPECT_EQ(written.prompt_tokens(), 1000u);
}

TEST(Usage, KnowsTheSpellingsOfOtherServers) // U3
{
    EXPECT_EQ(usage(R"({"prompt_tokens":100,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36})")
                  .input_tokens,
        36u);
    EXPECT_EQ(usage(R"({"prompt_tokens":100,"cached_tokens":90})").cache_read_input_tokens, 90u);
    Usage exclusive =
        usage(R"({"prompt_tokens":10,"cache_read_input_tokens":500,"cache_creation_input_tokens":20})");
    EXPECT_EQ(exclusive.input_tokens, 10u);
    EXPECT_EQ(exclusive.cache_read_input_tokens, 500u);
    EXPECT_EQ(exclusive.cache_creation_input_tokens, 20u);
}

TEST(Usage, NeverGoesBelowZero) // U3, U6
{
    Usage more_cached_than_read =
        usage(R"({"prompt_tokens":100,"prompt_tokens_details":{"cached_tokens":130}})");
    EXPECT_EQ(more_cached_than_read.input_tokens, 0u);
    EXPECT_EQ(more_cached_than_read.cache_read_input_tokens, 100u);
    EXPECT_EQ(exclude_cache({ .total = 10, .cache_read = 8, .cache_written = 8 }).cache_written, 2u);
}

TEST(Usage, CountsReasoningOnce) // U4
{
    std::string_view within =
        R"({"prompt_tokens":5,"completion_tokens":50,"total_tokens":55,"completion_tokens_details":{"reasoning_tokens":40}})";
    EXPECT_EQ(usage(within).output_tokens, 50u);
    EXPECT_EQ(usage(within).thinking_tokens, 40u);
    std::string_view larger =
        R"({"prompt_tokens":5,"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":199}})";
    EXPECT_EQ(usage(larger).output_tokens, 208u);
    std::string_view beside =
        R"({"prompt_tokens":5,"completion_tokens":50,"total_tokens":95,"completion_tokens_details":{"reasoning_tokens":40}})";
    EXPECT_EQ(usage(beside).output_tokens, 90u);
}

TEST(Usage, ReadsNumbersInAnyForm) // U8
{
    Usage odd = usage(R"({"prompt_tokens":"12","completion_tokens":3.0,"total_tokens":null,"cost":"0.5"})");
    EXPECT_EQ(odd.input_tokens, 12u);
    EXPECT_EQ(odd.output_tokens, 3u);
    EXPECT_EQ(read(R"({"cost":"0.5"})").cost_usd, 0.5); // U5
    EXPECT_EQ(usage(R"({"server_tool_use":{"web_search_requests":3}})").web_search_requests, 3u); // U7
}

TEST(Usage, LeavesAbsurdNumbersOut) // U-24
{
    for (std::string_view absurd : { "-1", "1e18", "\"many\"", "[]", "1e400", "18446744073709551616" }) {
        openai::ChatUsage counts = read("{\"prompt_tokens\":" + std::string(absurd) + "}");
        EXPECT_FALSE(counts.prompt_tokens) << absurd;
        EXPECT_TRUE(counts.suspect) << absurd;
    }
    EXPECT_FALSE(read(R"({"cost":-3})").cost_usd);
}

TEST(Usage, GrowsOverTheStream) // S22
{
    openai::ChatUsage known = read(R"({"prompt_tokens":10,"completion_tokens":5,"cost":0.1})");
    merge_usage(known, read(R"({"completion_tokens":9})"));
    merge_usage(known, read(R"({"completion_tokens":2,"prompt_tokens":11})"));
    EXPECT_EQ(known.prompt_tokens, 11u);
    EXPECT_EQ(known.completion_tokens, 9u);
    EXPECT_EQ(known.cost_usd, 0.1);
    EXPECT_TRUE(known.suspect);
}

TEST(Usage, IsEstimatedWhenNothingIsKnown) // N7
{
    Usage estimate = estimate_usage(300, 41);
    EXPECT_EQ(estimate.input_tokens, 300u);
    EXPECT_EQ(estimate.output_tokens, 11u);
    EXPECT_TRUE(estimate.estimated);
}

} // namespace dragoman::translate
