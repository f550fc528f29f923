#include "translate/sent_request.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::translate {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

} // namespace

TEST(SentRequest, FindsWhatAChatRequestHolds)
{
    const SentRequest sent = sent_request(R"({"model":"m","stream":true,"max_completion_tokens":900,
        "temperature":0.5,"stream_options":{"include_usage":true},"provider":{"order":["x"]},
        "tools":[{"type":"function","function":{"name":"f","strict":true}}],"tool_choice":"required",
        "messages":[{"role":"system","content":[{"type":"text","text":"s",
                "cache_control":{"type":"ephemeral"}}]},
            {"role":"user","content":[{"type":"image_url","image_url":{"url":"data:"}}]},
            {"role":"assistant","content":"","reasoning_content":"h","tool_calls":[{"id":"1"}]},
            {"role":"tool","content":"r","tool_call_id":"1"},
            {"role":"developer","content":"later"}]})");
    EXPECT_THAT(sent.parameters, ElementsAre("temperature", "stream_options", "reasoning_effort.with_tools"))
        << "without what decides where it goes";
    EXPECT_EQ(sent.max_tokens, 900U);
    EXPECT_TRUE(sent.thinking);
    EXPECT_TRUE(sent.tool_calls);
    EXPECT_TRUE(sent.tools);
    EXPECT_TRUE(sent.forced_tool);
    EXPECT_TRUE(sent.images);
    EXPECT_TRUE(sent.system_first);
    EXPECT_TRUE(sent.system_role);
    EXPECT_TRUE(sent.strict);
    EXPECT_TRUE(sent.cache_control);
}

TEST(SentRequest, FindsWhatAMessagesRequestHolds)
{
    const SentRequest sent = sent_request(R"({"model":"m","max_tokens":10,"thinking":{"type":"adaptive"},
        "tool_choice":{"type":"any"},"messages":[{"role":"user","content":"a"},
        {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},
            {"type":"tool_use","id":"1","name":"f","input":{"cache_control":1}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"1",
            "content":[{"type":"image","source":{}}]}]},
        {"role":"system","content":"later"}]})");
    EXPECT_THAT(sent.parameters, ElementsAre("thinking"));
    EXPECT_TRUE(sent.thinking);
    EXPECT_TRUE(sent.tool_calls);
    EXPECT_TRUE(sent.forced_tool);
    EXPECT_TRUE(sent.images);
    EXPECT_TRUE(sent.system_role);
    EXPECT_FALSE(sent.system_first);
    EXPECT_FALSE(sent.tools);
    EXPECT_FALSE(sent.strict);
}

TEST(SentRequest, FindsWhatAResponsesRequestHolds)
{
    const SentRequest sent = sent_request(R"({"model":"m","max_output_tokens":64,"store":false,
        "reasoning":{"effort":"low","summary":"auto"},"instructions":"s","tool_choice":"auto","input":[{"type":"message","role":"developer","content":[]},
        {"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:"}]},
        {"type":"reasoning","id":"rs_1","encrypted_content":"x"},{"type":"function_call","call_id":"1"},
        {"type":"function_call_output","call_id":"1","output":"r"}]})");
    EXPECT_THAT(sent.parameters, ElementsAre("store", "reasoning", "reasoning.summary"));
    EXPECT_EQ(sent.max_tokens, 64U);
    EXPECT_TRUE(sent.thinking);
    EXPECT_TRUE(sent.tool_calls);
    EXPECT_TRUE(sent.images);
    EXPECT_TRUE(sent.system_first);
    EXPECT_FALSE(sent.system_role);
    EXPECT_FALSE(sent.forced_tool);
}

TEST(SentRequest, HoldsNothingThatWasOnlySpokenOf)
{
    const SentRequest sent = sent_request(R"({"model":"m","messages":[{"role":"user",
        "content":"\"cache_control\": {\"type\":\"thinking\"} and \"image_url\""}]})");
    EXPECT_FALSE(sent.cache_control);
    EXPECT_FALSE(sent.thinking);
    EXPECT_FALSE(sent.images);
    EXPECT_THAT(sent.parameters, IsEmpty());
    EXPECT_THAT(sent_request("no JSON").parameters, IsEmpty());
}

// A name is shown in a header and in the log.
TEST(SentRequest, KnowsParametersByPlainNamesOnly)
{
    const SentRequest sent = sent_request(R"({"top_p":1,"a\r\nb":1,"with space":1,"":1,"messages":[]})");
    EXPECT_THAT(sent.parameters, ElementsAre("top_p"));
}

} // namespace dragoman::translate
