// What a model thought, on its way back to it: in the form that its upstream reads, and to nobody else.
#include "config/presets.h"
#include "support/answers.h"
#include "support/chat_call.h"
#include "support/responses_call.h"
#include "translate/envelope.h"
#include "translate/messages_request_edit.h"

#include <gtest/gtest.h>

namespace dragoman::translate {
namespace {

using enum route::Quirk;
using test::Json;
using Dialect = route::Target::Dialect;

// The message that the client keeps of an answer.
Json kept(const std::string& upstream, const std::string& model)
{
    AnswerPlan plan = test::default_plan();
    plan.upstream_model = model;
    return test::accumulate(test::run(plan, upstream).out)["content"];
}

Json request_with(const Json& content, const Json& more = Json::object())
{
    Json body = { { "model", "claude" }, { "max_tokens", 9000 },
        { "messages",
            { { { "role", "user" }, { "content", "Go." } },
                { { "role", "assistant" }, { "content", content } },
                { { "role", "user" }, { "content", "On." } } } } };
    body.update(more);
    return body;
}

Json answered(const Json& content)
{
    Json body = request_with(content);
    Json results = Json::array();
    for (const Json& block : content)
        if (block["type"] == "tool_use")
            results.push_back(
                { { "type", "tool_result" }, { "tool_use_id", block["id"] }, { "content", "done" } });
    body["messages"][2]["content"] = results;
    return body;
}

// The assistant's message as the upstream gets it.
Json returned(const Json& body, const route::Target& target)
{
    const Json sent = test::chat_json(body.dump(), target);
    for (const Json& message : sent["messages"])
        if (message["role"] == "assistant")
            return message;
    return {};
}

std::string thinking_stream(const std::string& field)
{
    return test::chunk({ { "choices", { { { "delta", { { field, "Hm, \"so\"." } } } } } } })
        + test::chunk({ { "choices", { { { "delta", { { "content", "Yes." } } } } } } })
        + test::chunk({ { "choices", { { { "delta", Json::object() }, { "finish_reason", "stop" } } } } })
        + "data: [DONE]\n\n";
}

TEST(ThoughtsBack, GoInTheFormThatIsRead)
{
    const std::string model = "deepseek-v4";
    for (const char* field : { "reasoning_content", "reasoning", "reasoning_text", "thinking" }) {
        SCOPED_TRACE(field);
        const Json body = request_with(kept(thinking_stream(field), model));
        const auto back = [&](route::Quirks quirks) {
            route::Target target = test::unlisted(model);
            target.quirks = quirks;
            return returned(body, target);
        };
        EXPECT_EQ(back({ reasoning_content_back })["reasoning_content"], "Hm, \"so\".");
        EXPECT_EQ(back({ require_reasoning_content })["reasoning_content"], "Hm, \"so\".");
        EXPECT_EQ(back({ reasoning_details })["reasoning_content"], "Hm, \"so\".");
        EXPECT_EQ(back({ reasoning_details, routing_fields })["reasoning"], "Hm, \"so\".");
        EXPECT_EQ(back({ think_tags })["content"], "<think>\nHm, \"so\".\n</think>\n\nYes.");
        EXPECT_EQ(back({ thinking_parts })["content"],
            Json::parse(R"([{"type":"thinking","thinking":[{"type":"text","text":"Hm, \"so\"."}]},
                            {"type":"text","text":"Yes."}])"));
        EXPECT_EQ(back({}), Json::parse(R"({"role":"assistant","content":"Yes."})"));
    }
}

TEST(ThoughtsBack, GoOnlyToTheFamilyThatHadThem)
{
    const Json body = request_with(kept(thinking_stream("reasoning_content"), "deepseek-v4"));
    EXPECT_EQ(
        returned(body, test::at("vllm", test::unlisted("qwen3-thinking"))).count("reasoning_content"), 0U);
    EXPECT_EQ(returned(body, test::at("openrouter", test::unlisted("deepseek/deepseek-v3.2")))["reasoning"],
        "Hm, \"so\".");
    EXPECT_EQ(returned(body, test::at("openrouter", test::unlisted("z-ai/glm-5"))).count("reasoning"), 0U);
}

TEST(ThoughtsBack, AreEmptyWhereEveryMessageMustHaveThem)
{
    const Json text = Json::array({ { { "type", "text" }, { "text", "Yes." } } });
    const route::Target target = test::at("deepseek", test::unlisted("deepseek-v4"));
    EXPECT_EQ(returned(request_with(text), target)["reasoning_content"], "");
    const Json off = { { "thinking", { { "type", "disabled" } } } };
    EXPECT_EQ(returned(request_with(text, off), target).count("reasoning_content"), 0U);
}

const std::string signed_calls =
    R"(data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"function-call-1","function":{"name":"Bash","arguments":"{}"},)"
    R"("extra_content":{"google":{"thought_signature":"c2lnbmVk"}}}]}}]})"
    "\n\n"
    R"(data: {"choices":[{"delta":{"tool_calls":[{"index":1,"id":"function-call-2","function":{"name":"Read","arguments":"{}"}}]},"finish_reason":"stop"}]})"
    "\n\ndata: [DONE]\n\n";

TEST(ThoughtsBack, BringTheSignatureOfACallToTheCall)
{
    const Json body = answered(kept(signed_calls, "gemini-3-pro"));
    const auto calls = [&](const route::Target& target) { return returned(body, target)["tool_calls"]; };
    const Json own = calls(test::at("gemini", test::unlisted("gemini-3-flash")));
    ASSERT_EQ(own.size(), 2U);
    EXPECT_EQ(own[0]["extra_content"], Json::parse(R"({"google":{"thought_signature":"c2lnbmVk"}})"));
    EXPECT_EQ(own[1].count("extra_content"), 0U);
    for (const route::Target& other : { test::at("deepseek", test::unlisted("deepseek-v4")),
             test::at("gemini", test::unlisted("gemini-2.5-pro")),
             test::elsewhere(test::unlisted("gemini-3")) })
        EXPECT_EQ(calls(other)[0].count("extra_content"), 0U);
    // A router takes it as a detail, for the same models.
    const Json router = returned(body, test::at("openrouter", test::unlisted("google/gemini-3-pro")));
    ASSERT_TRUE(router.contains("reasoning_details"));
    EXPECT_EQ(router["reasoning_details"][0]["data"], "c2lnbmVk");
    EXPECT_EQ(router["reasoning_details"][0]["id"], router["tool_calls"][0]["id"]);
}

TEST(ThoughtsBack, SayAFixedWordWhereTheSignatureWasLost)
{
    const Json content = Json::array({ { { "type", "tool_use" }, { "id", "toolu_01" }, { "name", "Bash" },
        { "input", Json::object() } } });
    const Json back = returned(answered(content), test::at("gemini", test::unlisted("gemini-3-pro")));
    EXPECT_EQ(back["tool_calls"][0]["extra_content"]["google"]["thought_signature"],
        "skip_thought_signature_validator");
}

// Whatever the preset, the dialect and the model.
TEST(ThoughtsBack, NeverCarryWhatAnotherModelSigned)
{
    const auto sealed = [](const std::string& model, const std::string& format) {
        const std::string detail = R"({"type":"reasoning.encrypted","data":"SECRET-OF-)" + model
            + R"(","format":")" + format + "\"}";
        const json::RawValue raw { detail };
        return encode_envelope("somebody", model, std::span(&raw, 1));
    };
    const auto thought = [](const std::string& text, const std::string& signature) {
        return Json { { "type", "thinking" }, { "thinking", text }, { "signature", signature } };
    };
    const Json content = Json::array(
        { thought("a", "CLAUDES-SIGNATURE"), thought("b", sealed("openai/gpt-5.5", "openai-responses-v1")),
            thought("c", sealed("google/gemini-3-pro", "google-gemini-v1")),
            { { "type", "redacted_thinking" }, { "data", sealed("x-ai/grok-4", "xai-responses-v1") } },
            { { "type", "text" }, { "text", "Done." } } });
    const std::string body = request_with(content).dump();
    for (const config::Preset& preset : config::presets())
        for (const char* model :
            { "deepseek/deepseek-v3.2", "kimi-k2.5", "magistral-medium", "gpt-oss-120b" })
            for (Dialect dialect : { Dialect::chat, Dialect::messages, Dialect::responses }) {
                SCOPED_TRACE(std::string(preset.name) + " " + model);
                const route::Target target = test::at(preset.name, test::unlisted(model, dialect));
                json::Document document;
                auto request = anthropic::decode_request(document, body);
                ASSERT_TRUE(request);
                auto call = dialect == Dialect::messages ? to_messages(document, *request, target, {}, {})
                    : dialect == Dialect::responses      ? to_responses(*request, target, {}, {})
                                                         : to_chat(*request, target, {}, {});
                ASSERT_TRUE(call) << call.error().message;
                const std::string sent = call->body.text();
                EXPECT_EQ(sent.find("SECRET-OF-"), std::string::npos) << sent;
                EXPECT_EQ(sent.find("dgm1."), std::string::npos) << sent;
                if (dialect != Dialect::messages) {
                    EXPECT_EQ(sent.find("CLAUDES-SIGNATURE"), std::string::npos) << sent;
                }
            }
}

} // namespace
} // namespace dragoman::translate
