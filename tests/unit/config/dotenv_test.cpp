#include "config/dotenv.h"

#include <gtest/gtest.h>

namespace dragoman::config {
namespace {

std::string value_of(std::string_view text, std::string_view name = "A")
{
    const Dotenv file = parse_dotenv(text);
    const Dotenv::Entry* entry = file.find(name);
    return entry == nullptr ? "(absent)" : entry->value;
}

TEST(DotenvFile, ReadsPlainValues)
{
    EXPECT_EQ(value_of("A=b"), "b");
    EXPECT_EQ(value_of("A = b c \n"), "b c");
    EXPECT_EQ(value_of("  A=b=c"), "b=c");
    EXPECT_EQ(value_of("A="), "");
    EXPECT_EQ(value_of("export A=b"), "b");
    EXPECT_EQ(value_of("export\tA=b"), "b");
}

TEST(DotenvFile, ReadsQuotes)
{
    EXPECT_EQ(value_of(R"(A="b # c")"), "b # c");
    EXPECT_EQ(value_of(R"(A='b\n"c"')"), R"(b\n"c")");
    EXPECT_EQ(value_of(R"(A="b\nc\t\"d\"\\e\x")"), "b\nc\t\"d\"\\e\\x");
    EXPECT_EQ(value_of(R"(A="b" # c)"), "b");
    EXPECT_EQ(value_of("A=''"), "");
    EXPECT_EQ(value_of("A=it's"), "it's");
}

TEST(DotenvFile, ReadsComments)
{
    EXPECT_EQ(value_of("# A=x\n\n  # B=y\nA=b # c"), "b");
    EXPECT_EQ(value_of("A=b#c"), "b#c");
    EXPECT_EQ(value_of("A=#c"), "#c");
    EXPECT_EQ(value_of("A= # c"), "");
    EXPECT_EQ(value_of("A=b\t# c"), "b");
}

TEST(DotenvFile, ReadsFilesFromWindows)
{
    EXPECT_EQ(value_of("\xEF\xBB\xBF"
                       "A=b\r\nB=\"c\"\r\n"),
        "b");
    EXPECT_EQ(value_of("\xEF\xBB\xBF"
                       "A=b\r\nB=\"c\"\r\n",
                  "B"),
        "c");
}

TEST(DotenvFile, ExpandsNothing)
{
    EXPECT_EQ(value_of("A=$HOME/${B}`id`"), "$HOME/${B}`id`");
    EXPECT_EQ(value_of("A=\"$HOME $(id)\""), "$HOME $(id)");
}

TEST(DotenvFile, TheLastOfEqualNamesWins) { EXPECT_EQ(value_of("A=b\nA=c\n"), "c"); }

TEST(DotenvFile, NamesTheLinesThatItLeavesOut)
{
    const Dotenv file = parse_dotenv("A=1\nnonsense\n=x\n1A=x\nB=\"open\nC='x'y\nD=2\n");
    std::vector<std::size_t> lines;
    for (const auto& problem : file.problems)
        lines.push_back(problem.line);
    EXPECT_EQ(lines, (std::vector<std::size_t> { 2, 3, 4, 5, 6 }));
    ASSERT_EQ(file.entries.size(), 2U);
    EXPECT_EQ(file.entries[1].line, 7U);
}

TEST(DotenvFile, RemovesTheQuotesThatDockerLeaves)
{
    EXPECT_EQ(without_quotes("\"a\""), "a");
    EXPECT_EQ(without_quotes("'a'"), "a");
    EXPECT_EQ(without_quotes("\"a'"), "\"a'");
    EXPECT_EQ(without_quotes("\""), "\"");
}

} // namespace
} // namespace dragoman::config
