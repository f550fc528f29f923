#include "support/answers.h"
#include "translate/text_tool_calls.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dragoman::translate {

namespace {

AnswerPlan plan_with_tools()
{
    AnswerPlan plan = test::default_plan();
    plan.text_tool_calls = true;
    plan.declared_tools = { "Bash", "Read", "TodoWrite" };
    plan.tool_schemas = {
        { "Read",
            R"({"type":"object","properties":{"path":{"type":"string"},"limit":{"type":"integer"},"all":{"type":"boolean"}}})" }
    };
    return plan;
}

// Text as it is, calls as "{Name: arguments}".
std::string shown(const std::vector<TextToolCalls::Piece>& pieces)
{
    std::string out;
    for (const auto& piece : pieces) {
        if (const auto* text = std::get_if<std::string>(&piece))
            out += *text;
        else
            out += "{" + std::get<TextCall>(piece).name + ": " + std::get<TextCall>(piece).arguments + "}";
    }
    return out;
}

std::string read_in_pieces(const std::string& text, std::size_t step)
{
    const AnswerPlan plan = plan_with_tools();
    TextToolCalls calls(plan);
    std::vector<TextToolCalls::Piece> all;
    const auto add = [&](std::vector<TextToolCalls::Piece> more) {
        for (auto& piece : more)
            all.push_back(std::move(piece));
    };
    for (std::size_t at = 0; at < text.size(); at += step)
        add(calls.feed(std::string_view(text).substr(at, step)));
    add(calls.flush());
    return shown(all);
}

// However the text is cut.
std::string read(const std::string& text)
{
    std::string whole = read_in_pieces(text, text.size());
    for (std::size_t step : { 1, 2, 3, 5, 7, 16 })
        EXPECT_EQ(read_in_pieces(text, step), whole) << "in pieces of " << step;
    return whole;
}

TEST(TextToolCalls, AreRecoveredFromEveryForm) // S44
{
    EXPECT_EQ(read(R"(Well. <tool_call>{"name":"Bash","arguments":{"command":"ls"}}</tool_call>)"),
        R"(Well. {Bash: {"command":"ls"}})");
    EXPECT_EQ(read("<tool_call>\n{\"name\": \"Bash\", \"arguments\": \"{\\\"command\\\":\\\"ls\\\"}\"}\n"
                   "</tool_call>\n<tool_call>{\"name\":\"Read\",\"parameters\":{}}</tool_call>"),
        R"({Bash: {"command":"ls"}}{Read: {}})");
    EXPECT_EQ(read("<tool_call>Read\n<arg_key>path</arg_key>\n<arg_value>a b</arg_value>\n"
                   "<arg_key>limit</arg_key><arg_value>5</arg_value></tool_call>"),
        R"({Read: {"path":"a b","limit":5}})");
    EXPECT_EQ(
        read("<function=Read>\n<parameter=path>\n/tmp/5\n</parameter>\n<parameter=all>\ntrue\n</parameter>\n"
             "</function>\n</tool_call>"),
        R"({Read: {"path":"/tmp/5","all":true}})");
    EXPECT_EQ(
        read("<tool_call>\n<function=Read>\n<parameter=path>\n5\n</parameter>\n</function>\n</tool_call>"),
        R"({Read: {"path":"5"}})");
    EXPECT_EQ(read(R"(<function=Bash>{"command":"ls"}</function>)"), R"({Bash: {"command":"ls"}})");
    EXPECT_EQ(
        read("<function_calls>\n<invoke name=\"Read\">\n<parameter name=\"path\">a</parameter>\n</invoke>\n"
             "</function_calls>"),
        R"({Read: {"path":"a"}})");
    EXPECT_EQ(
        read("I look.\n```json\n{\"name\": \"Bash\", \"arguments\": {\"command\": \"ls\"}}\n```\nDone."),
        "I look.\n{Bash: {\"command\": \"ls\"}}Done.");
    EXPECT_EQ(
        read(
            R"([TOOL_CALLS][{"name":"Bash","arguments":{"command":"ls ]"}},{"name":"Read","arguments":{}}])"),
        R"({Bash: {"command":"ls ]"}}{Read: {}})");
    EXPECT_EQ(read(R"([TOOL_CALLS]Bash[ARGS]{"command":"ls"})"), R"({Bash: {"command":"ls"}})");
    EXPECT_EQ(
        read(R"([TOOL_CALLS]Bash[CALL_ID]abc123xyz[ARGS]{"command":"ls"})"), R"({Bash: {"command":"ls"}})");
    EXPECT_EQ(
        read("<|tool_calls_section_begin|><|tool_call_begin|>functions.Bash:0<|tool_call_argument_begin|>"
             "{\"command\":\"ls\"}<|tool_call_end|><|tool_call_begin|>functions.Read:1"
             "<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>"),
        R"({Bash: {"command":"ls"}}{Read: {}})");
    EXPECT_EQ(read("<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>Bash<｜tool▁sep｜>{\"command\":\"ls\"}"
                   "<｜tool▁call▁end｜><｜tool▁calls▁end｜>"),
        R"({Bash: {"command":"ls"}})");
    EXPECT_EQ(read("<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>Bash\n```json\n"
                   "{\"command\":\"ls\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>"),
        R"({Bash: {"command":"ls"}})");
}

TEST(TextToolCalls, AreThoseOfDeclaredToolsOnly)
{
    for (const char* text : { R"(<tool_call>{"name":"Fly","arguments":{}}</tool_call>)",
             "<function=Fly><parameter=to>x</parameter></function>",
             "```json\n{\"name\": \"Fly\", \"arguments\": {}}\n```", "```json\n{\"version\": 1}\n```",
             R"([TOOL_CALLS][{"name":"Fly","arguments":{}}])",
             "<|tool_calls_section_begin|><|tool_call_begin|>functions.Fly:0<|tool_call_argument_begin|>{}"
             "<|tool_call_end|><|tool_calls_section_end|>" })
        EXPECT_EQ(read(text), text);
    EXPECT_EQ(read(R"(<tool_call>{"name":"bash","arguments":{}}</tool_call>)"), "{Bash: {}}") << "wrong case";
}

TEST(TextToolCalls, LeaveProseAboutThemAlone)
{
    for (const char* text : { "Models write <tool_call> and </tool_call> around calls.",
             "Use `<function=NAME>` or <invoke name=\"x\">.", "a < b ` c [ d", "```js\nlet x = 1;\n```",
             "In [TOOL_CALLS] the list follows.",
             "```json\n{\"name\": \"dragoman\", \"private\": true}\n```\nok", "<tool_call>", "<", "```",
             "<tool_call>{\"name\":\"Bash\",", "[TOOL_CALLS]Bash" })
        EXPECT_EQ(read(text), text);
}

TEST(TextToolCalls, AreTextWhereTheTextShowsThem)
{
    const std::string call = R"(<tool_call>{"name":"Bash","arguments":{"command":"rm -r a"}}</tool_call>)";
    const std::vector<std::string> shown_calls { "Such a call:\n```xml\n" + call + "\n```\nNever run it.",
        "Write `" + call + "` there.", "Or `` " + call + " ``.", "~~~\n" + call + "\n~~~\n",
        "1. In a list:\n   ```\n   " + call + "\n   ```", "```python\nprint('[TOOL_CALLS]Bash[ARGS]{}')\n```",
        "```\n<invoke name=\"Bash\"></invoke>\n```",
        "````markdown\n```json\n{\"name\":\"Bash\",\"arguments\":{}}\n```\n````",
        "```json\n{\"text\": \"" + std::string("<function=Bash></function>") + "\"}\n```" };
    for (const std::string& text : shown_calls)
        EXPECT_EQ(read(text), text);
    const std::string ran = R"({Bash: {"command":"rm -r a"}})";
    EXPECT_EQ(read("```sh\nls\n```\n" + call), "```sh\nls\n```\n" + ran);
    EXPECT_EQ(read("Use `ls` now: " + call), "Use `ls` now: " + ran);
    EXPECT_EQ(read("it`s\n" + call), "it`s\n" + ran);
    EXPECT_EQ(read("```x``` " + call), "```x``` " + ran);
    EXPECT_EQ(read("```\na\n``` b\n```\n" + call), "```\na\n``` b\n```\n" + ran);
    EXPECT_EQ(read("```json\n{\"name\":\"Bash\",\"arguments\":{}}\n```\n```json\n{\"name\":\"Read\","
                   "\"arguments\":{}}"
                   "\n```\n```c\n"
                  + call + "\n```"),
        "{Bash: {}}{Read: {}}```c\n" + call + "\n```");
}

TEST(TextToolCalls, AreNotMadeOfHalfACallThatWasCutOff)
{
    AnswerPlan plan = plan_with_tools();
    const auto answer = [&](const std::string& finish) {
        return test::accumulate(test::run(plan,
            R"(data: {"choices":[{"index":0,"delta":{"content":"<tool_call>{\"name\":\"Bash\",\"arguments\":)"
            R"({\"command\":\"rm -rf /tmp/build"},"finish_reason":")"
                + finish + "\"}]}\n\ndata: [DONE]\n\n")
                .out);
    };
    const auto cut = answer("length");
    EXPECT_EQ(cut["stop_reason"], "max_tokens");
    ASSERT_EQ(cut["content"].size(), 1U);
    EXPECT_EQ(cut["content"][0]["type"], "text");
    EXPECT_EQ(answer("stop")["content"][0]["type"], "tool_use"); // its end was forgotten, no more
}

TEST(TextToolCalls, NeedNoEndWhenTheTextEnds)
{
    EXPECT_EQ(
        read(R"(<tool_call>{"name":"Bash","arguments":{"command":"ls"}})"), R"({Bash: {"command":"ls"}})");
    EXPECT_EQ(read(R"(<tool_call>{"name":"Bash","arguments":{"command":"echo '</tool_call>'"}}</tool_call>)"),
        R"({Bash: {"command":"echo '</tool_call>'"}})");
}

TEST(TextToolCalls, HoldNothingBackThatIsNoCall)
{
    const AnswerPlan plan = plan_with_tools();
    TextToolCalls calls(plan);
    EXPECT_EQ(shown(calls.feed("Hello <b>")), "Hello <b>");
    EXPECT_EQ(shown(calls.feed("x <tool")), "x ");
    EXPECT_EQ(shown(calls.feed("box>")), "<toolbox>");
    EXPECT_EQ(shown(calls.feed("<tool_call>The")), "<tool_call>The");
    EXPECT_EQ(shown(calls.feed("<|tool_calls_section_begin|> is")), "<|tool_calls_section_begin|> is");
    EXPECT_EQ(
        shown(calls.feed("```json\n{\"type\":\"module\"}\n``` a")), "```json\n{\"type\":\"module\"}\n``` a");
    EXPECT_EQ(
        shown(calls.feed("<tool_call>{\"id\":1}</tool_call> b")), "<tool_call>{\"id\":1}</tool_call> b");
    EXPECT_EQ(shown(calls.feed("```json\n{\"name\":\"package\"")), "```json\n{\"name\":\"package\"");
}

TEST(TextToolCalls, AreGivenUpWhenTheyNeverEnd)
{
    const AnswerPlan plan = plan_with_tools();
    TextToolCalls calls(plan);
    const std::string head = R"(<tool_call>{"name":"Bash","arguments":{"command":")";
    std::string out = shown(calls.feed(head));
    for (int i = 0; i < 300; ++i)
        out += shown(calls.feed(std::string(1024, 'x')));
    EXPECT_GE(out.size(), 256U * 1024U);
    out += shown(calls.flush());
    EXPECT_EQ(out, head + std::string(300 * 1024, 'x'));
}

} // namespace
} // namespace dragoman::translate
