#include "base/limits.h"
#include "translate/messages_answer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace dragoman::translate {

namespace {

constexpr std::string_view start_event =
    "event: message_start\ndata: "
    "{\"type\":\"message_start\",\"message\":{\"id\":\"gen-1\",\"model\":\"anthropic/x\","
    "\"provider\":\"Anthropic\",\"usage\":{\"input_tokens\":25,\"cache_read_input_tokens\":100,\"output_"
    "tokens\":1}}}"
    "\n\n";
constexpr std::string_view text_start =
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
    "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";
constexpr std::string_view text_delta =
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
    "\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n";
constexpr std::string_view text_stop =
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n";
constexpr std::string_view message_delta =
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
    "\"usage\":{\"output_tokens\":7,\"input_tokens\":null,\"cost\":0.0125}}\n\n";
constexpr std::string_view message_stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

AnswerPlan plan(bool stream = true)
{
    AnswerPlan out;
    out.stream = stream;
    out.client_model = "claude \"x\"";
    out.upstream_name = "openrouter";
    return out;
}

struct MessagesAnswerTest : testing::Test {
    CountingIds ids {};
    AnswerPlan plan_ = plan();
    json::Document document {};
    MessagesAnswer answer { plan_, ids, document };
    std::string out {};

    void feed(std::string_view bytes)
    {
        auto result = answer.feed(bytes, out);
        ASSERT_TRUE(result) << result.error().message;
    }
    std::size_t count(std::string_view part) const
    {
        std::size_t found = 0;
        for (std::size_t at = 0; (at = out.find(part, at)) != std::string::npos; at += part.size())
            ++found;
        return found;
    }
};

// The data of the last event of that name.
nlohmann::json last_event(const std::string& stream, const std::string& name)
{
    const std::string introduction = "event: " + name + "\ndata: ";
    const std::size_t at = stream.rfind(introduction) + introduction.size();
    return nlohmann::json::parse(stream.substr(at, stream.find('\n', at) - at));
}

} // namespace

TEST_F(MessagesAnswerTest, NamesTheModelThatTheClientAskedFor) // R63
{
    feed(start_event);
    EXPECT_EQ(last_event(out, "message_start")["message"]["model"], "claude \"x\"");
    EXPECT_EQ(answer.facts().upstream_model, "anthropic/x");
    EXPECT_EQ(answer.facts().upstream_provider, "Anthropic");
    EXPECT_EQ(answer.facts().upstream_id, "gen-1");
}

TEST_F(MessagesAnswerTest, PassesDeltasThroughOneByOne)
{
    auto delta = [](std::string_view index, std::string_view text) {
        return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"
            + std::string(index) + R"(,"delta":{"type":"text_delta","text":")" + std::string(text)
            + "\"}}\n\n";
    };
    feed(start_event);
    feed(text_start);
    const std::size_t before = out.size();
    const std::uint64_t events_before = answer.data_events();
    std::string wanted;
    for (std::string_view text : { "one", "two", "", R"(\ud83d\ude00)", R"(\"three\" )", "\xC3\xA9" })
        wanted += delta("0", text);
    wanted += delta("1", "four");
    feed(wanted);
    EXPECT_EQ(out.substr(before), wanted);
    EXPECT_EQ(answer.data_events(), events_before + 7);
    std::string broken = delta("1", "half a sequence \xC3");
    feed(broken + delta("1", "five"));
    EXPECT_EQ(out.substr(before), wanted + delta("1", "five"));
}

TEST_F(MessagesAnswerTest, IsWorthAStatusOnlyOnceThereIsContent)
{
    feed(": OPENROUTER PROCESSING\n\n");
    EXPECT_EQ(answer.data_events(), 0U);
    feed(start_event);
    EXPECT_EQ(answer.data_events(), 1U);
    EXPECT_FALSE(answer.has_substance());
    feed(text_start);
    EXPECT_TRUE(answer.has_substance());
    EXPECT_FALSE(answer.has_finish_reason());
}

TEST_F(MessagesAnswerTest, KnowsWhenTheUpstreamIsNotNeededAnyMore)
{
    for (auto part : { start_event, text_start, text_delta, text_stop, message_delta })
        feed(part);
    EXPECT_TRUE(answer.has_finish_reason());
    EXPECT_FALSE(answer.done());
    feed(message_stop);
    EXPECT_TRUE(answer.done());
    EXPECT_TRUE(answer.finish(out));
    EXPECT_EQ(count("event: message_stop"), 1U);
}

TEST_F(MessagesAnswerTest, TellsWhatTheAnswerCost) // U5, U6
{
    for (auto part : { start_event, text_start, text_delta, text_stop, message_delta, message_stop })
        feed(part);
    ASSERT_TRUE(answer.facts().usage);
    EXPECT_EQ(answer.facts().usage->input_tokens, 25U);
    EXPECT_EQ(answer.facts().usage->cache_read_input_tokens, 100U);
    EXPECT_EQ(answer.facts().usage->output_tokens, 7U);
    EXPECT_EQ(answer.facts().cost_usd, 0.0125);
    EXPECT_EQ(answer.facts().stop_reason, "end_turn");
}

TEST_F(MessagesAnswerTest, MovesTheInputsUsageToTheEndWhenItStartedByItself)
{
    answer.start(out);
    EXPECT_EQ(count("event: message_start"), 1U);
    EXPECT_EQ(count("event: ping"), 1U);
    EXPECT_EQ(last_event(out, "message_start")["message"]["model"], "claude \"x\"");
    answer.start(out);
    for (auto part : { start_event, text_start, text_delta, text_stop, message_delta, message_stop })
        feed(part);
    EXPECT_EQ(count("event: message_start"), 1U) << "the upstream's own start is swallowed";
    auto usage = last_event(out, "message_delta")["usage"];
    EXPECT_EQ(usage["input_tokens"], 25);
    EXPECT_EQ(usage["cache_read_input_tokens"], 100);
    EXPECT_EQ(usage["output_tokens"], 7);
}

TEST_F(MessagesAnswerTest, AddsUsageToAnEndThatHasNone)
{
    answer.start(out);
    feed(start_event);
    feed("data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n");
    EXPECT_EQ(last_event(out, "message_delta")["usage"]["input_tokens"], 25);
}

TEST_F(MessagesAnswerTest, ClosesOnlyTextWhenItBreaksOff) // S28
{
    feed(start_event);
    feed(text_start);
    feed(text_delta);
    answer.break_off(out);
    EXPECT_EQ(count("event: content_block_stop"), 1U);
    answer.break_off(out);
    EXPECT_EQ(count("event: content_block_stop"), 1U);

    for (std::string_view type : { "tool_use", "thinking" }) {
        MessagesAnswer other(plan_, ids, document);
        std::string bytes;
        ASSERT_TRUE(other.feed(start_event, bytes));
        ASSERT_TRUE(
            other.feed("data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\""
                    + std::string(type) + "\"}}\n\n",
                bytes));
        other.break_off(bytes);
        EXPECT_EQ(bytes.find("content_block_stop"), std::string::npos) << type;
    }
}

TEST_F(MessagesAnswerTest, SaysNothingBeforeAnErrorThatComesFirst) // U-11
{
    auto result = answer.feed("data: {\"error\":{\"code\":429,\"message\":\"slow\"}}\n\n", out);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Error::Kind::rate_limited);
    EXPECT_TRUE(out.empty());
}

TEST_F(MessagesAnswerTest, IgnoresWhatFollowsTheEnd)
{
    for (auto part : { start_event, text_start, text_stop, message_delta, message_stop })
        feed(part);
    const std::string before = out;
    feed("event: ping\ndata: {\"type\":\"ping\"}\n\ndata: [DONE]\n\ndata: [DONE]\n\n");
    EXPECT_TRUE(answer.finish(out));
    EXPECT_EQ(out, before);
}

TEST_F(MessagesAnswerTest, HoldsPingsBackUntilTheMessageHasBegun)
{
    feed("event: ping\ndata: {\"type\":\"ping\"}\n\n");
    EXPECT_TRUE(out.empty());
    feed(start_event);
    feed("event: ping\ndata: {\"type\":\"ping\"}\n\n");
    EXPECT_EQ(count("event: ping"), 1U);
}

TEST_F(MessagesAnswerTest, ReadsCountsHoweverTheyAreWritten)
{
    feed(start_event);
    feed("data: "
         "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":"
         "1e3,"
         "\"input_tokens\":1000000000000,\"cache_read_input_tokens\":2.7,\"cache_creation_input_tokens\":"
         "1000000000001}}\n\n");
    EXPECT_EQ(answer.facts().usage->output_tokens, 1000U);
    EXPECT_EQ(answer.facts().usage->input_tokens, 1'000'000'000'000U);
    EXPECT_EQ(answer.facts().usage->cache_read_input_tokens, 2U);
    EXPECT_EQ(answer.facts().usage->cache_creation_input_tokens, 0U);
}

TEST_F(MessagesAnswerTest, LeavesAbsurdUsageOut) // U-24
{
    feed(start_event);
    feed("data: "
         "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":-"
         "5,"
         "\"input_tokens\":1e18,\"cache_read_input_tokens\":\"many\",\"cost\":-1}}\n\n");
    EXPECT_EQ(answer.facts().usage->output_tokens, 1U);
    EXPECT_EQ(answer.facts().usage->input_tokens, 25U);
    EXPECT_FALSE(answer.facts().cost_usd);
}

TEST_F(MessagesAnswerTest, RefusesAWholeAnswerWithoutEnd) // U-27
{
    const std::string piece = "{\"x\":\"" + std::string(8 * limits::MiB, 'x');
    Result<void> result {};
    for (int i = 0; i < 10 && result; ++i)
        result = answer.feed(i == 0 ? std::string_view(piece) : std::string_view(piece).substr(6), out);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Error::Kind::upstream_protocol);
}

TEST_F(MessagesAnswerTest, AMessageThatStopsWithoutADeltaGetsOne)
{
    feed(start_event);
    feed(text_start);
    feed(text_delta);
    feed(text_stop);
    feed(message_stop);
    EXPECT_TRUE(answer.done());
    ASSERT_TRUE(answer.finish(out));
    EXPECT_EQ(last_event(out, "message_delta")["delta"]["stop_reason"], "end_turn");
    EXPECT_EQ(count("event: message_delta"), 1U);
    EXPECT_TRUE(out.ends_with(message_stop)) << out;
}

TEST_F(MessagesAnswerTest, AMessageThatStopsWithoutAnythingIsNone)
{
    feed(start_event);
    feed(message_stop);
    EXPECT_TRUE(answer.done());
    EXPECT_FALSE(answer.finish(out));
}

TEST(MessagesAnswerWhole, RefusesEventsWithoutEnd) // U-27
{
    CountingIds ids;
    const AnswerPlan wanted = plan(false);
    json::Document document;
    MessagesAnswer answer(wanted, ids, document);
    std::string out;
    ASSERT_TRUE(answer.feed(start_event, out));
    ASSERT_TRUE(answer.feed(text_start, out));
    const std::string delta =
        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
        "\"text\":\""
        + std::string(8 * limits::MiB, 'x') + "\"}}\n\n";
    Result<void> result {};
    for (int i = 0; i < 10 && result; ++i)
        result = answer.feed(delta, out);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Error::Kind::upstream_protocol);
}

TEST(MessagesAnswerWhole, GivesTheSameMessageWhetherItWasStreamedOrNot) // N9, N11
{
    CountingIds ids;
    const AnswerPlan wanted = plan(false);
    json::Document document;
    MessagesAnswer streamed(wanted, ids, document);
    std::string from_events;
    for (auto part : { start_event, text_start, text_delta, text_stop, message_delta, message_stop })
        ASSERT_TRUE(streamed.feed(part, from_events));
    EXPECT_TRUE(from_events.empty()) << "one JSON text comes at the end";
    ASSERT_TRUE(streamed.finish(from_events));
    auto message = nlohmann::json::parse(from_events);
    EXPECT_EQ(message["content"], nlohmann::json::parse(R"([{"type":"text","text":"Hi"}])"));
    EXPECT_EQ(message["stop_reason"], "end_turn");
    EXPECT_EQ(message["usage"]["input_tokens"], 25);
    EXPECT_EQ(message["usage"]["output_tokens"], 7);

    MessagesAnswer whole(wanted, ids, document);
    std::string from_whole;
    ASSERT_TRUE(whole.feed(from_events, from_whole));
    ASSERT_TRUE(whole.finish(from_whole));
    EXPECT_EQ(from_whole, from_events);
    EXPECT_EQ(whole.facts().usage->input_tokens, 25U);
    EXPECT_EQ(whole.facts().stop_reason, "end_turn");
}

TEST(MessagesAnswerWhole, TakesAByteOrderMarkAndBlanksInFront)
{
    CountingIds ids;
    const AnswerPlan wanted = plan(false);
    json::Document document;
    MessagesAnswer answer(wanted, ids, document);
    std::string out;
    for (std::string_view piece :
        { "\xEF", "\xBB", "\xBF", " \n", "{\"type\":\"message\",\"model\":\"m\",\"content\":[]}\n" })
        ASSERT_TRUE(answer.feed(piece, out));
    ASSERT_TRUE(answer.finish(out));
    EXPECT_EQ(out, R"({"type":"message","model":"claude \"x\"","content":[]})");
}

TEST(MessagesAnswerWhole, DoesNotStartByItself)
{
    CountingIds ids;
    const AnswerPlan wanted = plan(false);
    json::Document document;
    MessagesAnswer answer(wanted, ids, document);
    std::string out;
    answer.start(out);
    answer.break_off(out);
    EXPECT_TRUE(out.empty());
}

// Ollama, llama.cpp and others leave it out; clients with strict types refuse such a message.
TEST(MessagesAnswerWhole, HasASignatureOnEveryThinkingBlock)
{
    const std::string_view block_start = R"({"type":"content_block_start","index":0,)"
                                         R"("content_block":{"type":"thinking","thinking":""}})";
    const std::string_view delta = R"({"type":"content_block_delta","index":0,)"
                                   R"("delta":{"type":"thinking_delta","thinking":"Hm"}})";
    const std::string events = std::string(start_event) + "data: " + std::string(block_start)
        + "\n\ndata: " + std::string(delta) + "\n\n" + std::string(text_stop) + std::string(message_delta)
        + std::string(message_stop);
    const std::string message = R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[)"
                                R"({"type":"thinking","thinking":"Hm"},)"
                                R"({"type":"thinking","thinking":"So","signature":"c2ln"},)"
                                R"({"type":"text","text":"Hi"}],"usage":{},"stop_reason":"end_turn"})";
    for (const std::string& upstream : { events, message }) {
        CountingIds ids;
        const AnswerPlan wanted = plan(false);
        json::Document document;
        MessagesAnswer answer(wanted, ids, document);
        std::string out;
        ASSERT_TRUE(answer.feed(upstream, out));
        ASSERT_TRUE(answer.finish(out));
        const auto content = nlohmann::json::parse(out)["content"];
        EXPECT_EQ(content[0], nlohmann::json::parse(R"({"type":"thinking","thinking":"Hm","signature":""})"));
        if (upstream == message) {
            EXPECT_EQ(content[1]["signature"], "c2ln");
        }
    }
}

} // namespace dragoman::translate
