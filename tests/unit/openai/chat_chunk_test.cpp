#include "openai/chat_chunk.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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

    json::Document document_;
    ChatChunkDecoder decoder_ { document_ };
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

// Nothing of it is copied, and nothing is remembered of it or of what came before.
TEST_F(ChatChunks, AWholeAnswerIsReadWhereItStands)
{
    const std::string event = R"({"choices":[{"index":0,"delta":{"content":"a"}}]})";
    decode(event);
    const std::string whole = R"({"choices":[{"index":0,"message":{"content":"b"}}]})";
    const auto chunk = decoder_.decode_whole(whole);
    ASSERT_TRUE(chunk);
    ASSERT_EQ(chunk->choices.size(), 1u);
    const std::string_view content = chunk->choices[0].content.escaped;
    EXPECT_EQ(content, "b");
    EXPECT_EQ(content.data(), whole.data() + whole.find("\"b\"") + 1);
    EXPECT_EQ(choice(event).content.escaped, "a");
}

// A decoder that saw the chunk before reads what a fresh one reads.
TEST_F(ChatChunks, AreReadTheSameWhateverCameBefore)
{
    auto text = [](std::string_view delta, std::string_view rest = "") {
        return R"({"id":"gen-1","choices":[{"index":0,"delta":{)" + std::string(delta) + "}"
            + std::string(rest) + "}]}";
    };
    const std::vector<std::string> chunks { text(R"("content":"Hi")"), text(R"("content":" there")"),
        text(R"("content":" \"x\"")"), text(R"("content":"")"), text(R"("content":"\ud83d")"),
        text(R"("content":"\ude00")"), text(R"("content":"again")"),
        text(R"("content":"","reasoning":"a","reasoning_details":[{"type":"reasoning.text","text":"a"}])"),
        text(R"("content":"","reasoning":"b","reasoning_details":[{"type":"reasoning.text","text":"b"}])"),
        text(R"("content":"","reasoning":"","reasoning_details":[{"type":"reasoning.text","text":"c"}])"),
        text(R"("tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":""}}])"),
        text(R"("tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}])"),
        text(R"("tool_calls":[{"index":0,"function":{"arguments":":1}"}}])"),
        text(R"("tool_calls":[{"index":1,"function":{"arguments":":1}"}}])"),
        text(R"("content":"end")", R"(,"finish_reason":"stop")"),
        text(R"("content":"end")", R"(,"finish_reason":"stop")"), text(R"("content":"after")"),
        text(R"("content":"after"),"usage":{"prompt_tokens":3)"), R"({"choices":[],"usage":{}})" };
    for (const std::string& chunk : chunks) {
        json::Document document;
        ChatChunkDecoder fresh(document);
        auto wanted = fresh.decode(chunk);
        auto got = decoder_.decode(chunk);
        ASSERT_EQ(got.has_value(), wanted.has_value()) << chunk;
        if (!wanted)
            continue;
        EXPECT_EQ(got->id, wanted->id);
        EXPECT_EQ(got->whole.text, chunk);
        EXPECT_EQ(got->has_surrogate_escapes, wanted->has_surrogate_escapes) << chunk;
        ASSERT_EQ(got->choices.size(), wanted->choices.size()) << chunk;
        for (std::size_t i = 0; i < wanted->choices.size(); ++i) {
            const ChatChoice& a = got->choices[i];
            const ChatChoice& b = wanted->choices[i];
            EXPECT_EQ(a.content, b.content) << chunk;
            EXPECT_EQ(a.reasoning, b.reasoning) << chunk;
            EXPECT_EQ(a.finish_reason, b.finish_reason) << chunk;
            ASSERT_EQ(a.reasoning_details.size(), b.reasoning_details.size()) << chunk;
            for (std::size_t d = 0; d < b.reasoning_details.size(); ++d)
                EXPECT_EQ(a.reasoning_details[d].text, b.reasoning_details[d].text) << chunk;
            ASSERT_EQ(a.tool_calls.size(), b.tool_calls.size()) << chunk;
            for (std::size_t t = 0; t < b.tool_calls.size(); ++t) {
                EXPECT_EQ(a.tool_calls[t].index, b.tool_calls[t].index) << chunk;
                EXPECT_EQ(a.tool_calls[t].arguments, b.tool_calls[t].arguments) << chunk;
            }
        }
    }
}

TEST_F(ChatChunks, SayWhetherTheyRepeatWhatCameBefore)
{
    auto text = [](std::string_view id, std::string_view delta) {
        return R"({"id":")" + std::string(id) + R"(","choices":[{"index":0,"delta":{"content":")"
            + std::string(delta) + R"("}}]})";
    };
    const std::string other = text("2", "d");
    EXPECT_FALSE(decode(text("1", "a")).is_repetition);
    EXPECT_TRUE(decode(text("1", "b")).is_repetition);
    EXPECT_TRUE(decode(text("1", "c")).is_repetition);
    EXPECT_FALSE(decode(other).is_repetition);
    EXPECT_FALSE(decoder_.decode_whole(other)->is_repetition); // Nobody has seen it as a chunk,
    EXPECT_FALSE(decode(other).is_repetition); // and so this is the first.
    EXPECT_TRUE(decode(other).is_repetition);
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
