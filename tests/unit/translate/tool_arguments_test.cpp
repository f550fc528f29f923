#include "support/answers.h"
#include "translate/argument_scanner.h"
#include "translate/tool_arguments.h"

#include <gtest/gtest.h>

namespace dragoman::translate {

TEST(ToolArguments, AreKeptAsTheyAreWhenTheyAreAnObject)
{
    for (std::string_view valid :
        { "{}", R"({"a":1.0,"b":1e2,"n":12345678901234567890123})", R"( {"a" : [1, {}]} )" }) {
        ToolInput input = to_tool_input(valid);
        EXPECT_FALSE(input.repaired) << valid;
        EXPECT_NE(valid.find(input.object), valid.npos) << input.object;
    }
    EXPECT_EQ(to_tool_input("").object, "{}");
    EXPECT_EQ(to_tool_input(" null\n").object, "{}");
}

TEST(ToolArguments, AreMendedWhenThereIsOneReading) // N5, S16
{
    struct Row {
        std::string_view broken, mended;
    };
    for (const Row& row : {
             Row { R"({"a":1,})", R"({"a":1})" },
             Row { R"({"a":[1,2,],})", R"({"a":[1,2]})" },
             Row { R"({"a":"x)", R"({"a":"x"})" },
             Row { R"({"a":{"b":[1)", R"({"a":{"b":[1]}})" },
             Row { R"({'a': 'it"s', 'b': True, 'c': None})", R"({"a":"it\"s","b":true,"c":null})" },
             Row { R"({a: 1})", R"({"a":1})" },
             Row { "```json\n{\"a\": 1}\n```", R"({"a":1})" },
             Row { R"({}{"a":1})", R"({"a":1})" },
             Row { R"({"a":1}{"a":1})", R"({"a":1})" },
             Row { R"("{\"a\":1}")", R"({"a":1})" },
             Row { "{\"a\":\"two\nlines\"}", R"({"a":"two\nlines"})" },
             Row { R"({"re":"\d+"})", R"({"re":"\\d+"})" },
             Row { R"({"a":tru)", R"({"a":true})" },
             Row { R"({"a":)", R"({"a":null})" },
         }) {
        ToolInput input = to_tool_input(row.broken);
        EXPECT_EQ(input.object, row.mended) << row.broken;
        EXPECT_TRUE(input.repaired) << row.broken;
    }
}

TEST(ToolArguments, AreWrappedWhenNoReadingIsObvious) // N5, J-13
{
    EXPECT_EQ(to_tool_input("ls -l \"x\"").object, R"({"_raw_arguments":"ls -l \"x\""})");
    EXPECT_EQ(to_tool_input(R"({"a":1}{"a":2})").object, R"({"_raw_arguments":"{\"a\":1}{\"a\":2}"})");
    EXPECT_EQ(to_tool_input("[1,2]").object, R"({"_raw_arguments":"[1,2]"})");
    EXPECT_EQ(to_tool_input(std::string(5000, '{')).object.substr(0, 19), R"({"_raw_arguments":")");
}

TEST(ToolArguments, AreNotMendedWhenTheyWereCutOff) // S16
{
    EXPECT_EQ(
        to_tool_input(R"({"text":"half of)", true).object, R"({"_raw_arguments":"{\"text\":\"half of"})");
    EXPECT_EQ(to_tool_input(R"({"text":"all of it"})", true).object, R"({"text":"all of it"})");
    AnswerPlan plan = test::default_plan();
    plan.stream = false;
    const auto input = [&](const std::string& finish) {
        return nlohmann::json::parse(test::run(plan,
            R"({"choices":[{"index":0,"finish_reason":")" + finish
                + R"(","message":{"tool_calls":[{"id":"c1",)"
                  R"("type":"function","function":{"name":"Bash","arguments":"{\"command\":\"rm -r /tmp/x"}}]}}]})")
                .out)["content"][0]["input"];
    };
    EXPECT_EQ(input("length"), nlohmann::json({ { "_raw_arguments", "{\"command\":\"rm -r /tmp/x" } }));
    EXPECT_EQ(input("tool_calls"), nlohmann::json({ { "command", "rm -r /tmp/x" } }));
}

TEST(ArgumentScanner, KnowsWhereTheValueEnds)
{
    std::string_view text = R"({\"a\":\"}\\\"{\",\"b\":[{}]}   tail)";
    std::size_t end = text.find("   tail");
    ArgumentScanner whole;
    EXPECT_EQ(whole.feed({ text }), end);
    EXPECT_TRUE(whole.complete());
    EXPECT_FALSE(whole.may_be_placeholder());
    ArgumentScanner half;
    half.feed({ text.substr(0, end - 1) });
    EXPECT_FALSE(half.complete());
}

TEST(ArgumentScanner, TellsAPlaceholderFromAnObject)
{
    ArgumentScanner scanner;
    scanner.feed({ " {" });
    EXPECT_TRUE(scanner.may_be_placeholder());
    EXPECT_FALSE(scanner.is_empty_object());
    scanner.feed({ R"(\n})" });
    EXPECT_TRUE(scanner.is_empty_object());
    ArgumentScanner other;
    other.feed({ R"({\")" });
    EXPECT_FALSE(other.may_be_placeholder());
    ArgumentScanner text;
    text.feed({ "l" });
    EXPECT_FALSE(text.may_be_placeholder());
}

TEST(ArgumentScanner, CountsWhiteSpaceThatDoesNotEnd)
{
    ArgumentScanner scanner;
    scanner.feed({ R"({\"a\":\n\n\t )" });
    EXPECT_EQ(scanner.blank_run(), 4u);
    scanner.feed({ "1" });
    EXPECT_EQ(scanner.blank_run(), 0u);
}

} // namespace dragoman::translate
