#include "openai/responses_event.h"

#include <gtest/gtest.h>

namespace dragoman::openai {

namespace {

using Kind = ResponsesEvent::Kind;

class ResponsesEvents : public testing::Test {
protected:
    ResponsesEvent decode(std::string_view text, std::string_view name = "")
    {
        auto event = decoder_.decode(text, name);
        EXPECT_TRUE(event) << event.error().message;
        return event ? *event : ResponsesEvent {};
    }
    json::Document document_;
    ResponsesEventDecoder decoder_ { document_ };
};

} // namespace

TEST_F(ResponsesEvents, AreTakenByTheirTypeOrByTheNameOfTheEvent)
{
    EXPECT_EQ(decode(R"({"type":"response.output_text.delta","delta":"a","output_index":2})").kind,
        Kind::text_delta);
    const ResponsesEvent named = decode(R"({"delta":"a\n","output_index":2})", "response.output_text.delta");
    EXPECT_EQ(named.kind, Kind::text_delta);
    EXPECT_EQ(named.delta.escaped, R"(a\n)");
    EXPECT_EQ(named.output_index, 2);
}

TEST_F(ResponsesEvents, ThatAreUnknownAreNothing)
{
    EXPECT_EQ(decode(R"({"type":"response.tomorrow","message":"m"})").kind, Kind::other);
    EXPECT_EQ(decode(R"({"type":"keepalive"})").kind, Kind::other);
    EXPECT_EQ(decode(R"({})").kind, Kind::other);
}

TEST_F(ResponsesEvents, MayBeErrorsInAnyShape)
{
    EXPECT_EQ(decode(R"({"type":"error","code":"server_error","message":"m"})").kind, Kind::error);
    EXPECT_EQ(decode(R"({"type":"error","error":{"message":"m"}})").kind, Kind::error);
    EXPECT_EQ(decode(R"({"error":{"message":"m"}})").kind, Kind::error);
    EXPECT_EQ(decode(R"([{"error":{"message":"m"}}])").kind, Kind::error);
}

TEST_F(ResponsesEvents, ThatAreNoObjectsAreRefused)
{
    EXPECT_FALSE(decoder_.decode("{", ""));
    EXPECT_FALSE(decoder_.decode("17", ""));
    EXPECT_FALSE(decoder_.decode("[]", ""));
}

TEST_F(ResponsesEvents, OfWrongTypesCountAsAbsent)
{
    const ResponsesEvent event =
        decode(R"({"type":"response.output_item.added","output_index":"1","item":7,"delta":{}})");
    EXPECT_EQ(event.kind, Kind::item_added);
    EXPECT_FALSE(event.output_index);
    EXPECT_EQ(event.item.kind, ResponsesItem::Kind::other);
    EXPECT_TRUE(event.delta.empty());
}

TEST_F(ResponsesEvents, HoldItems)
{
    const ResponsesEvent call = decode(
        R"({"type":"response.output_item.done","item":{"id":"fc_1","arguments":"{}","call_id":"c","name":"n","type":"function_call"}})");
    EXPECT_EQ(call.item.kind, ResponsesItem::Kind::function_call);
    EXPECT_EQ(call.item.arguments.escaped, "{}");
    EXPECT_EQ(call.item.call_id.escaped, "c");
    const ResponsesEvent reasoning = decode(
        R"({"type":"response.output_item.done","item":{"content":[{"type":"reasoning_text","text":"c"}],"summary":[{"text":"s"}],"encrypted_content":"e","type":"reasoning"}})");
    ASSERT_EQ(reasoning.item.parts.size(), 1u);
    EXPECT_EQ(reasoning.item.parts[0].text.escaped, "s");
    EXPECT_TRUE(reasoning.item.encrypted);
    const ResponsesEvent search = decode(
        R"({"type":"response.output_item.done","item":{"type":"web_search_call","action":{"type":"search","queries":["q"],"sources":[{"type":"url","url":"u"},{"type":"api"}]}}})");
    EXPECT_EQ(search.item.query.escaped, "q");
    ASSERT_EQ(search.item.citations.size(), 1u);
    EXPECT_EQ(search.item.citations[0].url.escaped, "u");
}

TEST_F(ResponsesEvents, AtTheEndSayHowItEnded)
{
    EXPECT_EQ(
        decode(R"({"type":"response.failed","response":{"error":{"message":"m"}}})").body.status.escaped,
        "failed");
    const ResponsesEvent incomplete = decode(
        R"({"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"error":null,"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":2}},"output":[{"type":"message"}]}})");
    EXPECT_EQ(incomplete.body.incomplete_reason.escaped, "max_output_tokens");
    EXPECT_TRUE(incomplete.body.error.empty());
    ASSERT_TRUE(incomplete.body.usage);
    EXPECT_EQ(incomplete.body.usage->prompt_tokens, 9u);
    EXPECT_EQ(incomplete.body.usage->cached_tokens, 4u);
    EXPECT_EQ(incomplete.body.usage->completion_tokens, 3u);
    EXPECT_EQ(incomplete.body.usage->reasoning_tokens, 2u);
    EXPECT_EQ(incomplete.body.output.size(), 1u);
}

TEST_F(ResponsesEvents, OfAWholeAnswerAreOne)
{
    auto whole = decoder_.decode_whole(
        R"({"object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"t"}]}]})");
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->kind, Kind::finished);
    ASSERT_EQ(whole->body.output.size(), 1u);
    EXPECT_EQ(whole->body.output[0].parts[0].text.escaped, "t");
    auto error = decoder_.decode_whole(R"({"error":"no"})");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, Kind::error);
    EXPECT_FALSE(decoder_.decode_whole(R"({"data":[]})"));
}

} // namespace dragoman::openai
