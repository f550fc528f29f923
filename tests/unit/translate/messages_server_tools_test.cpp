#include "anthropic/decode_request.h"
#include "support/targets.h"
#include "translate/messages_request_edit.h"
#include "translate/messages_server_tools.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace dragoman::translate {

namespace {

using Json = nlohmann::json;

const std::string search = R"({"type":"web_search_20250305","name":"web_search","max_uses":8})";
const std::string bash = R"({"name":"Bash","input_schema":{"type":"object","properties":{}}})";
const std::string question = R"({"role":"user","content":"hi"})";

Result<UpstreamCall> call(std::string_view body, std::string_view preset, std::string model = "model-1")
{
    json::Document document;
    auto request = anthropic::decode_request(document, body);
    if (!request)
        return Failure(request.error());
    const route::Target target = test::at(preset,
        { .model = std::move(model),
            .facts = std::make_shared<route::ModelFacts>(),
            .dialect = route::Target::Dialect::messages });
    auto sent = to_messages(document, *request, target, {}, { .upstream_name = std::string(preset) });
    if (sent)
        sent->body = json::Pieces(sent->body.text());
    return sent;
}

Json sent(const std::string& fields, std::string_view preset, const std::string& messages = question,
    std::string model = "model-1")
{
    const auto made = call(R"({"model":"m","max_tokens":32000,"messages":[)" + messages + "]," + fields + "}",
        preset, std::move(model));
    EXPECT_TRUE(made) << made.error().message;
    return made ? Json::parse(made->body.text()) : Json();
}

std::string tools(const std::string& list) { return R"("tools":[)" + list + "]"; }

} // namespace

TEST(MessagesServerTools, AreLeftOutWhereNobodyRunsThem)
{
    const std::string fetch = R"({"type":"web_fetch_20250910","name":"web_fetch"})";
    const std::string code = R"({"type":"code_execution_20250825","name":"code_execution"})";
    const std::string all = tools(search + "," + bash + "," + fetch + "," + code);
    for (std::string_view preset : { "zai", "moonshot", "vllm", "llamacpp", "lmstudio" })
        EXPECT_EQ(sent(all, preset)["tools"], Json::parse("[" + bash + "]")) << preset;
    for (std::string_view preset : { "deepseek", "minimax", "ollama" })
        EXPECT_EQ(sent(all, preset)["tools"], Json::parse("[" + search + "," + bash + "]")) << preset;
    for (std::string_view preset : { "anthropic", "litellm" })
        EXPECT_EQ(sent(all, preset)["tools"].size(), 4U) << preset;
}

TEST(MessagesServerTools, TakeTheFieldsWithThemThatNameThem)
{
    const std::string code = R"({"type":"code_execution_20250825","name":"code_execution"})";
    const std::string forced = R"(,"tool_choice":{"type":"tool","name":"code_execution"})";
    const Json alone = sent(tools(code) + forced, "zai");
    EXPECT_FALSE(alone.contains("tools"));
    EXPECT_FALSE(alone.contains("tool_choice"));
    const Json beside = sent(tools(bash + "," + code) + forced, "zai");
    EXPECT_EQ(beside["tools"].size(), 1U);
    EXPECT_FALSE(beside.contains("tool_choice"));
}

TEST(MessagesServerTools, ASearchThatNobodyMakesIsAnError)
{
    const std::string body =
        R"({"model":"m","max_tokens":9,"messages":[)" + question + "]," + tools(search) + "}";
    const auto refused = call(body, "zai");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::bad_request);
    EXPECT_EQ(refused.error().should_retry, false);
    EXPECT_NE(refused.error().message.find("zai does not search the web"), std::string::npos);
    EXPECT_TRUE(call(body, "deepseek"));
    EXPECT_TRUE(call(body, "litellm"));
    EXPECT_FALSE(call(R"({"model":"m","max_tokens":9,"messages":[)" + question + "],"
            + tools(R"({"type":"mcp_toolset","mcp_server_name":"x"})") + "}",
        "zai"));
}

TEST(MessagesServerTools, LaterSearchesAreAskedForAsTheFirst)
{
    const std::string later =
        R"({"type":"web_search_20260209","name":"web_search","max_uses":8,"allowed_callers":["direct"]})";
    EXPECT_EQ(sent(tools(later + "," + bash), "deepseek")["tools"][0], Json::parse(search));
}

TEST(MessagesServerTools, ToolsOfTheClientsAreSpelledOut)
{
    const Json made = sent(tools(R"({"type":"bash_20250124","name":"bash"})"), "deepseek")["tools"][0];
    EXPECT_EQ(made["name"], "bash");
    EXPECT_FALSE(made.contains("type"));
    EXPECT_TRUE(made["input_schema"]["properties"].contains("command"));
    EXPECT_EQ(sent(tools(R"({"type":"bash_20250124","name":"bash"})"), "openrouter")["tools"][0]["type"],
        "bash_20250124");
}

TEST(MessagesServerTools, DeferredToolsDoNotBringThemBack)
{
    const std::string later = R"({"name":"Later","input_schema":{"type":"object"},"defer_loading":true})";
    EXPECT_EQ(sent(tools(search + "," + bash + "," + later), "zai")["tools"], Json::parse("[" + bash + "]"));
}

TEST(MessagesServerTools, ARouterSearchesForToolsByExpressionsOnly)
{
    const std::string words =
        R"({"type":"tool_search_tool_bm25_20251119","name":"tool_search_tool_bm25","cache_control":{"type":"ephemeral"}})";
    const std::string expressions =
        R"({"type":"tool_search_tool_regex_20251119","name":"tool_search_tool_regex"})";
    const std::string deferred = R"({"name":"Far","input_schema":{"type":"object"},"defer_loading":true})";
    const std::string claude = "anthropic/claude-sonnet-5.5";
    const std::string both = tools(words + "," + bash + "," + deferred);
    Json other = Json::parse(expressions);
    other["cache_control"] = { { "type", "ephemeral" } };
    EXPECT_EQ(sent(both, "openrouter", question, claude)["tools"],
        Json::array({ other, Json::parse(bash), Json::parse(deferred) }));
    EXPECT_EQ(sent(tools(expressions + "," + deferred), "openrouter", question, claude)["tools"],
        Json::array({ Json::parse(expressions), Json::parse(deferred) }));
    EXPECT_EQ(sent(tools(expressions + "," + words + "," + bash), "openrouter", question, claude)["tools"],
        Json::array({ Json::parse(expressions), Json::parse(bash) }))
        << "no name is declared twice";
    EXPECT_EQ(sent(both, "anthropic")["tools"],
        Json::array({ Json::parse(words), Json::parse(bash), Json::parse(deferred) }));

    const std::string history = question
        + R"(,{"role":"assistant","content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"tool_search_tool_bm25","input":{"query":"far"}},{"type":"tool_search_tool_result","tool_use_id":"srvtoolu_1","content":{"type":"tool_search_tool_search_result","tool_references":[{"type":"tool_reference","tool_name":"Far"}]}},{"type":"text","text":"Found."}]},)"
        + question;
    const Json gpt = sent(both, "openrouter", history, "openai/gpt-5.5");
    Json near = Json::parse(deferred);
    near.erase("defer_loading");
    EXPECT_EQ(gpt["tools"], Json::array({ Json::parse(bash), near })) << "all of them at once";
    EXPECT_EQ(gpt["messages"][1]["content"], Json::parse(R"([{"type":"text","text":"Found."}])"));
}

TEST(MessagesServerTools, WhatTheyDidIsToldAsText)
{
    const std::string history = question + R"(,{"role":"assistant","content":[
        {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"cats"}},
        {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result",
            "url":"https://cats.example","title":"Cats","encrypted_content":"x"}]},
        {"type":"text","text":"Cats."}]},)"
        + question;
    const std::string fields = tools(bash);
    const Json told = sent(fields, "zai", history)["messages"][1]["content"];
    ASSERT_EQ(told.size(), 3U);
    EXPECT_EQ(told[0], Json::parse(R"({"type":"text","text":"[web_search \"cats\"]"})"));
    EXPECT_EQ(told[1]["type"], "text");
    EXPECT_NE(told[1]["text"].get<std::string>().find("https://cats.example"), std::string::npos);
    EXPECT_EQ(told[2]["text"], "Cats.");
    EXPECT_EQ(sent(fields, "deepseek", history)["messages"][1]["content"][0]["type"], "server_tool_use");
    EXPECT_EQ(
        sent(fields, "deepseek", history)["messages"][1]["content"][1]["type"], "web_search_tool_result");
}

TEST(MessagesServerTools, TheEffortGoesWhereItIsTaken)
{
    const std::string fields =
        R"("thinking":{"type":"adaptive"},"output_config":{"effort":"max","format":{"type":"json_schema","schema":{}}})";
    const Json made = sent(fields, "deepseek");
    EXPECT_EQ(made["output_config"], Json::parse(R"({"effort":"max"})"));
    EXPECT_EQ(made["thinking"]["budget_tokens"], 25600) << "four fifths of the limit";
    EXPECT_FALSE(sent(fields, "zai").contains("output_config"));
    EXPECT_FALSE(sent(R"("thinking":{"type":"disabled"},"output_config":{"effort":"max"})", "deepseek")
            .contains("output_config"))
        << "off counts more";
    EXPECT_FALSE(sent(R"("output_config":{"format":{"type":"json_schema","schema":{}}})", "deepseek")
            .contains("output_config"));
    const std::string own = R"({"role":"user","content":"hi","output_config":{"effort":"low"}})";
    EXPECT_EQ(sent(R"("stream":false)", "deepseek", own)["output_config"]["effort"], "low");
}

TEST(MessagesServerTools, MiniMaxThinksAdaptively)
{
    const Json adaptive = Json::parse(R"({"type":"adaptive"})");
    EXPECT_EQ(sent(R"("thinking":{"type":"adaptive"})", "minimax")["thinking"], adaptive);
    EXPECT_EQ(sent(R"("thinking":{"type":"enabled","budget_tokens":2000})", "minimax")["thinking"], adaptive);
    EXPECT_EQ(sent(R"("thinking":{"type":"disabled"})", "minimax")["thinking"]["type"], "disabled");
    EXPECT_EQ(sent(R"("output_config":{"effort":"low"})", "minimax", question,
                  "MiniMax-M3.1-Flash")["output_config"],
        Json::parse(R"({"effort":"low"})"));
}

TEST(MessagesServerTools, AnAnswerThatWasBegunIsAskedForByTheUser)
{
    const std::string begun = question + R"(,{"role":"assistant","content":"{"} )";
    const Json made = sent(R"("stream":false)", "openrouter", begun, "anthropic/claude-opus-4.6")["messages"];
    ASSERT_EQ(made.size(), 3U);
    EXPECT_EQ(made[2]["role"], "user");
    EXPECT_EQ(
        sent(R"("stream":false)", "openrouter", begun, "anthropic/claude-opus-4.5")["messages"].size(), 2U);
    EXPECT_EQ(sent(R"("stream":false)", "anthropic", begun, "claude-opus-4-6")["messages"].size(), 2U)
        << "everything passes there";
}

} // namespace dragoman::translate
