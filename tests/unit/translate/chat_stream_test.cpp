// What streamed chat chunks mean, said by hand: the goldens fix the bytes of such streams, these tests the
// sense.
#include "support/answers.h"
#include "support/event_grammar.h"

#include <gtest/gtest.h>

namespace dragoman::test {

namespace {

using Json = nlohmann::json;

std::string delta(const std::string& body, const std::string& rest = "")
{
    return R"(data: {"choices":[{"index":0,"delta":)" + body + rest + "}]}\n\n";
}

std::string calls(const std::string& entries) { return delta(R"({"tool_calls":[)" + entries + "]}"); }

std::string finish(const std::string& reason) { return delta("{}", R"(,"finish_reason":")" + reason + "\""); }

const std::string done = "data: [DONE]\n\n";

// The message of a stream that has to end well and keep the grammar.
Json message_of(const std::string& stream, const translate::AnswerPlan& plan = default_plan())
{
    Outcome outcome = run(plan, stream);
    EXPECT_FALSE(outcome.error) << outcome.error->message;
    EXPECT_EQ(EventGrammar::violation(outcome.out, false), "");
    return outcome.error ? Json { { "content", Json::array() } } : Json(accumulate(outcome.out));
}

std::string types(const Json& message)
{
    std::string result;
    for (const Json& block : message["content"])
        result += (result.empty() ? "" : " ") + block["type"].get<std::string>();
    return result;
}

// "name arguments" of every tool of the message.
std::vector<std::string> tools(const Json& message)
{
    std::vector<std::string> result;
    for (const Json& block : message["content"])
        if (block["type"] == "tool_use")
            result.push_back(block["name"].get<std::string>() + " " + block["input"].dump());
    return result;
}

using Tools = std::vector<std::string>;

std::size_t count(std::string_view text, std::string_view what)
{
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += what.size())
        ++found;
    return found;
}

} // namespace

TEST(ChatStream, MakesOneTextOfItsPiecesAndNoneOfNothing) // S1, S2, S37
{
    const Outcome outcome = run(default_plan(),
        delta(R"({"role":"assistant","content":""})") + delta(R"({"content":"Hel"})")
            + delta(R"({"content":null})") + delta(R"({"content":""})") + delta(R"({"content":"lo"})")
            + finish("stop") + done);
    const Json message = accumulate(outcome.out);
    ASSERT_EQ(types(message), "text");
    EXPECT_EQ(message["content"][0]["text"], "Hello");
    EXPECT_EQ(count(outcome.out, "text_delta"), 2U);
    EXPECT_EQ(message["stop_reason"], "end_turn");
    EXPECT_EQ(types(message_of(delta(R"({"role":"assistant","content":""})")
                  + calls(R"({"index":0,"id":"call_aaaaaaaaaa","function":{"name":"Bash","arguments":"{}"}})")
                  + finish("tool_calls") + done)),
        "tool_use");
}

TEST(ChatStream, OpensABlockForEveryChangeOfKind) // S3
{
    const Json message = message_of(delta(R"({"reasoning":"1"})") + delta(R"({"content":"2"})")
        + calls(R"({"index":0,"id":"call_aaaaaaaaaa","function":{"name":"Bash","arguments":"{}"}})")
        + delta(R"({"content":"4"})") + delta(R"({"reasoning":"5"})")
        + calls(R"({"index":1,"id":"call_bbbbbbbbbb","function":{"name":"Read","arguments":"{}"}})")
        + finish("tool_calls") + done);
    EXPECT_EQ(types(message), "thinking text tool_use text thinking tool_use");
    EXPECT_EQ(message["content"][4]["thinking"], "5");
}

TEST(ChatStream, ShowsEncryptedReasoningAsABlockThatComesBack) // S5
{
    const Json message = message_of(
        delta(R"({"reasoning_details":[{"type":"reasoning.encrypted","data":"QUJD","id":"rs_1"}]})")
        + delta(R"({"content":"x"})") + finish("stop") + done);
    const std::string kind = message["content"].at(0)["type"];
    ASSERT_TRUE(kind == "redacted_thinking" || kind == "thinking") << kind;
    const std::string sealed = message["content"][0][kind == "thinking" ? "signature" : "data"];
    EXPECT_TRUE(sealed.starts_with("dgm1.")) << sealed;
    EXPECT_EQ(message["content"].at(1)["text"], "x");
}

TEST(ChatStream, PutsArgumentsTogetherByteByByte) // S8
{
    const std::string arguments = R"({"command":"é \"q\" \\ \n","n":1.0})";
    std::string stream = calls(R"({"index":0,"id":"call_aaaaaaaaaa","function":{"name":"Bash"}})");
    // Dumped one by one, so that only characters of one byte are cut.
    for (std::size_t at = 0; at < arguments.size();) {
        const std::size_t length = static_cast<unsigned char>(arguments[at]) >= 0xC0 ? 2 : 1;
        stream += calls(
            R"({"index":0,"function":{"arguments":)" + Json(arguments.substr(at, length)).dump() + "}}");
        at += length;
    }
    const Outcome outcome = run(default_plan(), stream + finish("tool_calls") + done);
    sse::Decoder decoder;
    decoder.feed(outcome.out);
    std::string together;
    while (auto event = decoder.next()) {
        const Json data = Json::parse(event->data);
        if (data["type"] == "content_block_delta")
            together += data["delta"]["partial_json"].get<std::string>();
    }
    EXPECT_EQ(together, arguments);
}

TEST(ChatStream, KeepsCallsApartThatComeInTurns) // S9, S10
{
    const std::string first =
        R"({"index":0,"id":"call_aaaaaaaaaa","function":{"name":"Bash","arguments":""}})";
    const std::string second =
        R"({"index":1,"id":"call_bbbbbbbbbb","function":{"name":"Read","arguments":""}})";
    auto piece = [](int index, const std::string& text) {
        return R"({"index":)" + std::to_string(index) + R"(,"function":{"arguments":)" + Json(text).dump()
            + "}}";
    };
    const Tools expected { R"(Bash {"a":1})", R"(Read {"b":2})" };
    const std::string end = finish("tool_calls") + done;
    EXPECT_EQ(tools(message_of(calls(first) + calls(piece(0, R"({"a":1})")) + calls(second)
                  + calls(piece(1, R"({"b":2})")) + end)),
        expected);
    EXPECT_EQ(tools(message_of(calls(first) + calls(second) + calls(piece(0, R"({"a")"))
                  + calls(piece(1, R"({"b")")) + calls(piece(0, ":1}")) + calls(piece(1, ":2}")) + end)),
        expected);
    EXPECT_EQ(
        tools(message_of(calls(first + "," + second) + calls(piece(1, R"({"b")") + "," + piece(0, R"({"a")"))
            + calls(piece(0, ":1}") + "," + piece(1, ":2}")) + end)),
        expected);
    EXPECT_EQ(tools(message_of(calls(first + "," + piece(0, R"({"a")") + "," + piece(0, ":1}")) + end)),
        (Tools { R"(Bash {"a":1})" }));
}

TEST(ChatStream, FindsTheNameWheneverItComes) // S11
{
    const std::string end = finish("tool_calls") + done;
    const Tools expected { R"(Bash {"a":1})" };
    EXPECT_EQ(tools(message_of(calls(R"({"index":0,"function":{"arguments":"{\"a\""}})")
                  + calls(R"({"index":0,"function":{"name":"Bash","arguments":":1}"}})")
                  + calls(R"({"index":0,"id":"call_aaaaaaaaaa"})") + end)),
        expected);
    EXPECT_EQ(tools(message_of(calls(R"({"index":0,"function":{"name":"Bash","arguments":"{\"a\""}})")
                  + calls(R"({"index":0,"id":"call_aaaaaaaaaa","function":{"arguments":":1}"}})") + end)),
        expected);
    EXPECT_EQ(tools(message_of(calls(R"({"index":0,"id":"call_aaaaaaaaaa","function":{"name":"Ba"}})")
                  + calls(R"({"index":0,"function":{"name":"sh","arguments":"{\"a\":1}"}})") + end)),
        expected);
    EXPECT_EQ(
        tools(message_of(
            calls(R"({"index":0,"id":"call_aaaaaaaaaa","function":{"name":"Bash","arguments":"{\"a\""}})")
            + calls(R"({"index":0,"id":"call_aaaaaaaaaa","function":{"name":"Bash","arguments":":1}"}})")
            + end)),
        expected);
}

TEST(ChatStream, TellsCallsApartWithoutIndex) // S12, S13
{
    const std::string a = R"("function":{"name":"Bash","arguments":"{\"a\":1}"}})";
    const std::string b = R"("function":{"name":"Bash","arguments":"{\"b\":2}"}})";
    const Tools expected { R"(Bash {"a":1})", R"(Bash {"b":2})" };
    const std::string end = finish("tool_calls") + done;
    EXPECT_EQ(tools(message_of(
                  calls(R"({"id":"call_aaaaaaaaaa",)" + a + R"(,{"id":"call_bbbbbbbbbb",)" + b) + end)),
        expected);
    EXPECT_EQ(tools(message_of(calls("{" + a + ",{" + b) + end)), expected);
    EXPECT_EQ(tools(message_of(calls(R"({"index":0,"id":"call_aaaaaaaaaa",)" + a)
                  + calls(R"({"index":0,"id":"call_bbbbbbbbbb",)" + b) + end)),
        expected);
}

TEST(ChatStream, ReadsArgumentsOfEveryShape) // S14, S15, S17
{
    auto input = [](const std::string& arguments) {
        return tools(message_of(calls(R"({"index":0,"id":"call_aaaaaaaaaa","function":{"name":"Bash",)"
                                      R"("arguments":)"
                                    + arguments + "}}")
            + finish("tool_calls") + done));
    };
    EXPECT_EQ(input(R"({"a":1})"), (Tools { R"(Bash {"a":1})" }));
    EXPECT_EQ(input("null"), (Tools { "Bash {}" }));
    EXPECT_EQ(input(R"("")"), (Tools { "Bash {}" }));
    const Json with_finish =
        message_of(delta(R"({"content":"x","tool_calls":[{"index":0,"id":"call_aaaaaaaaaa",)"
                         R"("function":{"name":"Bash","arguments":"{\"a\":1}"}}]})",
                       R"(,"finish_reason":"tool_calls")")
            + done);
    EXPECT_EQ(types(with_finish), "text tool_use");
    EXPECT_EQ(tools(with_finish), (Tools { R"(Bash {"a":1})" }));
    const Json legacy = message_of(delta(R"({"function_call":{"name":"Bash","arguments":"{\"a\""}})")
        + delta(R"({"function_call":{"arguments":":1}"}})") + finish("function_call") + done);
    EXPECT_EQ(tools(legacy), (Tools { R"(Bash {"a":1})" }));
    EXPECT_EQ(legacy["stop_reason"], "tool_use");
}

TEST(ChatStream, SaysThatTheLimitCutACall) // S16
{
    const std::string call =
        calls(R"({"index":0,"id":"call_aaaaaaaaaa","function":{"name":"Bash","arguments":"{\"a\":"}})");
    const Outcome outcome = run(default_plan(), call + finish("length") + done);
    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.facts.stop_reason, "max_tokens");
}

TEST(ChatStream, EndsOnceWhateverIsRepeated) // S21, S22, S23, S25
{
    const std::string usage = R"("usage":{"prompt_tokens":1000,"completion_tokens":7})";
    const std::string text = R"(data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]})"
                             "\n\n"
        + delta(R"({"content":"Hi"})") + finish("stop");
    for (const std::string& end : {
             "data: {\"choices\":[]," + usage + "}\n\n" + done,
             "data: {\"choices\":[],\"usage\":null}\n\ndata: {\"choices\":[]," + usage + "}\n\n",
             finish("stop") + "data: {\"choices\":[]," + usage + "}\n\n" + done + done,
             "data: {\"choices\":[]," + usage + "}\n\ndata:   [DONE]  \n\n",
         }) {
        const Outcome outcome = run(default_plan(), text + end);
        ASSERT_FALSE(outcome.error) << end << outcome.error->message;
        EXPECT_EQ(EventGrammar::violation(outcome.out, false), "");
        EXPECT_EQ(count(outcome.out, "event: message_delta"), 1U) << end;
        const Json message = accumulate(outcome.out);
        EXPECT_EQ(message["content"].at(0)["text"], "Hi");
        EXPECT_EQ(message["usage"]["input_tokens"], 1000) << end;
        EXPECT_EQ(message["usage"]["output_tokens"], 7) << end;
    }
    const Outcome none = run(default_plan(), text + done);
    EXPECT_TRUE(none.facts.usage->estimated);
    EXPECT_EQ(Json(accumulate(none.out))["usage"]["input_tokens"], 1000);
}

TEST(ChatStream, TakesTenThousandEventsInOneRead) // S27
{
    std::string stream;
    for (int i = 0; i < 10000; ++i)
        stream += delta(R"({"content":"ab"})");
    const Json message = message_of(stream + finish("stop") + done);
    ASSERT_EQ(types(message), "text");
    EXPECT_EQ(message["content"][0]["text"].get<std::string>().size(), 20000U);
}

TEST(ChatStream, IsAnErrorWhenTheUpstreamFinishesWithOne) // S28, S29
{
    const std::string error = R"("error":{"code":502,"message":"Provider returned error",)"
                              R"("metadata":{"raw":"it broke","provider_name":"Acme"}})";
    const std::string finished =
        R"(data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}],)" + error + "}\n\n";
    for (const std::string& failed :
        { "data: {" + error + ",\"choices\":[]}\n\n", finished, finish("error") }) {
        const Outcome early = run(default_plan(), failed);
        ASSERT_TRUE(early.error) << failed;
        EXPECT_EQ(early.out, "") << failed;
        const Outcome late = run(default_plan(), delta(R"({"content":"Half"})") + failed + done);
        ASSERT_TRUE(late.error) << failed;
        EXPECT_EQ(error_type(*late.error), "api_error");
        EXPECT_EQ(count(late.out, "content_block_stop"), 2U) << failed; // the event's name, and its type
        EXPECT_EQ(count(late.out, "message_delta") + count(late.out, "message_stop"), 0U) << failed;
    }
}

TEST(ChatStream, IsAValidMessageEvenIfNothingWasSaid) // S38
{
    const Json message = message_of(delta(R"({"role":"assistant","content":""})") + finish("stop") + done);
    EXPECT_EQ(types(message), ""); // A block of text must show something, so there is none.
    EXPECT_EQ(message["stop_reason"], "end_turn");
}

TEST(ChatStream, CallsToolsByTheNamesThatTheClientGaveThem) // S42, R28
{
    auto called = [](const std::string& name) {
        auto plan = default_plan();
        plan.client_tool_names = { { "mcp_x_1234", "mcp.x" } };
        return tools(message_of(calls(R"({"index":0,"id":"call_aaaaaaaaaa","function":{"name":")" + name
                                    + R"(","arguments":"{}"}})")
                + finish("tool_calls") + done,
            plan));
    };
    EXPECT_EQ(called("mcp_x_1234"), (Tools { "mcp.x {}" }));
    EXPECT_EQ(called("bash"), (Tools { "Bash {}" }));
    EXPECT_EQ(called("Invented"), (Tools { "Invented {}" }));
    EXPECT_EQ(called("multi_tool_use.parallel"), (Tools { "multi_tool_use.parallel {}" }));
}

TEST(ChatStream, TakesPicturesAndRefusalsAsText) // S40
{
    EXPECT_EQ(message_of(delta(R"({"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]})")
                  + finish("stop") + done)["content"]
                  .at(0)["text"],
        "ab");
    const Json refused = message_of(delta(R"({"refusal":"I will not."})") + finish("stop") + done);
    EXPECT_EQ(refused["content"].at(0)["text"], "I will not.");
    EXPECT_EQ(refused["stop_reason"], "refusal");
}

TEST(ChatStream, WaitsThroughTheWhiteSpaceOfASlowWholeAnswer) // N10
{
    auto plan = default_plan();
    plan.stream = false;
    std::string body(5000, ' ');
    for (std::size_t at = 0; at < body.size(); at += 10)
        body[at] = '\n';
    body += R"({"choices":[{"index":0,"message":{"content":"At last."},"finish_reason":"stop"}]})";
    const Outcome outcome = run(plan, body, 100);
    ASSERT_FALSE(outcome.error) << outcome.error->message;
    EXPECT_EQ(Json::parse(outcome.out)["content"][0]["text"], "At last.");
}

} // namespace dragoman::test
