#include "openai/chat_chunk.h"

#include <gtest/gtest.h>

namespace dragoman::openai {

namespace {

// The choice of a chunk with one.
class ChatChunks : public testing::Test {
protected:
    ChatChunk decode(std::string_view text)
    {
        auto chunk = decoder_.decode(text);
        EXPECT_TRUE(chunk) << chunk.error().message;
        return chunk ? *chunk : ChatChunk {};
    }
    const ChatChoice& choice(std::string_view text)
    {
        ChatChunk chunk = decode(text);
        EXPECT_EQ(chunk.choices.size(), 1u);
        return chunk.choices[0];
    }

    ChatChunkDecoder decoder_;
};

} // namespace

TEST_F(ChatChunks, GiveStringsAsTheyWereWritten)
{
    const ChatChoice& first = choice(R"({"choices":[{"index":0,"delta":{"content":"\u00e9\/é"}}]})");
    EXPECT_EQ(first.content.escaped, R"(\u00e9\/é)");
    EXPECT_FALSE(first.whole_message);
}

TEST_F(ChatChunks, ForgetTheChunkBefore)
{
    choice(
        R"({"choices":[{"delta":{"content":"a","tool_calls":[{"index":0}],"reasoning_details":[{}]},"finish_reason":"stop"}]})");
    const ChatChoice& second = choice(R"({"choices":[{"delta":{}}]})");
    EXPECT_TRUE(second.content.empty());
    EXPECT_TRUE(second.tool_calls.empty());
    EXPECT_TRUE(second.reasoning_details.empty());
    EXPECT_TRUE(second.finish_reason.empty());
}

TEST_F(ChatChunks, TakeReasoningFromOneFieldOnly) // S4
{
    EXPECT_EQ(
        choice(R"({"choices":[{"delta":{"reasoning":"b","reasoning_content":"a"}}]})").reasoning.escaped,
        "a");
    const ChatChoice& empty = choice(R"({"choices":[{"delta":{"reasoning_content":"","reasoning":"b"}}]})");
    EXPECT_EQ(empty.reasoning.escaped, "b");
    EXPECT_EQ(empty.reasoning_field, "reasoning");
}

TEST_F(ChatChunks, ReadToolCallsInEveryForm) // S14, S17, U-21
{
    const ChatChoice& calls = choice(
        R"({"choices":[{"delta":{"tool_calls":[{"index":null,"id":"a","function":{"name":"n","arguments":{"x":1}}},
        {"index":1,"function":{"arguments":null}},{"type":"custom","custom":{"name":"c","input":"free"}}]}}]})");
    ASSERT_EQ(calls.tool_calls.size(), 3u);
    EXPECT_FALSE(calls.tool_calls[0].index);
    EXPECT_EQ(calls.tool_calls[0].arguments_value.text, R"({"x":1})");
    EXPECT_EQ(calls.tool_calls[1].index, 1);
    EXPECT_TRUE(calls.tool_calls[1].arguments_value.empty());
    EXPECT_TRUE(calls.tool_calls[2].custom);
    EXPECT_EQ(calls.tool_calls[2].arguments.escaped, "free");
    EXPECT_EQ(
        choice(R"({"choices":[{"delta":{"function_call":{"name":"n"}}}]})").tool_calls[0].name.escaped, "n");
}

TEST_F(ChatChunks, ReadContentThatIsAnArray) // S40
{
    const ChatChoice& parts = choice(
        R"({"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"h"}]},
        {"type":"text","text":"t"},"s",{"type":"image_url","image_url":{"url":"data:x"}},{"type":"refusal","refusal":"r"}]}}]})");
    ASSERT_EQ(parts.parts.size(), 5u);
    EXPECT_EQ(parts.parts[0].kind, ContentPart::Kind::thinking);
    EXPECT_EQ(parts.parts[1].text.escaped, "t");
    EXPECT_EQ(parts.parts[2].text.escaped, "s");
    EXPECT_EQ(parts.parts[3].kind, ContentPart::Kind::image);
    EXPECT_EQ(parts.parts[4].kind, ContentPart::Kind::refusal);
    EXPECT_TRUE(parts.whole_message);
}

TEST_F(ChatChunks, FindUsageWhereverItStands) // S22
{
    EXPECT_EQ(decode(R"({"choices":[{"usage":{"prompt_tokens":3}}]})").usage->prompt_tokens, 3u);
    EXPECT_EQ(decode(R"({"x_groq":{"usage":{"prompt_tokens":4}}})").usage->prompt_tokens, 4u);
    EXPECT_FALSE(decode(R"({"choices":[],"usage":null})").usage);
}

TEST_F(ChatChunks, TellErrorsFromAnswers) // U-10, S28
{
    for (std::string_view error :
        { R"({"error":{"code":502}})", R"({"error":"text"})", R"([{"error":{"code":1}}])",
            R"({"object":"error","message":"m"})", R"({"detail":"d"})", R"({"type":"error","error":{}})" })
        EXPECT_TRUE(decode(error).is_error) << error;
    for (std::string_view fine : { R"({"error":null,"choices":[]})", R"({"error":{},"errors":[]})",
             R"({"error":"","choices":[]})", R"({"choices":[],"message":"m"})", "{}" })
        EXPECT_FALSE(decode(fine).is_error) << fine;
}

TEST_F(ChatChunks, RefuseWhatIsNoObject)
{
    for (std::string_view text : { "", "5", "[]", "[5]", "{", "{\"a\":01}", "null" })
        EXPECT_FALSE(decoder_.decode(text)) << text;
}

} // namespace dragoman::openai
