#include "cli/terminal.h"

#include <gtest/gtest.h>

namespace dragoman::cli {
namespace {

TEST(Terminal, ColumnsAreCountedAsTheyAreSeen)
{
    EXPECT_EQ(columns_of("plain"), 5U);
    EXPECT_EQ(columns_of("Zürich"), 6U);
    EXPECT_EQ(columns_of("通义"), 4U);
    EXPECT_EQ(columns_of("e\u0301"), 1U);
    EXPECT_EQ(columns_of("\xFF"), 1U);
    EXPECT_EQ(pad_right("é", 3), "é  ");
    EXPECT_EQ(pad_left("通", 3), " 通");
    EXPECT_EQ(pad_left("wide", 2), "wide");
}

TEST(Terminal, WhatDoesNotFitEndsInAnEllipsis)
{
    EXPECT_EQ(fit("abcdef", 6), "abcdef");
    EXPECT_EQ(fit("abcdef", 5), "abcd…");
    EXPECT_EQ(fit("通义千问", 4), "通…");
    EXPECT_EQ(fit("abc", 0), "");
}

TEST(Terminal, LinesBreakAtBlanks)
{
    EXPECT_EQ(wrap("one two three", 9, 2), "one two\n  three");
    EXPECT_EQ(wrap("one", 2, 0), "one");
    EXPECT_EQ(wrap("incomprehensible word", 6, 0), "incomprehensible\nword");
    EXPECT_EQ(wrap("", 10, 2), "");
}

TEST(Terminal, ALongNameLeavesRoomForWhatIsSaidOfTheOthers)
{
    EXPECT_EQ(explained({ { "ab", "one two" }, { "abcd", "three" } }, 14),
        "  ab    one\n        two\n  abcd  three\n");
    EXPECT_EQ(explained({ { "ab", "one" }, { "far longer than that", "two" } }, 20),
        "  ab  one\n  far longer than that\n      two\n");
}

TEST(Terminal, TextFromOutsideCannotSteerIt) { EXPECT_EQ(plain("a\033[2Jb\nc"), "a\\u001b[2Jb\\nc"); }

} // namespace
} // namespace dragoman::cli
