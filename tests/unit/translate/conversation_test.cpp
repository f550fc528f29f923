#include "support/chat_call.h"

namespace dragoman::translate {

using test::chat_messages;
using test::chat_target;
using test::Json;

namespace {

// Models that read role "system" only in front.
constexpr const char* folding = "deepseek/deepseek-v3.2";
// Models that keep cache marks, and so always get parts.
constexpr const char* claude = "anthropic/claude-sonnet-4.5";

constexpr std::string_view call_t1 =
    R"({"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"a":1}}]})";
constexpr std::string_view call_t1_t2 = R"({"role":"user","content":"go"},{"role":"assistant","content":[
    {"type":"tool_use","id":"t1","name":"Bash","input":{}},{"type":"tool_use","id":"t2","name":"Read","input":{}}]})";

std::string after(std::string_view history, std::string_view next)
{
    return std::string(history) + "," + std::string(next);
}

std::string roles(const Json& messages)
{
    std::string result;
    for (const Json& message : messages)
        result += (result.empty() ? "" : " ") + message["role"].get<std::string>();
    return result;
}

} // namespace

TEST(Conversation, SendsTextAsAStringHoweverItCame) // R9
{
    Json expected = Json::parse(R"([{"role":"user","content":"hi"}])");
    EXPECT_EQ(chat_messages(R"({"role":"user","content":"hi"})"), expected);
    EXPECT_EQ(chat_messages(R"({"role":"user","content":[{"type":"text","text":"hi"}]})"), expected);
    EXPECT_EQ(chat_messages(R"({"role":"user","content":[{"type":"text","text":"hi",
        "cache_control":{"type":"ephemeral"}}]})"),
        expected); // R10: openai/* keeps no marks
}

TEST(Conversation, SendsPartsToModelsThatKeepMarks) // R9, R10
{
    EXPECT_EQ(chat_messages(R"({"role":"user","content":"hi"})", claude),
        Json::parse(R"([{"role":"user","content":[{"type":"text","text":"hi"}]}])"));
    EXPECT_EQ(chat_messages(R"({"role":"user","content":[{"type":"text","text":"hi",
        "cache_control":{"type":"ephemeral","ttl":"1h","scope":"x"}}]})",
                  claude),
        Json::parse(R"([{"role":"user","content":[{"type":"text","text":"hi",
            "cache_control":{"type":"ephemeral","ttl":"1h"}}]}])"));
}

TEST(Conversation, KeepsASystemMessageWhereItStands) // R5
{
    std::string history = R"({"role":"user","content":"a"},{"role":"system","content":"X"})";
    EXPECT_EQ(chat_messages(history + R"(,{"role":"user","content":"b"})"),
        Json::parse(R"([{"role":"user","content":"a"},{"role":"system","content":"X"},
            {"role":"user","content":"b"}])"));
}

TEST(Conversation, TellsASystemMessageAsAReminderWhereTheModelKnowsNone) // R6
{
    EXPECT_EQ(chat_messages(R"({"role":"user","content":"a"},{"role":"system","content":"X"})", folding),
        Json::parse(R"([{"role":"user","content":"a\n\n<system-reminder>\nX\n</system-reminder>"}])"));
    Json messages = chat_messages(after(call_t1, R"({"role":"user","content":[
        {"type":"tool_result","tool_use_id":"t1","content":"ok"}]},{"role":"system","content":"X"},
        {"role":"assistant","content":"done"})"),
        folding);
    EXPECT_EQ(roles(messages), "user assistant tool assistant");
    EXPECT_EQ(messages[2]["content"], "ok\n\n<system-reminder>\nX\n</system-reminder>");
}

TEST(Conversation, MakesAReminderAfterAnAnswerPartOfTheNextUserMessage) // R6
{
    Json messages = chat_messages(R"({"role":"user","content":"a"},{"role":"assistant","content":"b"},
        {"role":"system","content":"X"},{"role":"user","content":"c"})",
        folding);
    EXPECT_EQ(roles(messages), "user assistant user");
    EXPECT_EQ(messages[2]["content"], "<system-reminder>\nX\n</system-reminder>\n\nc");
}

TEST(Conversation, WritesBothSpellingsOfASystemMessageAlike)
{
    for (const char* model : { "openai/gpt-5", folding }) {
        Json array = chat_messages(R"({"role":"user","content":"a"},{"role":"system","content":[
            {"type":"text","text":"X","cache_control":{"type":"ephemeral"}}]})",
            model);
        EXPECT_EQ(
            array, chat_messages(R"({"role":"user","content":"a"},{"role":"system","content":"X"})", model));
    }
    Json marked = chat_messages(R"({"role":"user","content":"a"},{"role":"system","content":[
        {"type":"text","text":"X","cache_control":{"type":"ephemeral"}}]})",
        claude);
    EXPECT_TRUE(marked[1]["content"][0].contains("cache_control"));
    marked[1]["content"][0].erase("cache_control");
    EXPECT_EQ(
        marked, chat_messages(R"({"role":"user","content":"a"},{"role":"system","content":"X"})", claude));
}

TEST(Conversation, PutsALeadingSystemMessageInFront) // R7
{
    for (const char* model : { "openai/gpt-5", folding })
        EXPECT_EQ(chat_messages(R"({"role":"system","content":[{"type":"text","text":"X"}]},
            {"role":"user","content":"a"})",
                      model),
            Json::parse(R"([{"role":"system","content":"X"},{"role":"user","content":"a"}])"));
    EXPECT_EQ(chat_messages(R"({"role":"system","content":"X"},{"role":"user","content":"a"})", folding,
                  R"(,"system":"S")"),
        Json::parse(R"([{"role":"system","content":"S\n\nX"},{"role":"user","content":"a"}])"));
}

TEST(Conversation, NeverPutsASystemMessageBetweenACallAndItsResult) // R8
{
    std::string history = after(call_t1, R"({"role":"system","content":"X"},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"ok"}]})");
    EXPECT_EQ(roles(chat_messages(history)), "user assistant tool system");
    EXPECT_EQ(roles(chat_messages(history, folding)), "user assistant tool");
}

TEST(Conversation, ForgetsASystemMessageThatIsToBeClearedByTheNextUserText)
{
    std::string history = R"({"role":"user","content":"a"},
        {"role":"system","content":"X","clear_at":"next_user_message"},{"role":"assistant","content":"b"})";
    EXPECT_EQ(roles(chat_messages(history)), "user system assistant");
    EXPECT_EQ(roles(chat_messages(history + R"(,{"role":"user","content":"c"})")), "user assistant user");
}

TEST(Conversation, GivesEveryToolResultSomethingToSay) // R17
{
    for (std::string_view content : { R"("")", "[]", "null", R"([{"type":"text","text":""}])" }) {
        Json messages = chat_messages(after(call_t1,
            R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":)"
                + std::string(content) + "}]}"));
        EXPECT_EQ(
            messages.at(2), Json::parse(R"x({"role":"tool","tool_call_id":"t1","content":"(no output)"})x"));
    }
    Json absent = chat_messages(
        after(call_t1, R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1"}]})"));
    EXPECT_EQ(absent.at(2)["content"], "(no output)");
    Json texts = chat_messages(after(call_t1, R"({"role":"user","content":[{"type":"tool_result",
        "tool_use_id":"t1","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]})"));
    EXPECT_EQ(texts.at(2)["content"], "a\nb");
}

TEST(Conversation, MarksAFailedToolOnce) // R18
{
    auto content = [](std::string_view text) {
        return chat_messages(
            after(call_t1,
                R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":")"
                    + std::string(text) + R"("}]})"))
            .at(2)["content"];
    };
    EXPECT_EQ(content("no such file"), "Error: no such file");
    EXPECT_EQ(content("Error: no such file"), "Error: no such file");
    EXPECT_EQ(content("<tool_use_error>x</tool_use_error>"), "<tool_use_error>x</tool_use_error>");
    EXPECT_EQ(content(""), "Error: (no output)");
}

TEST(Conversation, PutsToolResultsInFrontOfUserText) // R21
{
    Json messages = chat_messages(after(call_t1, R"({"role":"user","content":[{"type":"text","text":"also"},
        {"type":"tool_result","tool_use_id":"t1","content":"ok"}]})"));
    EXPECT_EQ(roles(messages), "user assistant tool user");
    EXPECT_EQ(messages[3]["content"], "also");
}

TEST(Conversation, PutsToolResultsInTheOrderOfTheCalls) // R22
{
    Json messages = chat_messages(after(call_t1_t2, R"({"role":"user","content":[
        {"type":"tool_result","tool_use_id":"t2","content":"two"},
        {"type":"tool_result","tool_use_id":"t1","content":"one"}]})"));
    EXPECT_EQ(messages.at(2)["content"], "one");
    EXPECT_EQ(messages.at(3)["content"], "two");
}

TEST(Conversation, CollectsResultsThatComeInTwoMessages)
{
    Json messages = chat_messages(after(call_t1_t2, R"({"role":"user","content":[
        {"type":"tool_result","tool_use_id":"t1","content":"one"}]},{"role":"system","content":"X"},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t2","content":"two"}]})"));
    EXPECT_EQ(roles(messages), "user assistant tool tool system");
}

TEST(Conversation, KeepsTheFirstOfTwoResults) // R23
{
    Json messages = chat_messages(after(call_t1, R"({"role":"user","content":[
        {"type":"tool_result","tool_use_id":"t1","content":"one"},
        {"type":"tool_result","tool_use_id":"t1","content":"again"}]})"));
    EXPECT_EQ(roles(messages), "user assistant tool user");
    EXPECT_EQ(messages[2]["content"], "one");
    EXPECT_EQ(messages[3]["content"], "[Result of an earlier tool call t1]\nagain");
}

TEST(Conversation, MakesUpTheResultThatIsMissing) // R24
{
    Json messages = chat_messages(after(call_t1_t2, R"({"role":"user","content":[
        {"type":"tool_result","tool_use_id":"t2","content":"two"},{"type":"text","text":"stop"}]})"));
    EXPECT_EQ(roles(messages), "user assistant tool tool user");
    EXPECT_EQ(messages[2]["content"], "[tool result missing]");
    EXPECT_EQ(messages[3]["content"], "two");
    EXPECT_EQ(roles(chat_messages(call_t1)), "user assistant tool");
    EXPECT_EQ(roles(chat_messages(call_t1, claude)), "user assistant tool");
}

TEST(Conversation, TellsAResultWithoutACallAsText) // R25
{
    EXPECT_EQ(chat_messages(R"({"role":"user","content":[
        {"type":"tool_result","tool_use_id":"old","content":"ok"},{"type":"text","text":"go on"}]})"),
        Json::parse(R"([{"role":"user","content":"[Result of an earlier tool call old]\nok\n\ngo on"}])"));
}

TEST(Conversation, MakesOneMessageOfAnAnswer) // R29, R30, R31
{
    Json messages = chat_messages(R"({"role":"user","content":"go"},{"role":"assistant","content":[
        {"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"a"},
        {"type":"tool_use","id":"t1","name":"Bash","input":{"b":1.0,"a":12345678901234567890}},
        {"type":"text","text":"b"}]})");
    EXPECT_EQ(messages.at(1)["content"], "a\n\nb");
    EXPECT_EQ(
        messages[1]["tool_calls"], Json::parse(R"([{"id":"t1","type":"function","function":{"name":"Bash",
        "arguments":"{\"b\":1.0,\"a\":12345678901234567890}"}}])"));
    Json only_call = chat_messages(call_t1);
    ASSERT_TRUE(only_call.at(1).contains("content"));
    EXPECT_TRUE(only_call[1]["content"].is_null());
}

TEST(Conversation, JoinsTextsOfAnAnswerThatFollowOneAnother)
{
    Json messages = chat_messages(R"({"role":"user","content":"go"},{"role":"assistant","content":[
        {"type":"text","text":"one, "},{"type":"text","text":"two"}]})");
    EXPECT_EQ(messages.at(1)["content"], "one, two");
}

TEST(Conversation, LeavesOutWhatSaysNothing) // R32, R33
{
    for (std::string_view empty : { R"("")", R"([])", R"([{"type":"text","text":"  \n"}])",
             R"([{"type":"thinking","thinking":"hm","signature":"x"}])" }) {
        EXPECT_EQ(chat_messages(R"({"role":"user","content":"a"},{"role":"assistant","content":)"
                      + std::string(empty) + R"(},{"role":"user","content":"b"})"),
            Json::parse(R"([{"role":"user","content":"a\n\nb"}])"));
    }
    auto nothing = test::chat_call(
        R"({"model":"m","messages":[{"role":"user","content":" "}]})", chat_target("openai/gpt-5"));
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().kind, Error::Kind::bad_request);
}

TEST(Conversation, KeepsTheSpellingOfToolInput) // R34
{
    auto arguments = [](std::string_view input) {
        return chat_messages(R"({"role":"user","content":"go"},{"role":"assistant","content":[
            {"type":"tool_use","id":"t1","name":"Bash")"
            + std::string(input) + "}]}")
            .at(1)["tool_calls"][0]["function"]["arguments"]
            .get<std::string>();
    };
    EXPECT_EQ(arguments(""), "{}");
    EXPECT_EQ(arguments(R"(,"input":null)"), "{}");
    EXPECT_EQ(arguments(R"(,"input":[1])"), "{}");
    EXPECT_EQ(arguments(R"(,"input":{"z":1e21,"a":1.0,"l":"\u2028","n":"\u0000"})"),
        R"({"z":1e21,"a":1.0,"l":"\u2028","n":"\u0000"})");
    EXPECT_EQ(
        arguments(R"(,"input":{"a":"x\ud83d","b":"\ud83d\ude00"})"), R"({"a":"x\ufffd","b":"\ud83d\ude00"})");
}

TEST(Conversation, MendsLoneSurrogatesInTexts) // R34, J-03
{
    auto lone = test::chat_call(
        R"({"model":"m","messages":[{"role":"user","content":"a\ud83d"}]})", chat_target("openai/gpt-5"));
    ASSERT_TRUE(lone);
    EXPECT_TRUE(lone->body.text().ends_with(R"("messages":[{"role":"user","content":"a\ufffd"}]})"));
    EXPECT_EQ(lone->notes.repaired, std::vector<std::string> { "lone surrogate" });
    auto pair =
        test::chat_call(R"({"model":"m","messages":[{"role":"user","content":"\ud83d\ude00\u0000"}]})",
            chat_target("openai/gpt-5"));
    ASSERT_TRUE(pair);
    EXPECT_TRUE(pair->body.text().ends_with(
        R"("messages":[{"role":"user","content":"\ud83d\ude00\u0000"}]})")); // J-08
    EXPECT_TRUE(pair->notes.repaired.empty());
}

TEST(Conversation, MergesNeighboursOfOneRole) // R38
{
    EXPECT_EQ(chat_messages(R"({"role":"user","content":"a"},{"role":"user","content":"b"})"),
        Json::parse(R"([{"role":"user","content":"a\n\nb"}])"));
    Json messages = chat_messages(R"({"role":"user","content":"go"},
        {"role":"assistant","content":[{"type":"text","text":"x"},{"type":"tool_use","id":"t1","name":"A","input":{}}]},
        {"role":"assistant","content":[{"type":"tool_use","id":"t2","name":"B","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"1"},
            {"type":"tool_result","tool_use_id":"t2","content":"2"}]})");
    EXPECT_EQ(roles(messages), "user assistant tool tool");
    EXPECT_EQ(messages[1]["tool_calls"].size(), 2U);
}

TEST(Conversation, KeepsAnAnswerThatWasBegun) // R39
{
    std::string history = R"({"role":"user","content":"a"},{"role":"assistant","content":"{ "})";
    EXPECT_EQ(chat_messages(history).at(1)["content"], "{ ");
    EXPECT_EQ(chat_messages(history, claude).at(1)["content"][0]["text"], "{");
}

TEST(Conversation, TellsToolsOfServersAsText) // R47
{
    Json messages = chat_messages(R"({"role":"user","content":"go"},{"role":"assistant","content":[
        {"type":"server_tool_use","id":"s1","name":"web_search","input":{"query":"cats"}},
        {"type":"web_search_tool_result","tool_use_id":"s1","content":[
            {"type":"web_search_result","title":"Cats","url":"https://c.example","encrypted_content":"xyz"}]},
        {"type":"text","text":"They purr.","citations":[{"type":"web_search_result_location","url":"u","title":"t",
            "encrypted_index":"e","cited_text":"c"}]},
        {"type":"server_tool_use","id":"s2","name":"web_search","input":{"query":"dogs"}},
        {"type":"web_search_tool_result","tool_use_id":"s2",
            "content":{"type":"web_search_tool_result_error","error_code":"max_uses_exceeded"}}]})");
    EXPECT_EQ(messages.at(1)["content"],
        "[web_search \"cats\"]\n\n[web_search_tool_result]\n1. Cats – https://c.example\n\nThey purr.\n\n"
        "[web_search \"dogs\"]\n\n[web_search_tool_result]\nError: max_uses_exceeded");
    EXPECT_FALSE(messages[1].contains("tool_calls"));
}

TEST(Conversation, SaysThatAToolIsThereNow) // R48
{
    Json messages = chat_messages(after(call_t1, R"({"role":"user","content":[{"type":"tool_result",
        "tool_use_id":"t1","content":[{"type":"tool_reference","tool_name":"WebFetch"},
        {"type":"tool_reference","tool_name":"WebSearch"}]}]})"));
    EXPECT_EQ(
        messages.at(2)["content"], "[Tool WebFetch is now available]\n[Tool WebSearch is now available]");
}

TEST(Conversation, BeginsWithTheSummaryOfWhatWasBefore)
{
    Json messages = chat_messages(R"({"role":"user","content":"old"},{"role":"assistant","content":[
        {"type":"compaction","content":"We talked."},{"type":"text","text":"And now?"}]},
        {"role":"user","content":"new"})");
    EXPECT_EQ(messages, Json::parse(R"([
        {"role":"user","content":"<conversation-summary>\nWe talked.\n</conversation-summary>"},
        {"role":"assistant","content":"And now?"},{"role":"user","content":"new"}])"));
}

TEST(Conversation, TellsAnUnknownBlockAsItsJson)
{
    EXPECT_EQ(chat_messages(R"({"role":"user","content":[{"type":"hologram","x":"\n"}]})").at(0)["content"],
        R"({"type":"hologram","x":"\n"})");
    std::string big(20000, 'x');
    Json messages = chat_messages(R"({"role":"user","content":[{"type":"hologram","x":")" + big + R"("}]})");
    EXPECT_EQ(messages.at(0)["content"].get<std::string>().size(), 4096U);
    EXPECT_EQ(roles(chat_messages(R"({"role":"user","content":"a"},{"role":"assistant","content":[
        {"type":"text","text":"b"},{"type":"hologram"}]})")),
        "user assistant");
}

} // namespace dragoman::translate
