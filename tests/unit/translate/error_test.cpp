#include "base/limits.h"
#include "translate/error.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace dragoman::translate {

namespace {

using namespace std::chrono_literals;
using Kind = Error::Kind;

// 2026-11-21 03:00:00 UTC
const WallClock::time_point now { std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 3h };

const ErrorContext context { .requested_model = "claude-sonnet-5-5",
    .upstream_model = "openai/gpt-oss-120b",
    .upstream_name = "openrouter",
    .context_length = 131072,
    .max_tokens = 32000,
    .estimated_input = 50000 };

Error translated(int status, std::string_view body)
{
    return translate_error({ .status = status, .body = body, .now = now }, context);
}

// Empty when it was not kept.
std::string refusal_of(const Error& error) { return error.refusal ? *error.refusal : ""; }

std::string said(std::string_view message)
{
    return R"({"error":{"message":")" + std::string(message) + R"("}})";
}

} // namespace

TEST(TranslateError, KeepsTheUpstreamsWordsOnlyWhereARequestCouldBeMended)
{
    const std::string body = said("Unsupported parameter: 'temperature' is not supported with this model.");
    EXPECT_EQ(refusal_of(translated(400, body)), body);
    EXPECT_EQ(refusal_of(translated(422, body)), body);
    EXPECT_EQ(refusal_of(translated(404, said("No endpoints found that support image input"))),
        said("No endpoints found that support image input"));
    for (int status : { 401, 402, 403, 413, 429, 500, 503 })
        EXPECT_EQ(refusal_of(translated(status, body)), "") << status;
    EXPECT_EQ(refusal_of(translated(404, said("No endpoints found for this model"))), "");
    EXPECT_EQ(refusal_of(translated(400, said("Insufficient credits"))), "");
    const std::string inside = R"({"error":{"code":400,"message":"top_p is not supported"}})";
    EXPECT_EQ(refusal_of(translated(0, inside)), inside);
    EXPECT_EQ(refusal_of(translated(400, std::string(limits::MiB, 'x'))).size(), 64 * limits::KiB);
}

TEST(TranslateError, GivesEveryStatusItsKind) // E4, U-14
{
    struct {
        int status;
        Kind kind;
        int to_client;
    } table[] = {
        { 400, Kind::bad_request, 400 },
        { 401, Kind::unauthorized, 401 },
        { 402, Kind::billing, 402 },
        { 403, Kind::forbidden, 403 },
        { 405, Kind::bad_request, 400 },
        { 408, Kind::timed_out, 504 },
        { 409, Kind::bad_request, 400 },
        { 410, Kind::bad_request, 400 },
        { 412, Kind::bad_request, 400 },
        { 413, Kind::too_large, 413 },
        { 415, Kind::bad_request, 400 },
        { 418, Kind::bad_request, 400 },
        { 422, Kind::bad_request, 400 },
        { 429, Kind::rate_limited, 429 },
        { 500, Kind::upstream_failed, 500 },
        { 501, Kind::upstream_failed, 502 },
        { 502, Kind::upstream_failed, 502 },
        { 503, Kind::overloaded, 529 },
        { 504, Kind::timed_out, 504 },
        { 520, Kind::upstream_failed, 502 },
        { 521, Kind::upstream_failed, 502 },
        { 522, Kind::upstream_failed, 502 },
        { 523, Kind::upstream_failed, 502 },
        { 524, Kind::timed_out, 504 },
        { 529, Kind::overloaded, 529 },
        { 302, Kind::upstream_protocol, 502 },
        { 204, Kind::upstream_failed, 502 },
    };
    for (auto [status, kind, to_client] : table)
        for (std::string_view body :
            { R"({"error":{"message":"something"}})", "", "<html><body>something</body></html>" }) {
            Error error = translated(status, body);
            EXPECT_EQ(error.kind, kind) << status << ' ' << body;
            EXPECT_EQ(http_status(error), to_client) << status;
            EXPECT_EQ(error.source, Error::Source::upstream);
            EXPECT_EQ(error.retry, Error::Retry::never);
            EXPECT_FALSE(error.message.empty()) << status;
            EXPECT_EQ(error.upstream_status, status);
        }
}

TEST(TranslateError, RewritesOverflowInTheWordsThatCompact) // E1, E2
{
    Error error = translated(400,
        said("This endpoint's maximum context length is 131072 tokens. However, you requested about 240000 "
             "tokens "
             "(208000 of text input, 32000 in the output)."));
    EXPECT_EQ(error.kind, Kind::bad_request);
    EXPECT_EQ(error.message, "prompt is too long: 240000 tokens > 131072 maximum");
    error = translated(413, said("Please reduce the length of the messages"));
    EXPECT_EQ(error.message, "prompt is too long: 131073 tokens > 131072 maximum");
    EXPECT_EQ(http_status(error), 400);
}

TEST(TranslateError, FindsOverflowInsideTheProvidersEnvelope)
{
    Error error = translated(400,
        R"({"error":{"code":400,"message":"Provider returned error","metadata":{"provider_name":"Groq","raw":"{\"error\":{\"message\":\"Please reduce the length of the messages or completion.\",\"code\":\"context_length_exceeded\"}}"}}})");
    EXPECT_EQ(error.message, "prompt is too long: 131073 tokens > 131072 maximum");
}

TEST(TranslateError, NamesTheUpstreamWhoseKeyIsBad) // E4, E9
{
    Error error = translated(401, said("No auth credentials found"));
    EXPECT_EQ(error.message, "Upstream openrouter rejected its API key (No auth credentials found)");
    EXPECT_EQ(error.should_retry, false);
    EXPECT_EQ(
        translated(400, R"({"error":{"message":"bad","code":"invalid_api_key"}})").kind, Kind::unauthorized);
    EXPECT_EQ(translated(401, said("invalid x-api-key")).message,
        "Upstream openrouter rejected its API key (invalid API key)");
}

TEST(TranslateError, SaysThatCreditIsUsedUpOnlyWhenItIs) // E4
{
    for (auto [status, body] : { std::pair { 402, said("Insufficient credits. Add more.") },
             std::pair { 403, said("Key limit exceeded (total limit)") },
             std::pair {
                 429, std::string(R"({"error":{"message":"quota","code":"insufficient_quota"}})") } }) {
        Error error = translated(status, body);
        EXPECT_EQ(error.kind, Kind::billing) << body;
        EXPECT_EQ(error.message.find("Credit balance is too low \u2013 "), 0U);
        EXPECT_EQ(error.should_retry, false);
    }
    EXPECT_EQ(translated(429, said("Rate limit reached")).kind, Kind::rate_limited);
    Error gemini = translated(429,
        R"([{"error":{"code":429,"message":"You exceeded your current quota, please check your plan","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"28s"}]}}])");
    EXPECT_EQ(gemini.kind, Kind::rate_limited);
    EXPECT_EQ(gemini.retry_after_s, 28);
}

TEST(TranslateError, TakesModerationAsARefusalOfTheRequest)
{
    Error error = translated(403,
        R"({"error":{"code":403,"message":"Your input was flagged","metadata":{"reasons":["violence"],"provider_name":"OpenAI"}}})");
    EXPECT_EQ(error.kind, Kind::bad_request);
    EXPECT_EQ(error.message, "Your input was flagged (provider OpenAI)");
    EXPECT_EQ(error.should_retry, false);
    EXPECT_EQ(
        translated(400, R"({"error":{"message":"no","code":"content_filter"}})").kind, Kind::bad_request);
    EXPECT_EQ(translated(403, said("not available in your region")).kind, Kind::forbidden);
    EXPECT_EQ(translated(403, said("not available in your region")).should_retry, false);
}

TEST(TranslateError, NamesTheModelThatNobodyHas) // U-28
{
    for (auto [status, message] : { std::pair { 404, "No endpoints found for openai/gpt-9." },
             std::pair { 400, "openai/gpt-9 is not a valid model ID" },
             std::pair { 404, "The model `gpt-9` does not exist" },
             std::pair { 404, "model 'gpt-9' not found, try pulling it first" },
             std::pair { 410, "This model is deprecated" } }) {
        Error error = translated(status, said(message));
        EXPECT_EQ(error.kind, Kind::not_found) << message;
        EXPECT_EQ(error.message, "model: claude-sonnet-5-5 (" + std::string(message) + ")");
        EXPECT_EQ(error.should_retry, false);
    }
}

TEST(TranslateError, TellsAnUnusableModelFromAMissingOne)
{
    for (std::string_view message : { "No endpoints found matching your data policy",
             "No endpoints found that support tool use", "No endpoints found that support image input",
             "No endpoints found for x/y that support tool use" }) {
        Error error = translated(404, said(message));
        EXPECT_EQ(error.kind, Kind::bad_request) << message;
        EXPECT_EQ(error.message.find(message), 0U);
        EXPECT_GT(error.message.size(), message.size() + 10) << "a hint follows";
    }
    EXPECT_EQ(translated(404, "<html><h1>404 Not Found</h1></html>").kind, Kind::bad_request);
}

TEST(TranslateError, RoundsTheWaitUpToWholeSeconds) // E5
{
    auto wait = [](UpstreamFailure failure) {
        failure.status = 429;
        failure.now = now;
        return translate_error(failure, context).retry_after_s;
    };
    EXPECT_EQ(wait({ .retry_after = "30" }), 30);
    EXPECT_EQ(wait({ .retry_after = "1.2" }), 2);
    EXPECT_EQ(wait({ .retry_after = "30", .retry_after_ms = "1500" }), 2);
    EXPECT_EQ(wait({ .retry_after = "Sat, 21 Nov 2026 03:00:45 GMT" }), 45);
    EXPECT_EQ(wait({ .body = R"({"error":{"message":"Please retry in 12s"}})" }), 12);
    EXPECT_EQ(wait({ .retry_after = "120" }), 60) << "clients give up above 60";
    EXPECT_EQ(wait({}), std::nullopt);
}

TEST(TranslateError, WaitsForTheLimitThatIsUsedUp) // E5
{
    const struct {
        std::vector<LimitField> limits;
        std::optional<int> wait;
    } rows[] = {
        { { { "X-RateLimit-Reset", "1795230030000" } }, 30 },
        { { { "x-ratelimit-reset-requests", "50s" }, { "x-ratelimit-reset-tokens", "20s" } }, 50 },
        { { { "x-ratelimit-remaining-requests", "4999" }, { "x-ratelimit-remaining-tokens", "0" },
              { "x-ratelimit-reset-requests", "50s" }, { "x-ratelimit-reset-tokens", "2.5s" } },
            3 },
        { { { "x-ratelimit-remaining-requests", "0" }, { "x-ratelimit-remaining-tokens", "-12" },
              { "x-ratelimit-reset-requests", "7s" }, { "x-ratelimit-reset-tokens", "2.5s" } },
            7 },
        { { { "x-ratelimit-remaining-requests", "9" }, { "x-ratelimit-remaining-tokens", "800" },
              { "x-ratelimit-reset-requests", "1s" }, { "x-ratelimit-reset-tokens", "20s" } },
            20 }, // more was asked for than remains
        { { { "anthropic-ratelimit-requests-remaining", "49" },
              { "anthropic-ratelimit-requests-reset", "2026-11-21T03:00:59Z" },
              { "anthropic-ratelimit-input-tokens-remaining", "0" },
              { "anthropic-ratelimit-input-tokens-reset", "2026-11-21T03:00:12Z" } },
            12 },
        { { { "anthropic-ratelimit-unified-5h-status", "rejected" },
              { "anthropic-ratelimit-unified-5h-reset", "1795230045" },
              { "anthropic-ratelimit-unified-7d-status", "allowed" },
              { "anthropic-ratelimit-unified-7d-reset", "1795500000" } },
            45 },
        { { { "x-ratelimit-reset-requests-day", "33011" }, { "x-ratelimit-reset-tokens-minute", "11.4" } },
            12 },
        { { { "llm_provider-x-ratelimit-reset-tokens", "6s" } }, 6 },
        { { { "x-ratelimit-remaining-tokens", "0" }, { "x-reset", "6s" } }, std::nullopt },
    };
    for (const auto& row : rows)
        EXPECT_EQ(translate_error({ .status = 429, .limits = row.limits, .now = now }, context).retry_after_s,
            row.wait)
            << row.limits.front().name;
}

TEST(TranslateError, TakesNoLimitForTheWaitOfAnOverload)
{
    const LimitField limits[] = { { "x-ratelimit-reset-requests", "1m26s" } };
    EXPECT_EQ(translate_error({ .status = 503, .limits = limits, .now = now }, context).retry_after_s,
        std::nullopt);
}

TEST(TranslateError, SaysThatADaysLimitLasts)
{
    const LimitField limits[] = { { "x-ratelimit-remaining-requests-day", "0" },
        { "x-ratelimit-reset-requests-day", "33011" }, { "x-ratelimit-remaining-tokens-minute", "60000" },
        { "x-ratelimit-reset-tokens-minute", "11" } };
    const Error error = translate_error({ .status = 429, .limits = limits, .now = now }, context);
    EXPECT_EQ(error.should_retry, false);
    EXPECT_EQ(error.limited_for_s, 33011);
}

TEST(TranslateError, DoesNotLetClientsRepeatWhatCannotSucceed) // E6
{
    Error daily = translated(429,
        R"({"error":{"message":"Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day","code":429,"metadata":{"headers":{"X-RateLimit-Limit":"50","X-RateLimit-Remaining":"0","X-RateLimit-Reset":"1795305600000"}}}})");
    EXPECT_EQ(daily.kind, Kind::rate_limited);
    EXPECT_EQ(daily.should_retry, false);
    EXPECT_FALSE(daily.retry_after_s);
    EXPECT_NE(daily.message.find("daily limit; it resets in about 21 hours"), std::string::npos)
        << daily.message;

    Error hour = translate_error({ .status = 429, .retry_after = "3600", .now = now }, context);
    EXPECT_EQ(hour.should_retry, false);
    EXPECT_NE(hour.message.find("lasts about 60 minutes"), std::string::npos) << hour.message;

    Error minute = translated(429, said("Rate limit exceeded: free-models-per-minute"));
    EXPECT_FALSE(minute.should_retry);
}

TEST(TranslateError, KeepsHowLongALimitReallyLasts)
{
    EXPECT_EQ(
        translate_error({ .status = 429, .retry_after = "300", .now = now }, context).limited_for_s, 300);
    EXPECT_EQ(
        translate_error({ .status = 429, .retry_after = "7200", .now = now }, context).limited_for_s, 7200);
    EXPECT_EQ(translate_error({ .status = 429, .retry_after = "0", .now = now }, context).limited_for_s, 1);
    EXPECT_EQ(translated(429, said("Rate limit reached")).limited_for_s, std::nullopt);
    EXPECT_EQ(translated(429, said("Request too large for gpt-5 on tokens per min")).limited_for_s, 0)
        << "smaller requests are answered all the same";
}

TEST(TranslateError, NeverReadsARateLimitAsOverflow) // E3
{
    Error error = translated(413,
        said("Request too large for model on tokens per minute (TPM): Limit 6000, Requested 7000, please "
             "reduce "
             "your message size"));
    EXPECT_EQ(error.kind, Kind::too_large);
    EXPECT_EQ(error.message.find("prompt is too long"), std::string::npos);
    EXPECT_EQ(translated(400, said("unknown parameter max_context_tokens")).message,
        "unknown parameter max_context_tokens");
}

TEST(TranslateError, ReadsAFailureInsideAnAnswer) // E7, U-10
{
    struct {
        std::string_view body;
        Kind kind;
    } table[] = {
        { R"({"error":{"code":429,"message":"slow"}})", Kind::rate_limited },
        { R"({"error":{"code":503,"message":"busy"}})", Kind::overloaded },
        { R"({"error":{"code":529,"message":"busy"}})", Kind::overloaded },
        { R"({"error":{"code":401,"message":"key"}})", Kind::unauthorized },
        { R"({"error":{"code":402,"message":"money"}})", Kind::billing },
        { R"({"error":{"code":403,"message":"region"}})", Kind::forbidden },
        { R"({"error":{"code":502,"message":"Provider disconnected"}})", Kind::upstream_failed },
        { R"({"error":{"code":"server_error","message":"oops"}})", Kind::upstream_failed },
        { R"({"error":{"code":"rate_limit_exceeded","message":"slow"}})", Kind::rate_limited },
        { R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
            Kind::overloaded },
        { R"({"type":"error","error":{"type":"api_error","message":"Internal"}})", Kind::upstream_failed },
        { R"({"error":{"message":"the model is overloaded"}})", Kind::overloaded },
        { R"({"error":"something"})", Kind::upstream_failed },
        { "<html>captive portal</html>", Kind::upstream_failed },
    };
    for (auto [body, kind] : table)
        for (int status : { 0, 200 })
            EXPECT_EQ(translated(status, body).kind, kind) << body;
    EXPECT_EQ(
        translated(0, R"({"error":{"code":400,"message":"prompt is too long: 9 tokens > 8 maximum"}})").kind,
        Kind::bad_request);
}

TEST(TranslateError, UnderstandsOpenRoutersNames)
{
    auto named = [](int status, std::string_view name) {
        return translated(
            status, R"({"error":{"message":"words","metadata":{"error_type":")" + std::string(name) + "\"}}}")
            .kind;
    };
    EXPECT_EQ(named(400, "context_length_exceeded"), Kind::bad_request);
    EXPECT_EQ(named(400, "authentication"), Kind::unauthorized);
    EXPECT_EQ(named(400, "payment_required"), Kind::billing);
    EXPECT_EQ(named(502, "provider_overloaded"), Kind::overloaded);
    EXPECT_EQ(named(503, "provider_unavailable"), Kind::upstream_failed);
    EXPECT_EQ(named(400, "timeout"), Kind::timed_out);
    EXPECT_EQ(named(400, "payload_too_large"), Kind::too_large);
    EXPECT_EQ(named(400, "rate_limit_exceeded"), Kind::rate_limited);
    EXPECT_EQ(named(400, "content_policy_violation"), Kind::bad_request);
}

TEST(TranslateError, SpeaksOfPicturesInTheWordsThatRemoveThem)
{
    ErrorContext with_image = context;
    with_image.last_image = "messages.3.content.0";
    auto image = [&](std::string_view type) {
        const std::string body =
            R"({"error":{"message":"bad bytes","metadata":{"error_type":")" + std::string(type) + "\"}}}";
        return translate_error({ .status = 400, .body = body }, with_image).message;
    };
    EXPECT_EQ(image("invalid_image"), "messages.3.content.0.image: Could not process image (bad bytes)");
    EXPECT_EQ(image("image_too_large"), "messages.3.content.0.image: image exceeds 5 MB maximum: bad bytes");
    EXPECT_EQ(translate_error({ .status = 400, .body = said("Could not process image") }, with_image).message,
        "messages.3.content.0.image: Could not process image");
    EXPECT_EQ(translated(400, said("messages.1.content.2.image.source: Could not process image")).message,
        "messages.1.content.2.image.source: Could not process image");
}

TEST(TranslateError, TakesAPictureThatCannotBeReadForTheClientsFault)
{
    ErrorContext with_image = context;
    with_image.last_image = "messages.3.content.0";
    for (std::string_view code : { "invalid_image", "invalid_image_format", "invalid_base64_image",
             "invalid_image_url", "image_too_large", "image_too_small", "image_parse_error",
             "invalid_image_mode", "image_file_too_large", "unsupported_image_media_type", "empty_image_file",
             "failed_to_download_image", "image_file_not_found", "image_content_policy_violation" }) {
        const std::string inner = fmt::format(R"("code":"{}","message":"as it was sent")", code);
        const std::string bodies[] = { "{\"error\":{" + inner + "}}",
            "{\"type\":\"error\"," + inner + ",\"param\":null,\"sequence_number\":4}" };
        for (const std::string& body : bodies)
            for (int status : { 0, 400, 422 }) {
                const Error error = translate_error({ .status = status, .body = body }, with_image);
                EXPECT_EQ(error.kind, Kind::bad_request) << code << ' ' << status << '\n' << error.message;
                EXPECT_EQ(error.retry, Error::Retry::never) << code << ' ' << status;
                EXPECT_EQ(error.message.find("messages.3.content.0.image: ") == 0,
                    code != "image_content_policy_violation")
                    << code << ' ' << error.message;
            }
    }
    const std::string_view slow = R"({"error":{"code":"vector_store_timeout","message":"slow"}})";
    EXPECT_EQ(translate_error({ .body = slow }, context).kind, Kind::timed_out);
}

TEST(TranslateError, KnowsThatAProxyIsNotTheUpstream) // N-10
{
    const Error error = translated(407, "<html><h1>ERR_CACHE_ACCESS_DENIED</h1>Invalid API key</html>");
    EXPECT_EQ(error.kind, Kind::unreachable);
    EXPECT_EQ(error.message, "Cannot reach openrouter: the proxy on the way wants other credentials (407)");
}

TEST(TranslateError, ShowsTheProvidersSentenceAndWhoSaidIt) // E8
{
    EXPECT_EQ(
        translated(400,
            R"({"error":{"code":400,"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"message\":\"tools.0.input_schema is odd\"}}","provider_name":"Groq"}}})")
            .message,
        "tools.0.input_schema is odd (provider Groq)");
    EXPECT_EQ(translated(502, "").message, "Upstream openrouter answered 502 without saying why");
}

TEST(TranslateError, ShowsNoKeysNoControlsAndNoNovels) // E8, U-26
{
    Error error = translated(400, said("Authorization: Bearer sk-or-v1-0123456789abcdef\\u001b[31m refused"));
    EXPECT_EQ(error.message, "Authorization: Bearer *** [31m refused");
    error = translated(400, said(std::string(100000, 'x')));
    EXPECT_LE(error.message.size(), limits::error_message);
    error = translate_error({ .status = 404, .body = said(std::string(100000, 'x')) },
        { .requested_model = std::string(10000, 'm'), .upstream_name = "openrouter" });
    EXPECT_LE(error.message.size(), limits::error_message);
}

TEST(TranslateError, AvoidsWordsThatClientsActOn)
{
    EXPECT_EQ(translated(413, said("the context window of the proxy")).message, "the window of the proxy");
    EXPECT_EQ(translated(500, said("prompt is too long for this quota")).message.find("prompt is too long"),
        std::string::npos);
    EXPECT_EQ(translated(500, said("bad x-api-key")).message, "bad API key");
    EXPECT_EQ(translated(403, said("model: x is not for you")).message, "model x is not for you");
}

TEST(TranslateError, PassesOnWhetherToRepeat)
{
    EXPECT_EQ(translate_error({ .status = 500, .should_retry = "false" }, context).should_retry, false);
    EXPECT_EQ(translate_error({ .status = 500, .should_retry = "true" }, context).should_retry, true);
    EXPECT_EQ(translate_error({ .status = 500 }, context).should_retry, std::nullopt);
}

TEST(TranslateError, TakesItsContextFromThePlanOfTheAnswer)
{
    AnswerPlan plan;
    plan.client_model = "claude";
    plan.upstream_model = "x/y";
    plan.upstream_name = "home";
    plan.context_length = 5;
    plan.max_tokens = 6;
    plan.estimated_input = 7;
    ErrorContext taken = error_context(plan, "Groq");
    EXPECT_EQ(taken.requested_model, "claude");
    EXPECT_EQ(taken.upstream_model, "x/y");
    EXPECT_EQ(taken.upstream_name, "home");
    EXPECT_EQ(taken.context_length, 5U);
    EXPECT_EQ(taken.max_tokens, 6U);
    EXPECT_EQ(taken.estimated_input, 7U);
    EXPECT_EQ(taken.provider, "Groq");
}

} // namespace dragoman::translate
