#include "cli/shell_text.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <gmock/gmock.h>

namespace dragoman::cli {
namespace {

using ::testing::HasSubstr;

const std::string nasty = "a'b\"c$HOME`id`\\ %PATH% \\' !x ~ {y} \xe2\x80\x99 é;&|<>";

EnvironmentChange change() { return { .set = { { "NAME", nasty }, { "EMPTY", "" } }, .unset = { "GONE" } }; }

std::string output_of(const std::string& command)
{
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr)
        return "(cannot run)";
    std::array<char, 4096> piece {};
    while (std::size_t count = std::fread(piece.data(), 1, piece.size(), pipe))
        out.append(piece.data(), count);
    ::pclose(pipe);
    return out;
}

// The text goes in as a file would, so that no shell around it takes part.
std::string evaluated_by(const std::string& shell, const std::string& text)
{
    char path[] = "/tmp/dragoman-shell-XXXXXX";
    const int fd = ::mkstemp(path);
    FILE* file = ::fdopen(fd, "w");
    std::fputs(text.c_str(), file);
    std::fclose(file);
    std::string out = output_of("GONE=here " + shell + " " + path);
    std::remove(path);
    return out;
}

TEST(ShellText, ComesBackFromARealShellAsItWas)
{
    const std::string text = shell_text(change(), Shell::sh)
        + "printf '%s|%s|%s|' \"$NAME\" \"${EMPTY-unset}\" \"${GONE-unset}\"\n";
    EXPECT_EQ(evaluated_by("sh", text), nasty + "||unset|");
}

TEST(ShellText, ComesBackFromARealFishAsItWas)
{
    if (std::system("command -v fish > /dev/null 2>&1") != 0)
        GTEST_SKIP() << "fish is not installed";
    const std::string text =
        shell_text(change(), Shell::fish) + "printf '%s|%s|' $NAME $EMPTY\nenv | grep -c '^GONE='\n";
    EXPECT_EQ(evaluated_by("fish", text), nasty + "||0\n");
}

TEST(ShellText, QuotesAsEachShellReadsIt)
{
    const EnvironmentChange one { .set = { { "A", "it's 50% \\n" } }, .unset = { "B" } };
    EXPECT_EQ(shell_text(one, Shell::sh), "unset B\nexport A='it'\\''s 50% \\n'\n");
    EXPECT_EQ(shell_text(one, Shell::fish), "set -gu B;\nset -gx A 'it\\'s 50% \\\\n';\n");
    EXPECT_EQ(shell_text(one, Shell::powershell),
        "Remove-Item Env:B -ErrorAction SilentlyContinue\n$env:A = 'it''s 50% \\n'\n");
    EXPECT_EQ(shell_text(one, Shell::cmd), "set \"B=\"\r\nset \"A=it's 50%% \\n\"\r\n");
}

TEST(ShellText, NoValueBeginsAnotherLine)
{
    const EnvironmentChange one { .set = { { "A", "x\r\nset B=y" } }, .unset = {} };
    EXPECT_EQ(shell_text(one, Shell::cmd), "set \"A=x  set B=y\"\r\n");
    const EnvironmentChange curly { .set = { { "A", "\xe2\x80\x99; evil" } }, .unset = {} };
    EXPECT_EQ(shell_text(curly, Shell::powershell), "$env:A = '\xe2\x80\x99\xe2\x80\x99; evil'\n");
}

TEST(ShellText, GuessesTheShell)
{
    EXPECT_EQ(shell_of({ { "SHELL", "/usr/bin/fish" } }), Shell::fish);
    EXPECT_EQ(shell_of({ { "SHELL", "/bin/zsh" } }), Shell::sh);
    EXPECT_EQ(shell_of({}), Shell::sh);
}

} // namespace
} // namespace dragoman::cli
