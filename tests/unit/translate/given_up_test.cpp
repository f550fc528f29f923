// What a request gives up where its upstream refuses a part of it, in each dialect.
#include "support/responses_call.h"
#include "translate/messages_request_edit.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::translate {

namespace {

using route::Quirk;
using route::Quirks;
using route::Target;
using test::Json;
using ::testing::HasSubstr;
using ::testing::Not;

// Of which nothing is known but these.
Target with(const Quirks& quirks, std::vector<std::string> refused = {},
    Target::Dialect dialect = Target::Dialect::chat)
{
    Target target = test::unlisted("some-model", dialect);
    target.quirks = quirks;
    route::ModelFacts facts = *target.facts;
    facts.refused_parameters = std::move(refused);
    target.facts = std::make_shared<route::ModelFacts>(facts);
    return target;
}

Target in_messages(const Quirks& quirks, std::vector<std::string> refused = {})
{
    return with(quirks, std::move(refused), Target::Dialect::messages);
}

Result<UpstreamCall> messages_call(std::string_view body, const Target& target, const Options& options = {})
{
    json::Document document;
    ASSIGN_OR_RETURN(request, anthropic::decode_request(document, body));
    return test::settled(to_messages(document, request, target, {}, options));
}

Json messages_json(std::string_view body, const Target& target)
{
    auto call = messages_call(body, target);
    EXPECT_TRUE(call) << call.error().message;
    return call ? Json::parse(call->body.text()) : Json::object();
}

std::string request(std::string_view fields, std::string_view messages = R"({"role":"user","content":"Hi"})")
{
    std::string body = R"({"model":"claude","max_tokens":5000,"messages":[)";
    return body.append(messages).append("]").append(fields).append("}");
}

const std::string tool = R"({"name":"f","description":"d","strict":true,"cache_control":{"type":"ephemeral"},
    "input_schema":{"type":"object","properties":{"a":{"type":"string","pattern":"^x"}},
    "required":["a"],"additionalProperties":false}})";

} // namespace

TEST(GivenUp, ParametersOfAChatRequestWhoeverAskedForThem)
{
    const std::string body = request(R"(,"stream":true,"temperature":0.5,"top_p":0.9,"tools":[)" + tool
        + R"(],"tool_choice":{"type":"auto","disable_parallel_tool_use":true})");
    const auto plain = test::chat_call(body, with({}));
    ASSERT_TRUE(plain);
    const Json before = Json::parse(plain->body.text());
    ASSERT_TRUE(before.contains("stream_options") && before.contains("parallel_tool_calls"));
    const auto call =
        test::chat_call(body, with({}, { "stream_options", "temperature", "parallel_tool_calls" }));
    ASSERT_TRUE(call);
    Json expected = before;
    for (const char* name : { "stream_options", "temperature", "parallel_tool_calls" })
        expected.erase(name);
    EXPECT_EQ(Json::parse(call->body.text()), expected);
    EXPECT_THAT(call->notes.dropped, ::testing::IsSupersetOf({ "stream_options", "temperature" }));
}

TEST(GivenUp, WhatHasNoFieldOfItsOwn)
{
    const std::string thinks = R"(,"thinking":{"type":"adaptive"},"output_config":{"effort":"high"})";
    const Json summary = test::responses_json(request(thinks), with({}, {}, Target::Dialect::responses));
    EXPECT_EQ(summary["reasoning"], Json::parse(R"({"effort":"high","summary":"auto"})"));
    const Json without =
        test::responses_json(request(thinks), with({}, { "reasoning.summary" }, Target::Dialect::responses));
    EXPECT_EQ(without["reasoning"], Json::parse(R"({"effort":"high"})"));

    const std::vector<std::string> effort { "reasoning_effort.with_tools" };
    const Json tools = test::chat_json(
        request(thinks + R"(,"tools":[)" + tool + "]"), with({ Quirk::reasoning_effort }, effort));
    EXPECT_EQ(tools["reasoning_effort"], "none");
    EXPECT_EQ(test::chat_json(request(thinks), with({ Quirk::reasoning_effort }, effort))["reasoning_effort"],
        "high");

    const auto noted = test::chat_call(
        request(thinks + R"(,"tools":[)" + tool + "]"), with({ Quirk::reasoning_effort }, effort));
    ASSERT_TRUE(noted);
    EXPECT_THAT(noted->notes.dropped, ::testing::Contains("thinking"));

    const std::string begun = R"({"role":"user","content":"Hi"},{"role":"assistant","content":"{"})";
    EXPECT_EQ(test::chat_json(request("", begun), with({}, { "messages.prefill" }))["messages"].size(), 3U);
    const Target own = in_messages({ Quirk::first_party }, { "messages.prefill" });
    EXPECT_EQ(messages_json(request("", begun), own)["messages"].size(), 3U);
    EXPECT_EQ(messages_json(request("", begun), in_messages({ Quirk::first_party }))["messages"].size(), 2U);
}

TEST(GivenUp, ASearchOfTheResponsesApi)
{
    const std::string search = R"({"type":"web_search_20250305","name":"web_search"})";
    const Target blind = with({ Quirk::no_search }, {}, Target::Dialect::responses);
    const auto alone = test::responses_call(request(R"(,"tools":[)" + search + "]"), blind);
    ASSERT_TRUE(alone);
    const Json sent = Json::parse(alone->body.text());
    EXPECT_FALSE(sent.contains("tools"));
    EXPECT_FALSE(sent.contains("tool_choice"));
    EXPECT_TRUE(alone->plan.web_search) << "the client hears that there was none";
    const Json beside = test::responses_json(request(R"(,"tools":[)" + search + "," + tool
                                                 + R"(],"tool_choice":{"type":"tool","name":"web_search"})"),
        blind);
    EXPECT_EQ(beside["tools"].size(), 1U);
    EXPECT_FALSE(beside.contains("tool_choice"));
    EXPECT_EQ(beside["include"], Json::parse(R"(["reasoning.encrypted_content"])"));
}

TEST(GivenUp, AFormatThatCannotBeAskedForIsToldInWords)
{
    const std::string body =
        request(R"(,"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}})");
    const Json sent = test::chat_json(body, with({}, { "response_format" }));
    EXPECT_FALSE(sent.contains("response_format"));
    EXPECT_THAT(sent.dump(), HasSubstr("Respond only with JSON"));
}

TEST(GivenUp, ASummaryOfTheReasoningAndNotItsEffort)
{
    const std::string body = request(R"(,"thinking":{"type":"adaptive"},"output_config":{"effort":"high"})");
    const std::vector<std::string> refused { "reasoning.summary" };
    const Json responses =
        test::responses_json(body, with({ Quirk::reasoning_effort }, refused, Target::Dialect::responses));
    EXPECT_EQ(responses["reasoning"], Json({ { "effort", "high" } }));
    const Json chat =
        test::chat_json(body, with({ Quirk::reasoning_object, Quirk::reasoning_summary }, refused));
    EXPECT_EQ(chat["reasoning"], Json({ { "effort", "high" } }));
}

TEST(GivenUp, ParametersOfTheOtherDialects)
{
    const Json responses = test::responses_json(
        request(R"(,"temperature":0.5)"), with({}, { "temperature", "store" }, Target::Dialect::responses));
    EXPECT_FALSE(responses.contains("temperature"));
    EXPECT_FALSE(responses.contains("store"));
    EXPECT_TRUE(responses.contains("max_output_tokens"));

    const std::string body =
        request(R"(,"temperature":0.5,"thinking":{"type":"adaptive"},"context_management":{"edits":[]})");
    const Json sent = messages_json(body,
        in_messages({ Quirk::first_party, Quirk::context_edits }, { "context_management", "thinking" }));
    EXPECT_FALSE(sent.contains("context_management")) << "also at Anthropic's own API";
    EXPECT_FALSE(sent.contains("thinking"));
    EXPECT_TRUE(sent.contains("temperature"));
}

TEST(GivenUp, MoreOutputThanWasRefused)
{
    Options options;
    options.most_output = 900;
    const auto chat = test::chat_call(request(""), with({}), {}, options);
    ASSERT_TRUE(chat);
    EXPECT_EQ(Json::parse(chat->body.text())["max_tokens"], 900);
    EXPECT_EQ(chat->plan.max_tokens, 900U);

    options.most_output = 2000;
    const auto own = messages_call(request(R"(,"thinking":{"type":"enabled","budget_tokens":4000})"),
        in_messages({ Quirk::first_party }), options);
    ASSERT_TRUE(own);
    const Json sent = Json::parse(own->body.text());
    EXPECT_EQ(sent["max_tokens"], 2000);
    EXPECT_EQ(sent["thinking"]["budget_tokens"], 1600) << "it leaves room for the answer";
}

TEST(GivenUp, TheRoleOfTheSystem)
{
    const std::string talk = R"({"role":"user","content":"Hi"},{"role":"assistant","content":"Yes?"},)"
                             R"({"role":"user","content":"Go"},{"role":"system","content":"Later"})";
    const std::string body = request(R"(,"system":"You help.")", talk);
    const Json first =
        test::chat_json(body, with({ Quirk::system_anywhere, Quirk::system_first }))["messages"];
    EXPECT_EQ(first[0]["role"], "system");
    EXPECT_THAT(first.back()["content"].get<std::string>(), HasSubstr("<system-reminder>\nLater"));

    const Json none = test::chat_json(body, with({ Quirk::system_anywhere, Quirk::no_system }))["messages"];
    ASSERT_EQ(none.size(), 3U);
    EXPECT_EQ(none[0]["role"], "user");
    EXPECT_EQ(none[0]["content"], "You help.\n\nHi");
    EXPECT_THAT(none.dump(), Not(HasSubstr("\"role\":\"system\"")));

    const Json messages = messages_json(body, in_messages({ Quirk::system_first }))["messages"];
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_THAT(messages[2]["content"].get<std::string>(), HasSubstr("<system-reminder>\nLater"));
}

// The assistant may begin, in a request that goes on with somebody else's conversation.
TEST(GivenUp, TheRoleOfTheSystemInFrontOfTheAssistant)
{
    const std::string body = request(R"(,"system":"You help.")",
        R"({"role":"assistant","content":"Hello."},{"role":"user","content":"Hi"})");
    const Json sent = test::chat_json(body, with({ Quirk::no_system }))["messages"];
    ASSERT_EQ(sent.size(), 3U);
    EXPECT_EQ(sent[0]["content"], "You help.");
    EXPECT_EQ(sent[0]["role"], "user");
    EXPECT_EQ(sent[2]["content"], "Hi");
}

TEST(GivenUp, ThoughtsOfTheHistory)
{
    const std::string talk =
        R"({"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.",)"
        R"("signature":"c2ln"},{"type":"redacted_thinking","data":"c2ln"},{"type":"text","text":"Yes?"}]},)"
        R"({"role":"user","content":"Go"})";
    const Json own =
        messages_json(request("", talk), in_messages({ Quirk::first_party, Quirk::no_thoughts_back }));
    ASSERT_EQ(own["messages"][1]["content"].size(), 1U);
    EXPECT_EQ(own["messages"][1]["content"][0]["type"], "text");

    const Quirks takes { Quirk::reasoning_content_back };
    const std::string unsigned_talk =
        R"({"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.",)"
        R"("signature":""},{"type":"text","text":"Yes?"}]},{"role":"user","content":"Go"})";
    const Json before = test::chat_json(request("", unsigned_talk), with(takes));
    ASSERT_THAT(before.dump(), HasSubstr("reasoning_content"));
    const Json after =
        test::chat_json(request("", unsigned_talk), with(takes | Quirks { Quirk::no_thoughts_back }));
    EXPECT_THAT(after.dump(), Not(HasSubstr("Hm.")));
}

TEST(GivenUp, ThinkingBetweenACallAndItsResultWhereTheThoughtIsRefused)
{
    const std::string open =
        R"({"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.",)"
        R"("signature":"c2ln"},{"type":"tool_use","id":"t","name":"f","input":{}}]},)"
        R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"a"}]})";
    const std::string fields = R"(,"thinking":{"type":"enabled","budget_tokens":2000},)"
                               R"("context_management":{"edits":[{"type":"clear_thinking_20251015"}]})";
    const Target target = in_messages({ Quirk::first_party, Quirk::context_edits, Quirk::no_thoughts_back });
    const Json during = messages_json(request(fields, open), target);
    EXPECT_EQ(during["thinking"]["type"], "disabled");
    EXPECT_FALSE(during.contains("context_management")) << "it is for requests that think";
    const Json later = messages_json(request(fields,
                                         open
                                             + R"(,{"role":"assistant","content":"Yes"},)"
                                               R"({"role":"user","content":"Go"})"),
        target);
    EXPECT_EQ(later["thinking"]["type"], "enabled");
    const Json adaptive = messages_json(request(R"(,"thinking":{"type":"adaptive"})", open), target);
    EXPECT_EQ(adaptive["thinking"]["type"], "adaptive") << "which asks for no thought in front";
}

TEST(GivenUp, MarksStrictnessAndSchemasOfAMessagesRequest)
{
    const std::string body =
        request(R"(,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],)"
                R"("cache_control":{"type":"ephemeral"},"tools":[)"
                + tool + "]",
            R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text",)"
            R"("text":"a","cache_control":{"type":"ephemeral"}}]},{"type":"text","text":"Hi",)"
            R"("cache_control":{"type":"ephemeral"}}]})");
    for (const Quirks& endpoint : { Quirks {}, Quirks { Quirk::first_party } }) {
        const Json all = messages_json(body, in_messages(endpoint));
        ASSERT_THAT(all.dump(), HasSubstr("cache_control"));
        const Json sent =
            messages_json(body, in_messages(endpoint | Quirks { Quirk::no_cache_marks, Quirk::no_strict }));
        EXPECT_THAT(sent.dump(), Not(HasSubstr("cache_control")));
        EXPECT_FALSE(sent["tools"][0].contains("strict"));
        EXPECT_EQ(sent["tools"][0]["input_schema"], all["tools"][0]["input_schema"]);
        EXPECT_EQ(sent["messages"][0]["content"][1]["text"], "Hi");
    }
    const Json simple = messages_json(body, in_messages({ Quirk::simple_schemas }));
    EXPECT_THAT(simple["tools"][0]["input_schema"].dump(), Not(HasSubstr("additionalProperties")));
    EXPECT_EQ(simple["tools"][0]["input_schema"]["required"][0], "a");
    EXPECT_TRUE(simple["tools"][0].contains("cache_control"));
}

TEST(GivenUp, WhatOnlyLooksLikeAMark)
{
    const std::string talk = R"({"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f",)"
                             R"("input":{"cache_control":{"type":"mine"}}}]},{"role":"user","content":"Go"})";
    const Json sent = messages_json(request("", talk), in_messages({ Quirk::no_cache_marks }));
    EXPECT_EQ(sent["messages"][0]["content"][0]["input"]["cache_control"]["type"], "mine");
}

TEST(GivenUp, PicturesOfAMessagesRequest)
{
    Target target = in_messages({});
    route::ModelFacts facts = *target.facts;
    facts.input_image = false;
    target.facts = std::make_shared<route::ModelFacts>(facts);
    const Json sent =
        messages_json(request("",
                          R"({"role":"user","content":[{"type":"image","source":{"type":"base64",)"
                          R"("media_type":"image/png","data":"aaaa"}},{"type":"text","text":"Hi"}]})"),
            target);
    EXPECT_EQ(
        sent["messages"][0]["content"][0]["text"], "[image omitted: model some-model accepts text only]");
    EXPECT_EQ(sent["messages"][0]["content"][1]["text"], "Hi");
}

TEST(GivenUp, AToolThatMustBeCalled)
{
    const std::string fields = R"(,"tools":[)" + tool
        + R"(],"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},)";
    const std::string silent = request(fields + R"("thinking":{"type":"disabled"})");
    const std::string thinks = request(fields + R"("thinking":{"type":"adaptive"})");

    EXPECT_TRUE(test::chat_json(silent, with({ Quirk::no_forced_tool })).contains("tool_choice"));
    EXPECT_FALSE(test::chat_json(silent, with({ Quirk::never_forced })).contains("tool_choice"));

    const Json free = Json::parse(R"({"type":"auto","disable_parallel_tool_use":true})");
    EXPECT_EQ(messages_json(silent, in_messages({ Quirk::no_forced_tool }))["tool_choice"]["type"], "tool");
    EXPECT_EQ(messages_json(thinks, in_messages({ Quirk::no_forced_tool }))["tool_choice"], free);
    EXPECT_EQ(messages_json(silent, in_messages({ Quirk::never_forced }))["tool_choice"], free);
}

} // namespace dragoman::translate
