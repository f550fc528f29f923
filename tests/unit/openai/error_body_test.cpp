#include "openai/error_body.h"

#include <gtest/gtest.h>

#include <string>

namespace dragoman::openai {

TEST(ErrorBody, ReadsOpenAisShape)
{
    ErrorBody body = decode_error_body(
        R"({"error":{"message":"No such model","type":"invalid_request_error","param":"model","code":"model_not_found"}})");
    EXPECT_EQ(body.message, "No such model");
    EXPECT_EQ(body.type, "invalid_request_error");
    EXPECT_EQ(body.code, "model_not_found");
}

TEST(ErrorBody, TakesANumberAsCodeForAStatus)
{
    for (std::string_view code : { "429", "\"429\"" }) {
        ErrorBody body =
            decode_error_body(R"({"error":{"message":"slow down","code":)" + std::string(code) + "}}");
        EXPECT_EQ(body.status, 429);
    }
    EXPECT_EQ(decode_error_body(R"({"error":{"message":"x","code":1261}})").status, 0);
}

TEST(ErrorBody, OpensOpenRoutersMetadata)
{
    ErrorBody body = decode_error_body(
        R"({"error":{"code":400,"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"message\":\"Bad tool\",\"code\":\"invalid\"}}","provider_name":"Groq","error_type":"invalid_request"}},"user_id":"u"})");
    EXPECT_EQ(body.message, "Bad tool");
    EXPECT_EQ(body.outer_message, "Provider returned error");
    EXPECT_EQ(body.provider, "Groq");
    EXPECT_EQ(body.error_type, "invalid_request");
    EXPECT_EQ(body.status, 400);
}

TEST(ErrorBody, OpensTwoEnvelopes) // E8
{
    ErrorBody body = decode_error_body(
        R"({"error":{"code":502,"message":"Provider returned error","metadata":{"raw":"{\"message\":\"{\\\"detail\\\":\\\"GPU on fire\\\"}\"}"}}})");
    EXPECT_EQ(body.message, "GPU on fire");
}

TEST(ErrorBody, ReadsRawAsTextOrAsAnObject)
{
    EXPECT_EQ(decode_error_body(
                  R"({"error":{"message":"Provider returned error","metadata":{"raw":"plain words"}}})")
                  .message,
        "plain words");
    EXPECT_EQ(
        decode_error_body(
            R"({"error":{"message":"Provider returned error","metadata":{"raw":{"error":{"message":"an object"}}}}})")
            .message,
        "an object");
    EXPECT_EQ(decode_error_body(R"({"error":{"message":"kept","metadata":{"raw":""}}})").message, "kept");
}

TEST(ErrorBody, SeesModeration)
{
    EXPECT_TRUE(decode_error_body(
        R"({"error":{"code":403,"message":"no","metadata":{"reasons":["violence"],"flagged_input":"x","provider_name":"OpenAI"}}})")
            .moderation);
}

TEST(ErrorBody, ReadsEveryOtherShape)
{
    struct {
        std::string_view text;
        std::string_view message;
    } shapes[] = {
        { R"({"object":"error","message":"vllm","type":"BadRequestError","param":null,"code":400})", "vllm" },
        { R"({"message":"only this"})", "only this" },
        { R"({"detail":"fast"})", "fast" },
        { R"({"detail":[{"loc":["body","model"],"msg":"field required","type":"missing"},{"loc":["body",0],"msg":"bad"}]})",
            "body.model: field required; body.0: bad" },
        { R"({"object":"error","message":{"detail":[{"loc":["body"],"msg":"nested"}]}})", "body: nested" },
        { R"({"error":"ollama"})", "ollama" },
        { R"({"statusCode":400,"message":"the reason","error":"Bad Request"})", "the reason" },
        { R"({"code":"1261","msg":"Prompt"})", "Prompt" },
        { R"([{"error":{"code":400,"message":"google","status":"INVALID_ARGUMENT"}}])", "google" },
        { R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})", "Overloaded" },
        { R"({"success":false,"errors":[{"code":7003,"message":"cloudflare"}]})", "cloudflare" },
        { R"({"choices":[{"error":{"code":502,"message":"in the choice"}}]})", "in the choice" },
        { R"("a string")", "a string" },
        { "data: {\"error\":{\"message\":\"as an event\"}}\n\n", "as an event" },
        { "upstream connect error", "upstream connect error" },
        { "", "" },
        { "{\"error\":{\"message\":\"cut", "{\"error\":{\"message\":\"cut" },
        { "{}", "" },
        { "null", "" },
        { R"({"error":{}})", "" },
    };
    for (auto [text, message] : shapes)
        EXPECT_EQ(decode_error_body(text).message, message) << text;
}

TEST(ErrorBody, MakesOneLineOfAPage) // E8
{
    ErrorBody body =
        decode_error_body("<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title><style>a{b:c}</style>"
                          "<script>if (a < b) alert('x')</script></head><body>\n<h1>502&nbsp;Bad "
                          "Gateway</h1><!-- no --><hr>nginx</body></html>");
    EXPECT_EQ(body.message, "502 Bad Gateway 502 Bad Gateway nginx");
    EXPECT_LE(decode_error_body("<html>" + std::string(5000, 'a')).message.size(), 300U);
}

TEST(ErrorBody, FindsTheWaitWhereverItStands)
{
    EXPECT_EQ(decode_error_body(
                  R"({"error":{"message":"x","metadata":{"headers":{"X-RateLimit-Reset":"1795230030000"}}}})")
                  .rate_limit_reset,
        "1795230030000");
    EXPECT_EQ(decode_error_body(R"({"error":{"message":"x","metadata":{"availability":{"retry_after":12}}}})")
                  .retry_after,
        "12");
    EXPECT_EQ(
        decode_error_body(
            R"([{"error":{"code":429,"message":"x","details":[{"@type":"…QuotaFailure"},{"@type":"…RetryInfo","retryDelay":"28s"}]}}])")
            .retry_after,
        "28s");
}

TEST(ErrorBody, ReadsLlamaCppsNumbers)
{
    ErrorBody body = decode_error_body(
        R"({"error":{"code":400,"message":"exceeds","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}})");
    EXPECT_EQ(body.prompt_tokens, 9000U);
    EXPECT_EQ(body.context_tokens, 4096U);
}

TEST(ErrorBody, TellsAFailureFromAnAnswer) // E7
{
    auto fails = [](std::string_view text) {
        json::Document document;
        return is_error(*document.parse(text));
    };
    EXPECT_TRUE(fails(R"({"error":{"message":"x"}})"));
    EXPECT_TRUE(fails(R"({"id":"gen-1","error":{"code":429},"choices":[]})"));
    EXPECT_TRUE(fails(R"({"type":"error","error":{}})"));
    EXPECT_TRUE(fails(R"({"object":"error","message":"x"})"));
    EXPECT_TRUE(fails(R"({"id":"x","choices":[{"error":{"code":502}}]})"));
    EXPECT_TRUE(fails(R"({"detail":"not found"})"));
    EXPECT_TRUE(fails(R"([{"error":{"code":400}}])"));
    EXPECT_FALSE(fails(R"({"id":"x","choices":[{"message":{"content":"hi"}}],"error":null})"));
    EXPECT_FALSE(fails(R"({"type":"message_start","message":{"id":"x"}})"));
    EXPECT_FALSE(fails(R"({"type":"message","content":[]})"));
    EXPECT_FALSE(fails(R"({"error":{}})"));
    EXPECT_FALSE(fails(R"([])"));
    EXPECT_FALSE(fails(R"(3)"));
}

TEST(ErrorBody, OutlivesDeepNesting)
{
    std::string body = "\"end\"";
    for (int i = 0; i < 12; ++i) {
        std::string inner;
        for (char c : body)
            inner.append(c == '"' || c == '\\' ? "\\" : "").push_back(c);
        body = "{\"error\":{\"message\":\"" + inner + "\"}}";
    }
    EXPECT_FALSE(decode_error_body(body).message.empty());
}

TEST(ErrorBody, NamesTheQuotasThatGoogleSaysAreUsedUp)
{
    const ErrorBody body = decode_error_body(
        R"({"error":{"message":"m","details":[{"violations":[{"quotaId":"A"},{"quotaId":"B"},7]},{"retryDelay":"3s"}]}})");
    EXPECT_EQ(body.quota, "A B");
    EXPECT_EQ(body.retry_after, "3s");
}

TEST(ErrorBody, ReadsAListOfReasonsUnderMessage) // Mistral
{
    EXPECT_EQ(
        decode_error_body(R"({"message":[{"loc":["body","tools"],"msg":"no"},{"message":"never"}]})").message,
        "body.tools: no; never");
}

TEST(ErrorBody, TakesTheTitleOfAProblemOnlyWhenNothingSaysMore) // NVIDIA
{
    EXPECT_EQ(
        decode_error_body(R"({"status":429,"title":"Too Many Requests"})").message, "Too Many Requests");
    EXPECT_EQ(
        decode_error_body(R"({"status":404,"title":"Not Found","detail":"no such"})").message, "no such");
}

TEST(ErrorBody, SaysWhatOfTheRequestIsMeant)
{
    EXPECT_EQ(decode_error_body(R"({"error":{"message":"m","param":"reasoning.effort"}})").param,
        "reasoning.effort");
    EXPECT_EQ(decode_error_body(R"({"error":{"message":"m","param":null}})").param, "");
}

TEST(ErrorBody, ReadsTheStatusThatMiniMaxPutsBesideAnEmptyAnswer)
{
    const std::string_view text =
        R"({"id":"0","choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}})";
    EXPECT_EQ(decode_error_body(text).message, "insufficient balance");
    json::Document document;
    EXPECT_TRUE(is_error(*document.parse(text)));
    EXPECT_FALSE(is_error(
        *document.parse(R"({"id":"0","choices":[{}],"base_resp":{"status_code":0,"status_msg":""}})")));
}

} // namespace dragoman::openai
