#include "support/answers.h"
#include "support/event_grammar.h"
#include "translate/chat_answer.h"

#include <gtest/gtest.h>

namespace dragoman::test {

namespace {

using Json = nlohmann::json;
using translate::AnswerPlan;
using translate::ChatAnswer;

AnswerPlan whole_plan()
{
    AnswerPlan plan = default_plan();
    plan.stream = false;
    return plan;
}

Json whole(const std::string& body, AnswerPlan plan = whole_plan())
{
    Outcome outcome = run(plan, body);
    EXPECT_FALSE(outcome.error) << outcome.error->message;
    return outcome.error ? Json {} : Json::parse(outcome.out);
}

std::string completion(const std::string& message, const std::string& rest = R"("finish_reason":"stop")")
{
    return R"({"id":"gen-1","model":"v/m","choices":[{"index":0,"message":)" + message + "," + rest + "}]}";
}

std::string delta(const std::string& body)
{
    return R"(data: {"choices":[{"index":0,"delta":)" + body + "}]}\n\n";
}

std::string failure(const AnswerPlan& plan, const std::string& upstream)
{
    Outcome outcome = run(plan, upstream);
    return outcome.error ? std::string(error_type(*outcome.error)) : "no error";
}

} // namespace

TEST(WholeAnswer, IsBoundedWhereItIsKept) // U-27
{
    const std::string long_text = R"({"content":")" + std::string(500, 'x') + "\"}";
    const std::string events = delta(long_text) + "data: [DONE]\n\n";
    AnswerPlan bounded = whole_plan();
    bounded.whole_answer_max = 300;
    EXPECT_EQ(failure(bounded, completion(long_text)), "api_error");
    EXPECT_EQ(failure(bounded, events), "api_error");
    bounded.stream = true;
    EXPECT_EQ(failure(bounded, completion(long_text)), "api_error");
    EXPECT_EQ(failure(bounded, events), "no error"); // passes by, piece by piece
}

TEST(WholeAnswer, HoldsThinkingThenTextThenTools) // N1, N2, N3, N6
{
    Json message = whole(completion(
        R"({"content":null,"tool_calls":[{"id":"","function":{"name":"Bash","arguments":"{\"a\":1.0}"}}],"reasoning":"Hm"})"));
    EXPECT_EQ(message["content"][0]["type"], "thinking");
    EXPECT_EQ(message["content"][0]["thinking"], "Hm");
    EXPECT_TRUE(message["content"][0]["signature"].get<std::string>().starts_with("dgm1."));
    EXPECT_EQ(message["content"][1]["type"], "tool_use");
    EXPECT_TRUE(message["content"][1]["id"].get<std::string>().starts_with("toolu_"));
    EXPECT_EQ(message["stop_reason"], "tool_use"); // S18
    EXPECT_EQ(message["model"], "claude-sonnet-4-5"); // R63
    EXPECT_EQ(message["type"], "message");
    EXPECT_TRUE(message["id"].get<std::string>().starts_with("msg_"));
    EXPECT_TRUE(message["stop_details"].is_null());
}

TEST(WholeAnswer, SeesThoughtsThatNobodyTookOutOfTheText)
{
    struct {
        std::string_view content;
        bool thinks;
    } table[] = { { "<think>Hm.</think>Yes.", true }, { "\\n\\n <think>\\nHm.", true },
        { R"(\u003cthink\u003eHm.)", true }, { "Yes: <think> is a tag.", false },
        { "<thinking about it", false }, { "Yes.", false } };
    for (const auto& row : table) {
        const std::string text = R"("content":")" + std::string(row.content) + "\"";
        AnswerPlan watching = whole_plan();
        watching.watches_for_thoughts = true;
        EXPECT_EQ(run(watching, completion("{" + text + "}")).facts.thinks_in_text, row.thinks) << text;
        watching.stream = true;
        EXPECT_EQ(run(watching, delta("{" + text + "}")).facts.thinks_in_text, row.thinks) << text;
        AnswerPlan known = whole_plan();
        known.inline_think = true;
        EXPECT_FALSE(run(known, completion("{" + text + "}")).facts.thinks_in_text) << text;
        EXPECT_FALSE(run(whole_plan(), completion("{" + text + "}")).facts.thinks_in_text) << text;
    }
}

TEST(WholeAnswer, TakesThoughtsOutOfATextThatBeginsWithThemUnasked) // S7
{
    AnswerPlan plan = whole_plan();
    plan.watches_for_thoughts = true;
    auto text = [](std::string_view content) {
        return delta(R"({"content":")" + std::string(content) + "\"}");
    };
    const std::string end = R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
                            "\n\n";
    auto blocks = [&](const std::string& events) {
        std::string shown;
        const Json message = whole(events + end, plan);
        for (const Json& block : message["content"])
            shown += block["type"] == "text" ? "T:" + block["text"].get<std::string>() + ";"
                                             : "H:" + block["thinking"].get<std::string>() + ";";
        return shown;
    };
    EXPECT_EQ(blocks(text("<th") + text("ink>a") + text("b</thi") + text(R"(nk>\n\nc)")), "H:ab;T:c;");
    EXPECT_EQ(blocks(text("\\n") + text("<") + text("think>a</think>b")), "H:a;T:b;");
    EXPECT_EQ(blocks(text("<think>never closed")), "H:never closed;");
    EXPECT_EQ(blocks(text("a <think>b</think>")), "T:a <think>b</think>;");
    EXPECT_EQ(blocks(text("<") + text("b>bold</b>")), "T:<b>bold</b>;");
    EXPECT_EQ(blocks(text("<thinking>said of old</thinking>")), "T:<thinking>said of old</thinking>;");
}

TEST(WholeAnswer, IsReadThoughACharacterWasCutInTwo) // S26
{
    const std::string cut = "a\xf0\x9f";
    EXPECT_EQ(whole(completion(R"({"content":")" + cut + "\"}"))["content"][0]["text"], "a\ufffd\ufffd");
    const std::string events =
        delta(R"({"content":")" + cut + "\"}") + delta(R"({"content":"b"})") + "data: [DONE]\n\n";
    EXPECT_EQ(whole(events)["content"][0]["text"], "a\ufffd\ufffdb");
}

TEST(WholeAnswer, KeepsTheSpellingOfNumbersInToolInput) // J-06
{
    std::string out = run(whole_plan(),
        completion(
            R"({"tool_calls":[{"id":"call_0123456789","function":{"name":"Bash","arguments":"{\"a\":1.0,\"b\":12345678901234567890123}"}}]})"))
                          .out;
    EXPECT_NE(out.find(R"({"a":1.0,"b":12345678901234567890123})"), out.npos) << out;
}

TEST(WholeAnswer, MakesAnObjectOfAnyArguments) // N5, S16
{
    auto input = [](const std::string& arguments) {
        Json call { { "id", "call_0123456789" },
            { "function", { { "name", "Bash" }, { "arguments", arguments } } } };
        return whole(completion(Json { { "tool_calls", { call } } }.dump()))["content"][0]["input"];
    };
    EXPECT_EQ(input("{'a': 1,}"), Json({ { "a", 1 } }));
    EXPECT_EQ(input("not json"), Json({ { "_raw_arguments", "not json" } }));
    EXPECT_EQ(input(""), Json::object());
}

TEST(WholeAnswer, HoldsEveryCallWhateverItsIdAndIndex)
{
    for (const char* fields : { R"("id":"c1",)", R"("id":"c1","index":0,)", "", R"("id":"",)" }) {
        const std::string call =
            "{" + std::string(fields) + R"("function":{"name":"Bash","arguments":"{}"}})";
        const std::string other =
            "{" + std::string(fields) + R"("function":{"name":"Read","arguments":"{\"a\":1}"}})";
        const Json content =
            whole(completion(R"({"tool_calls":[)" + call + "," + other + "," + call + "]}"))["content"];
        ASSERT_EQ(content.size(), 3U) << fields;
        EXPECT_EQ(content[1]["name"], "Read");
        EXPECT_EQ(content[1]["input"], Json({ { "a", 1 } }));
        EXPECT_NE(content[0]["id"], content[1]["id"]);
        EXPECT_NE(content[0]["id"], content[2]["id"]);
    }
}

TEST(WholeAnswer, TakesOnePartOrCallWithoutTheArrayAroundIt)
{
    const Json content = whole(completion(
        R"({"content":{"type":"text","text":"Yes."},"tool_calls":{"id":"call_0123456789","function":{"name":"Bash","arguments":"{}"}}})"))
        ["content"];
    ASSERT_EQ(content.size(), 2U);
    EXPECT_EQ(content[0]["text"], "Yes.");
    EXPECT_EQ(content[1]["id"], "call_0123456789");
}

TEST(WholeAnswer, NeedsChoices) // N4, U-12
{
    EXPECT_EQ(failure(whole_plan(), R"({"id":"x","choices":[]})"), "api_error");
    EXPECT_EQ(failure(whole_plan(), R"({"id":"x"})"), "api_error");
    EXPECT_EQ(failure(whole_plan(), "<html>hotel</html>"), "api_error");
    EXPECT_EQ(failure(whole_plan(), ""), "api_error");
    EXPECT_EQ(failure(whole_plan(), R"({"choices":[{"mess)"), "api_error");
}

TEST(WholeAnswer, TellsErrorsThatComeWithStatus200) // E7, U-10, U-12
{
    EXPECT_EQ(failure(whole_plan(), R"({"error":{"code":429,"message":"slow down"}})"), "rate_limit_error");
    EXPECT_EQ(failure(whole_plan(),
                  R"({"choices":[{"error":{"code":502,"message":"x"},"finish_reason":"error"}]})"),
        "api_error");
    EXPECT_EQ(failure(default_plan(), R"({"error":{"code":401,"message":"No auth credentials found"}})"),
        "authentication_error");
    EXPECT_EQ(failure(whole_plan(), R"({"detail":"Not found"})"), "api_error");
}

TEST(WholeAnswer, EstimatesUsageThatIsMissing) // N7
{
    Outcome outcome = run(whole_plan(), completion(R"({"content":"12345678"})"));
    EXPECT_TRUE(outcome.facts.usage->estimated);
    EXPECT_EQ(Json::parse(outcome.out)["usage"]["output_tokens"], 2);
    EXPECT_EQ(Json::parse(outcome.out)["usage"]["input_tokens"], 1000);
}

TEST(WholeAnswer, TakesTheFirstOfSeveralAlternatives) // N8, U-20
{
    Json message = whole(
        R"({"choices":[{"index":0,"message":{"content":"A"},"finish_reason":"stop"},{"index":1,"message":{"content":"B"},"finish_reason":"length"}]})");
    EXPECT_EQ(message["content"].size(), 1u);
    EXPECT_EQ(message["content"][0]["text"], "A");
    EXPECT_EQ(message["stop_reason"], "end_turn");
}

TEST(WholeAnswer, PutsSearchResultsInBlocks) // S41, U7
{
    AnswerPlan plan = whole_plan();
    plan.web_search = true;
    plan.web_search_query = "dogs";
    plan.declared_tools = { "web_search" };
    Json message = whole(
        completion(
            R"({"content":"Found.","annotations":[{"type":"url_citation","url":"https://a.example","title":"A \"x\""}]})"),
        plan);
    EXPECT_EQ(message["content"][0]["type"], "text");
    EXPECT_EQ(message["content"][1]["type"], "server_tool_use");
    EXPECT_EQ(message["content"][1]["input"]["query"], "dogs");
    EXPECT_EQ(message["content"][2]["content"][0]["title"], "A \"x\"");
    EXPECT_EQ(message["content"][2]["tool_use_id"], message["content"][1]["id"]);
    EXPECT_EQ(message["usage"]["server_tool_use"]["web_search_requests"], 1);
}

TEST(WholeAnswer, TreatsAnOverflowThatNobodyReportedAsOne)
{
    AnswerPlan plan = whole_plan();
    plan.context_length = 4000;
    Outcome outcome = run(plan,
        R"({"choices":[{"message":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":9000,"completion_tokens":0}})");
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->message, "prompt is too long: 9000 tokens > 4000 maximum");
    EXPECT_EQ(http_status(*outcome.error), 400);
}

TEST(StreamedAnswer, IsWorthAStatusOnlyWithContent) // S1, S28
{
    CountingIds ids;
    const AnswerPlan plan = default_plan();
    json::Document document;
    ChatAnswer answer(plan, ids, document);
    std::string out;
    ASSERT_TRUE(answer.feed(": OPENROUTER PROCESSING\n\n", out));
    EXPECT_EQ(answer.data_events(), 0u);
    ASSERT_TRUE(answer.feed(delta(R"({"role":"assistant","content":""})"), out));
    ASSERT_TRUE(answer.feed(delta(R"({"content":"\n"})"), out));
    EXPECT_EQ(answer.data_events(), 2u);
    EXPECT_FALSE(answer.has_substance());
    EXPECT_EQ(out, "");
    ASSERT_TRUE(answer.feed(delta(R"({"content":"Hi"})"), out));
    EXPECT_TRUE(answer.has_substance());
    EXPECT_TRUE(out.starts_with("event: message_start\n"));
    EXPECT_NE(out.find("event: ping"), out.npos);
    EXPECT_FALSE(answer.has_finish_reason());
    ASSERT_TRUE(answer.feed(R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}]})"
                            "\n\n",
        out));
    EXPECT_TRUE(answer.has_finish_reason());
    EXPECT_FALSE(answer.done());
    ASSERT_TRUE(answer.feed(R"(data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}})"
                            "\n\n",
        out));
    EXPECT_TRUE(answer.done());
}

TEST(StreamedAnswer, GreetsBeforeASlowUpstreamSpeaks)
{
    CountingIds ids;
    const AnswerPlan plan = default_plan();
    json::Document document;
    ChatAnswer answer(plan, ids, document);
    std::string out;
    answer.start(out);
    EXPECT_TRUE(out.starts_with("event: message_start\n"));
    answer.start(out);
    ASSERT_TRUE(answer.feed(delta(R"({"content":"Hi"})") + "data: [DONE]\n\n", out));
    ASSERT_TRUE(answer.finish(out));
    ASSERT_TRUE(answer.finish(out)); // The second call has nothing to add.
    EXPECT_EQ(EventGrammar::violation(out, false), "");
}

TEST(StreamedAnswer, ClosesTextThatIsWorthKeepingWhenItBreaksOff) // S28, S30
{
    Outcome outcome = run(default_plan(), delta(R"({"content":"Half"})"));
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->kind, Error::Kind::upstream_protocol);
    EXPECT_TRUE(outcome.out.ends_with("data: {\"type\":\"content_block_stop\",\"index\":0}\n\n"));
    EXPECT_EQ(EventGrammar::violation(outcome.out, true), "");
}

TEST(StreamedAnswer, NeverClosesACallThatIsNotWhole) // S31
{
    Outcome outcome = run(default_plan(),
        delta(
            R"({"tool_calls":[{"index":0,"id":"call_0123456789","function":{"name":"Bash","arguments":"{\"rm\":"}}]})"));
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.out.find("content_block_stop"), outcome.out.npos);
}

TEST(StreamedAnswer, StopsAModelThatWritesNothingButWhiteSpace) // S39
{
    std::string stream = delta(
        R"({"tool_calls":[{"index":0,"id":"call_0123456789","function":{"name":"Bash","arguments":"{\"a\":"}}]})");
    std::string blanks = delta(
        R"({"tool_calls":[{"index":0,"function":{"arguments":")" + std::string(1000, ' ') + R"(\n"}}]})");
    for (int i = 0; i < 20; ++i)
        stream += blanks;
    Outcome outcome = run(default_plan(), stream);
    ASSERT_TRUE(outcome.error);
    EXPECT_NE(outcome.error->message.find("white space"), std::string::npos);
}

TEST(StreamedAnswer, TellsToolsApartThatShareAnId)
{
    for (const char* index : { "", R"("index":0,)" }) {
        auto call = [&](const std::string& name) {
            return delta(R"({"tool_calls":[{)" + std::string(index) + R"("id":"call_0","function":{"name":")"
                + name + R"(","arguments":"{\"a\":1}"}}]})");
        };
        const std::string out = run(
            default_plan(), call("Bash") + call("Bash") + call("Read") + call("Read") + "data: [DONE]\n\n")
                                    .out;
        std::size_t calls = 0;
        for (std::size_t at = 0; (at = out.find(R"("type":"tool_use")", at)) != out.npos; ++at)
            ++calls;
        EXPECT_EQ(calls, 2U) << out;
    }
}

TEST(StreamedAnswer, SendsAnEventOfAMegabyte) // S27, U-05
{
    std::string big(2'000'000, 'x');
    Outcome outcome = run(default_plan(), delta(R"({"content":")" + big + "\"}") + "data: [DONE]\n\n", 65536);
    ASSERT_FALSE(outcome.error);
    EXPECT_NE(outcome.out.find(big), std::string::npos);
}

TEST(StreamedAnswer, KnowsItsFacts)
{
    Outcome outcome = run(default_plan(),
        R"(data: {"id":"gen-7","provider":"Acme \"x\"","model":"v/m-2","choices":[{"delta":{"content":"a"}}]})"
        "\n\n"
        R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":2,"cost":0.00125}})"
        "\n\ndata: [DONE]\n\n");
    EXPECT_EQ(outcome.facts.upstream_id, "gen-7");
    EXPECT_EQ(outcome.facts.upstream_provider, "Acme \"x\"");
    EXPECT_EQ(outcome.facts.upstream_model, "v/m-2");
    EXPECT_EQ(outcome.facts.cost_usd, 0.00125);
    EXPECT_EQ(outcome.facts.stop_reason, "end_turn");
    EXPECT_EQ(outcome.facts.usage->input_tokens, 10u);
    EXPECT_EQ(outcome.out.find("0.00125"), std::string::npos); // U5
}

TEST(StreamedAnswer, KnowsItsUsageAlsoWhenItBreaksOff)
{
    Outcome outcome = run(default_plan(),
        R"(data: {"choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":10,"completion_tokens":2}})"
        "\n\n");
    ASSERT_TRUE(outcome.error);
    ASSERT_TRUE(outcome.facts.usage);
    EXPECT_EQ(outcome.facts.usage->output_tokens, 2u);
}

TEST(StreamedAnswer, CountsCacheWritesForAnHourWhenAsked)
{
    AnswerPlan plan = whole_plan();
    plan.cache_ttl_1h = true;
    Json message = whole(
        R"({"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":1,"prompt_tokens_details":{"cache_write_tokens":60}}})",
        plan);
    EXPECT_EQ(message["usage"]["cache_creation"]["ephemeral_1h_input_tokens"], 60);
    EXPECT_EQ(message["usage"]["cache_creation"]["ephemeral_5m_input_tokens"], 0);
    EXPECT_EQ(message["usage"]["input_tokens"], 40);
}

TEST(StreamedAnswer, EndsAtTheStopSequenceAndLetsGoOfTheUpstream) // S20
{
    AnswerPlan plan = default_plan();
    plan.stop_sequences = { "</block>" };
    CountingIds ids;
    json::Document document;
    ChatAnswer answer(plan, ids, document);
    std::string out;
    ASSERT_TRUE(answer.feed(delta(R"({"content":"<block>no</block> and"})"), out));
    EXPECT_TRUE(answer.done());
    ASSERT_TRUE(answer.finish(out));
    EXPECT_EQ(accumulate(out)["stop_sequence"], "</block>");
    EXPECT_EQ(accumulate(out)["content"][0]["text"], "<block>no");
}

} // namespace dragoman::test
