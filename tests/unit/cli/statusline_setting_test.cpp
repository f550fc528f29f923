#include "cli/statusline_setting.h"

#include <gtest/gtest.h>

namespace dragoman::cli {
namespace {

constexpr std::string_view value = R"({"type":"command","command":"d statusline"})";

std::string set(std::string_view settings)
{
    auto changed = with_status_line(settings, "d statusline");
    return changed ? *changed : changed.error().message;
}

std::string with(std::string_view before, std::string_view after)
{
    return std::string(before) + "\"statusLine\": " + std::string(value) + std::string(after);
}

TEST(StatuslineSetting, ANewFieldIsSpacedLikeItsNeighbour)
{
    EXPECT_EQ(set(""), with("{\n  ", "\n}\n"));
    EXPECT_EQ(set("{}"), with("{\n  ", "\n}"));
    EXPECT_EQ(set("{\"a\":1}"), with("{", ",\"a\":1}"));
    EXPECT_EQ(
        set("{\n\t\"a\": {\"statusLine\": 7}\n}\n"), with("{\n\t", ",\n\t\"a\": {\"statusLine\": 7}\n}\n"));
    EXPECT_EQ(set("\xEF\xBB\xBF{ \"a\": 1 }"), with("\xEF\xBB\xBF{ ", ", \"a\": 1 }"));
}

TEST(StatuslineSetting, AnOldOneIsReplacedInItsPlace)
{
    EXPECT_EQ(set("{\"a\": 1e2, \"statusLine\" : {\"type\" : \"x\"} , \"b\":[ ]}"),
        "{\"a\": 1e2, \"statusLine\" : " + std::string(value) + " , \"b\":[ ]}");
    EXPECT_EQ(set("{\"statusLine\":null}"), "{\"statusLine\":" + std::string(value) + "}");
}

TEST(StatuslineSetting, WhatIsNoObjectIsNotTouched)
{
    EXPECT_FALSE(with_status_line("[1]", "x"));
    EXPECT_FALSE(with_status_line("{ // comment\n}", "x"));
}

TEST(StatuslineSetting, WhatIsSetIsRead)
{
    EXPECT_EQ(*status_line_of("{\"statusLine\":{\"type\":\"command\",\"command\":\"a\"}}"), "a");
    EXPECT_EQ(*status_line_of("{\"statusLine\":7}"), "");
    EXPECT_EQ(*status_line_of("{}"), std::nullopt);
    EXPECT_EQ(*status_line_of(" \n"), std::nullopt);
    EXPECT_FALSE(status_line_of("nonsense"));
}

TEST(StatuslineSetting, PathsAreQuotedForTheShell)
{
    EXPECT_EQ(shell_word("/usr/bin/dragoman"), "/usr/bin/dragoman");
    EXPECT_EQ(shell_word("/my tools/it's"), "'/my tools/it'\\''s'");
    EXPECT_EQ(shell_word(""), "''");
}

} // namespace
} // namespace dragoman::cli
