// Signatures of Messages servers other than Anthropic's: on the way to the client, and back.
#include "anthropic/decode_request.h"
#include "support/answers.h"
#include "support/targets.h"
#include "translate/envelope.h"
#include "translate/messages_answer.h"
#include "translate/messages_request_edit.h"
#include "translate/request.h"
#include "translate/responses_request.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace dragoman::translate {

namespace {

using Json = nlohmann::json;
using Dialect = route::Target::Dialect;

constexpr std::string_view signature = "c2lnbmVk/+\\/\\u003d=";
constexpr std::string_view plain_signature = "c2lnbmVk/+/==";

struct Place {
    std::string preset;
    std::string model;
    Dialect dialect = Dialect::messages;
    std::string name {}; // of the upstream; empty: the preset's
};

const Place minimax { "minimax", "MiniMax-M2.5" };

route::Target target_of(const Place& place)
{
    return test::at(place.preset, test::unlisted(place.model, place.dialect));
}

UpstreamCall sent(const std::string& body, const Place& place)
{
    json::Document document;
    auto request = anthropic::decode_request(document, body);
    EXPECT_TRUE(request);
    Options options;
    options.upstream_name = place.name.empty() ? place.preset : place.name;
    const route::Target target = target_of(place);
    auto call = place.dialect == Dialect::messages ? to_messages(document, *request, target, {}, options)
        : place.dialect == Dialect::responses      ? to_responses(*request, target, {}, options)
                                                   : to_chat(*request, target, {}, options);
    EXPECT_TRUE(call) << call.error().message;
    call->body = json::Pieces(call->body.text());
    return std::move(*call);
}

std::string history(const Json& assistant)
{
    Json body = { { "model", "m" }, { "max_tokens", 2000 }, { "stream", true },
        { "thinking", { { "type", "enabled" }, { "budget_tokens", 1024 } } },
        { "messages",
            { { { "role", "user" }, { "content", "q" } },
                { { "role", "assistant" }, { "content", assistant } },
                { { "role", "user" }, { "content", "r" } } } } };
    return body.dump();
}

// What the upstream of that place answers with a signed thought, as the client gets it.
Json answered(const Place& place)
{
    const AnswerPlan plan =
        sent(history(Json::array({ { { "type", "text" }, { "text", "t" } } })), place).plan;
    const std::string events = std::string(R"(event: message_start
data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"usage":{}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"I think."}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":")")
        + std::string(signature) + R"("}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Yes."}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":5}}

event: message_stop
data: {"type":"message_stop"}

)";
    const std::string streamed = test::run<MessagesAnswer>(plan, events).out;
    for (std::size_t cut = 1; cut < events.size(); cut += 7)
        EXPECT_EQ(test::run_cut_at<MessagesAnswer>(plan, events, cut).out, streamed) << cut;
    AnswerPlan whole = plan;
    whole.stream = false;
    const Json message = Json::parse(test::accumulate(streamed).dump());
    EXPECT_EQ(Json::parse(test::run<MessagesAnswer>(whole, events).out)["content"], message["content"]);
    const std::string text =
        R"({"type":"message","role":"assistant","model":"x","content":[{"type":"thinking","thinking":"I think.","signature":")"
        + std::string(signature)
        + R"("},{"type":"text","text":"Yes."}],"stop_reason":"end_turn","usage":{}})";
    EXPECT_EQ(Json::parse(test::run<MessagesAnswer>(whole, text).out)["content"], message["content"]);
    EXPECT_EQ(Json::parse(test::accumulate(test::run<MessagesAnswer>(plan, text).out).dump())["content"],
        message["content"]);
    return message["content"];
}

// The assistant's message, as it goes to `place` in the next turn.
Json returned(const Json& content, const Place& place)
{
    return Json::parse(sent(history(content), place).body.text())["messages"][1];
}

TEST(SealedSignatures, GoBackToWhoMadeThem)
{
    const Json content = answered(minimax);
    EXPECT_TRUE(is_envelope({ content[0]["signature"].get_ref<const std::string&>() }));
    EXPECT_EQ(content[0]["thinking"], "I think.");
    const Json back = returned(content, minimax)["content"];
    EXPECT_EQ(back[0]["signature"], plain_signature);
    EXPECT_EQ(back[0]["thinking"], "I think.");
    EXPECT_EQ(returned(content, { "minimax", "MiniMax-M3" })["content"], back) << "of the same family";
}

TEST(SealedSignatures, GoToNobodyElse)
{
    const Json content = answered(minimax);
    const Json unsigned_thought = { { "type", "thinking" }, { "thinking", "I think." }, { "signature", "" } };
    EXPECT_EQ(returned(content, { "deepseek", "deepseek-v4-pro" })["content"][0], unsigned_thought);
    EXPECT_EQ(returned(content, { "minimax", "MiniMax-M2.5", Dialect::messages, "another" })["content"][0],
        unsigned_thought)
        << "signed by another server";
    for (const Place& claude :
        { Place { "anthropic", "claude-opus-4-5" }, Place { "openrouter", "anthropic/claude-opus-5.5" },
            Place { "openrouter", "openai/gpt-5.5" }, Place { "litellm", "claude-opus-4-5" },
            Place { "litellm", "bedrock/us.anthropic.claude-opus-4-5-v1:0" } })
        EXPECT_EQ(returned(content, claude)["content"].dump(), R"([{"text":"Yes.","type":"text"}])")
            << claude.model;
    EXPECT_EQ(returned(content, { "deepseek", "deepseek-v4-pro", Dialect::chat })["reasoning_content"], "");
    EXPECT_EQ(
        returned(content, { "minimax", "MiniMax-M2.5", Dialect::chat })["reasoning_content"], "I think.");
    EXPECT_EQ(
        sent(history(content), { "openai", "gpt-5.5", Dialect::responses }).body.text().find("I think."),
        std::string::npos);
}

TEST(SealedSignatures, AreNotThoseOfClaude)
{
    for (const Place& claude : { Place { "anthropic", "claude-opus-4-5" },
             Place { "openrouter", "anthropic/claude-opus-5.5" }, Place { "litellm", "claude-opus-4-5" } }) {
        const Json content = answered(claude);
        EXPECT_EQ(content[0]["signature"], plain_signature) << claude.preset;
        EXPECT_EQ(returned(content, { "anthropic", "claude-haiku-4-5" })["content"], content)
            << claude.preset;
        EXPECT_EQ(returned(content, { "openrouter", "anthropic/claude-haiku-4.5" })["content"], content);
    }
}

TEST(SealedSignatures, OfClaudeGoToNobodyElse)
{
    const Json content = { { { "type", "thinking" }, { "thinking", "I think." }, { "signature", "EqQB" } },
        { { "type", "redacted_thinking" }, { "data", "EqQC" } }, { { "type", "text" }, { "text", "Yes." } } };
    const Json unsigned_thought = { { "type", "thinking" }, { "thinking", "I think." }, { "signature", "" } };
    const Json text = { { "type", "text" }, { "text", "Yes." } };
    for (const char* preset : { "minimax", "deepseek", "moonshot", "zai", "vllm", "ollama" })
        EXPECT_EQ(returned(content, { preset, "model-1" })["content"], (Json { unsigned_thought, text }))
            << preset;
    EXPECT_EQ(returned(content, { "openrouter", "openai/gpt-5.5" })["content"], Json::array({ text }));
    EXPECT_EQ(returned(content, { "litellm", "claude-opus-4-5" })["content"], content);
}

} // namespace
} // namespace dragoman::translate
