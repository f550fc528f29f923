#include "openai/plain_text.h"
#include "translate/overflow.h"

#include <gtest/gtest.h>

#include <string>

namespace dragoman::translate {

namespace {

std::string rewritten(std::string_view message, OverflowContext context = { .status = 400 })
{
    openai::ErrorBody body;
    body.message = message;
    return overflow_message(body, context).value_or("");
}

} // namespace

TEST(Overflow, LeavesAnthropicsOwnWordsWithTheirNumbers) // E2
{
    EXPECT_EQ(rewritten("prompt is too long: 210000 tokens > 200000 maximum"),
        "prompt is too long: 210000 tokens > 200000 maximum");
}

TEST(Overflow, TellsTheClientToAskForLessWhenTheInputFits) // E1
{
    EXPECT_EQ(
        rewritten("This endpoint's maximum context length is 131072 tokens. However, you requested about "
                  "140000 tokens (108000 of text input, 32000 in the output). Please reduce the length."),
        "input length and `max_tokens` exceed context limit: 108000 + 32000 > 131072");
}

TEST(Overflow, AddsUpTheTextAndToolInputOfOpenRouter) // E1
{
    EXPECT_EQ(
        rewritten("This endpoint's maximum context length is 131,072 tokens. However, you requested about "
                  "140,000 tokens (98,000 of text input, 10,000 of tool input, 32,000 in the output)."),
        "input length and `max_tokens` exceed context limit: 108000 + 32000 > 131072");
}

TEST(Overflow, TellsTheClientToCompactWhenTheInputAloneIsTooLarge) // E1
{
    EXPECT_EQ(
        rewritten("This endpoint's maximum context length is 131072 tokens. However, you requested about "
                  "140000 tokens (138000 of text input, 2000 in the output)."),
        "prompt is too long: 140000 tokens > 131072 maximum");
}

TEST(Overflow, CompactsWhenTheRoomLeftIsNotWorthAskingFor)
{
    // Clients keep 1000 tokens as a margin and refuse to go below 3000.
    EXPECT_EQ(rewritten("maximum context length is 131072 tokens, you requested 160000 tokens (128000 in the "
                        "messages, 32000 in the completion)"),
        "prompt is too long: 160000 tokens > 131072 maximum");
}

TEST(Overflow, KeepsAnthropicsSumOfInputAndOutput)
{
    EXPECT_EQ(
        rewritten("input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease "
                  "input length or `max_tokens` and try again"),
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000");
}

TEST(Overflow, TakesNoWindowForTheOutputThatWasAskedForOnlyBecauseTheyAreEqual)
{
    const OverflowContext asked { .status = 400, .max_tokens = 128000 };
    EXPECT_EQ(
        rewritten("This model's maximum context length is 128000 tokens. However, your messages resulted in "
                  "130541 tokens.",
            asked),
        "prompt is too long: 130541 tokens > 128000 maximum");
    EXPECT_EQ(rewritten("This model's maximum context length is 128000 tokens. However, you requested 236000 "
                        "tokens (108000 in the messages, 128000 in the completion).",
                  asked),
        "input length and `max_tokens` exceed context limit: 108000 + 128000 > 128000");
    EXPECT_EQ(rewritten("prompt too long: 140000 tokens, at most 128000", asked),
        "prompt is too long: 140000 tokens > 128000 maximum");
    EXPECT_EQ(rewritten("Range of input length should be [1, 128000]", asked),
        "prompt is too long: 128001 tokens > 128000 maximum");
}

TEST(Overflow, KnowsBedrock) // E2
{
    EXPECT_EQ(
        rewritten("Input is too long for requested model.", { .status = 400, .context_length = 200000 }),
        "prompt is too long: 200001 tokens > 200000 maximum");
}

TEST(Overflow, KnowsOpenAiResponses) // E2
{
    EXPECT_EQ(
        rewritten(
            "Your input exceeds the context window of this model. Please adjust your input and try again.",
            { .status = 400, .context_length = 400000, .estimated_input = 412345 }),
        "prompt is too long: 412345 tokens > 400000 maximum");
}

TEST(Overflow, KnowsOpenAisCodeWhateverTheText) // E2
{
    openai::ErrorBody body { .message = "Too much." };
    body.code = "context_length_exceeded";
    EXPECT_EQ(overflow_message(body, { .status = 400, .context_length = 128000 }),
        "prompt is too long: 128001 tokens > 128000 maximum");
}

TEST(Overflow, KnowsEveryCodeOfRoutersAndVendors)
{
    for (std::string code : { "context_length_exceeded", "token_limit_exceeded", "string_too_long",
             "string_above_max_length", "exceed_context_size_error", "model_context_window_exceeded" }) {
        openai::ErrorBody body { .message = "Provider returned error" };
        body.error_type = code;
        EXPECT_TRUE(overflow_message(body, { .status = 400 })) << code;
    }
}

TEST(Overflow, KnowsOpenAiChatAndAzure) // E2
{
    EXPECT_EQ(
        rewritten("This model's maximum context length is 128000 tokens. However, your messages resulted in "
                  "150000 tokens. Please reduce the length of the messages."),
        "prompt is too long: 150000 tokens > 128000 maximum");
}

TEST(Overflow, KnowsDeepSeek)
{
    EXPECT_EQ(
        rewritten("This model's maximum context length is 65536 tokens. However, you requested 70000 tokens "
                  "(66000 in the messages, 4000 in the completion)."),
        "prompt is too long: 70000 tokens > 65536 maximum");
}

TEST(Overflow, KnowsTogetherWithTheNumberInBrackets)
{
    EXPECT_EQ(
        rewritten(
            "Input validation error: inputs exceeds the model's maximum context length (131072): 140001"),
        "prompt is too long: 140001 tokens > 131072 maximum");
}

TEST(Overflow, KnowsVllm) // E2
{
    EXPECT_EQ(
        rewritten(
            "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context "
            "length is 131072 tokens and your request has 108000 input tokens (32000 > 131072 - 108000)."),
        "input length and `max_tokens` exceed context limit: 108000 + 32000 > 131072");
    EXPECT_EQ(
        rewritten("The decoder prompt (length 40000) is longer than the maximum model length of 32768."),
        "prompt is too long: 40000 tokens > 32768 maximum");
}

TEST(Overflow, KnowsGemini) // E2
{
    EXPECT_EQ(
        rewritten("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
        "prompt is too long: 1200000 tokens > 1048576 maximum");
}

TEST(Overflow, KnowsXai)
{
    EXPECT_EQ(
        rewritten("This model's maximum prompt length is 131072 but the request contains 537812 tokens."),
        "prompt is too long: 537812 tokens > 131072 maximum");
}

TEST(Overflow, KnowsGroq)
{
    EXPECT_EQ(rewritten("Please reduce the length of the messages or completion.",
                  { .status = 400, .context_length = 131072, .estimated_input = 150000 }),
        "prompt is too long: 150000 tokens > 131072 maximum");
}

TEST(Overflow, KnowsMistral) // E2
{
    EXPECT_EQ(
        rewritten("Prompt contains 65536 tokens and 0 draft tokens, too large for model with 32768 maximum "
                  "context length"),
        "prompt is too long: 65536 tokens > 32768 maximum");
    EXPECT_EQ(rewritten("The request exceeds the maximum allowed input length of 131071"),
        "prompt is too long: 131072 tokens > 131071 maximum");
}

TEST(Overflow, KnowsSglangAndFireworks)
{
    EXPECT_EQ(
        rewritten("The input (200000 tokens) is longer than the model's context length (131072 tokens)."),
        "prompt is too long: 200000 tokens > 131072 maximum");
    EXPECT_EQ(rewritten("Requested 32000 output tokens, the prompt contains 108000 tokens",
                  { .status = 400, .context_length = 131072 }),
        "input length and `max_tokens` exceed context limit: 108000 + 32000 > 131072");
}

TEST(Overflow, KnowsMoonshot) // E2
{
    EXPECT_EQ(
        rewritten("Invalid request: Your request exceeded model token limit: 262144 (requested: 280000)"),
        "prompt is too long: 280000 tokens > 262144 maximum");
    EXPECT_EQ(rewritten("The token count of 280000 exceeds the limit of 262144"),
        "prompt is too long: 280000 tokens > 262144 maximum");
}

TEST(Overflow, KnowsMiniMax)
{
    EXPECT_EQ(rewritten("invalid params, context window exceeds limit (2013)",
                  { .status = 400, .context_length = 204800 }),
        "prompt is too long: 204801 tokens > 204800 maximum");
}

TEST(Overflow, KnowsQwen)
{
    EXPECT_EQ(
        rewritten("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]"),
        "prompt is too long: 129025 tokens > 129024 maximum");
    EXPECT_EQ(rewritten("Range of input length should be [1,30720]"),
        "prompt is too long: 30721 tokens > 30720 maximum");
}

TEST(Overflow, KnowsLlamaCppAndItsNumbers) // E2
{
    openai::ErrorBody body { .message = "the request exceeds the available context size. try increasing it" };
    body.type = "exceed_context_size_error";
    body.prompt_tokens = 9000;
    body.context_tokens = 4096;
    EXPECT_EQ(overflow_message(body, { .status = 400, .context_length = 131072 }),
        "prompt is too long: 9000 tokens > 4096 maximum");
}

TEST(Overflow, KnowsLmStudio)
{
    EXPECT_EQ(
        rewritten("The number of tokens to keep from the initial prompt is greater than the context length."),
        "prompt is too long: 200001 tokens > 200000 maximum");
    EXPECT_EQ(rewritten("The prompt has 9000 tokens, but the configured context size is 4096 tokens"),
        "prompt is too long: 9000 tokens > 4096 maximum");
}

TEST(Overflow, KnowsOllama) // E2
{
    EXPECT_EQ(rewritten("prompt too long; exceeded max context length by 1500 tokens",
                  { .status = 400, .context_length = 32768, .estimated_input = 34000 })
                  .substr(0, 18),
        "prompt is too long");
    EXPECT_EQ(rewritten("the context length is only 8192 tokens"),
        "prompt is too long: 8193 tokens > 8192 maximum");
}

TEST(Overflow, KnowsTheOtherWordings)
{
    for (std::string_view text : { "model_context_window_exceeded", "token limit exceeded",
             "Input length exceeds the model's context length", "Too many tokens in the request" })
        EXPECT_EQ(rewritten(text).substr(0, 18), "prompt is too long") << text;
    EXPECT_EQ(rewritten("Too many tokens in the request", { .status = 500 }), "");
}

TEST(Overflow, KnowsGlmInChinese) // E2
{
    EXPECT_EQ(
        rewritten("Prompt 超长", { .status = 400, .context_length = 131072, .estimated_input = 140000 }),
        "prompt is too long: 140000 tokens > 131072 maximum");
    EXPECT_EQ(
        rewritten("输入内容超过了模型的最大上下文长度 131072", { .status = 400, .context_length = 131072 }),
        "prompt is too long: 131073 tokens > 131072 maximum");
}

TEST(Overflow, ReadsTheSilenceOfCerebrasOnlyWhenTheEstimateFits)
{
    openai::ErrorBody silent;
    for (int status : { 400, 413 }) {
        EXPECT_EQ(overflow_message(
                      silent, { .status = status, .context_length = 131072, .estimated_input = 120000 }),
            "prompt is too long: 131073 tokens > 131072 maximum");
        EXPECT_FALSE(overflow_message(
            silent, { .status = status, .context_length = 131072, .estimated_input = 20000 }));
    }
}

TEST(Overflow, NeverReadsRatesAndQuotasAsOverflow) // E3
{
    for (std::string_view text : {
             "Rate limit reached for gpt-5 on tokens per minute (TPM): Limit 30000, Requested 40000",
             "Too many requests: token limit exceeded",
             "Request was throttled, maximum context length of the queue reached",
             "You exceeded your current quota, too many tokens",
             "unknown parameter max_context_tokens",
             "Unrecognized request argument supplied: max_context_length",
         })
        EXPECT_EQ(rewritten(text), "") << text;
}

TEST(Overflow, DoesNotTakeTheDigitsOfAModelsNameForACount)
{
    EXPECT_EQ(rewritten("gpt-4.1-2025-04-14: This model's maximum context length is 128000 tokens.",
                  { .status = 400, .estimated_input = 130000 }),
        "prompt is too long: 130000 tokens > 128000 maximum");
}

TEST(Overflow, PrefersTheWindowThatIsKnownWhereItOccurs)
{
    EXPECT_EQ(rewritten("maximum context length exceeded: 131072 and 999000 and 140000",
                  { .status = 400, .context_length = 131072 }),
        "prompt is too long: 999000 tokens > 131072 maximum");
}

TEST(Overflow, DoesNotTakeAnInputAsLargeAsTheKnownWindowForTheWindow)
{
    EXPECT_EQ(
        rewritten("This endpoint's maximum context length is 131072 tokens. However, you requested about "
                  "240000 tokens (200000 of text input, 8000 of tool input, 32000 in the output).",
            { .status = 400, .context_length = 200000 }),
        "prompt is too long: 240000 tokens > 131072 maximum");
}

TEST(Overflow, NamesTheOutputLimitSoThatTheClientAsksForExactlyThat)
{
    // The client computes limit - input - 1000.
    EXPECT_EQ(rewritten("max_tokens is too large: 64000. This model supports at most 16384 completion tokens",
                  { .status = 400, .max_tokens = 64000, .estimated_input = 5000 }),
        "input length and `max_tokens` exceed context limit: 5000 + 64000 > 22384");
    EXPECT_EQ(rewritten("budget_tokens 40000 exceeds the maximum, max_tokens is 32000"), "");
}

} // namespace dragoman::translate
