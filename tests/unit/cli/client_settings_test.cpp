#include "cli/client_settings.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace dragoman::cli {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Arguments = std::vector<std::string>;

class ClientSettings : public ::testing::Test {
protected:
    SettingsPlaces places() const
    {
        return { .config_directory = directory_.path() + "/home",
            .state_file = directory_.path() + "/home/.claude.json",
            .project = directory_.path() + "/work",
            .managed = directory_.path() + "/etc" };
    }
    SettingsVerdict verdict(const Arguments& arguments = {}) const
    {
        EnvironmentChange change { .set = { { "ANTHROPIC_BASE_URL", "http://ours" },
                                       { "DISABLE_TELEMETRY", "1" }, { "ANTHROPIC_API_KEY", "" } },
            .unset = { "CLAUDE_CODE_USE_BEDROCK", "ANTHROPIC_UNIX_SOCKET" } };
        ClientModels models;
        models.main.id = models.opus.id = models.sonnet.id = models.haiku.id = models.fable.id = "a/b";
        return judge_settings(read_settings(places(), arguments), change, models);
    }

    std::string put(const std::string& name, const std::string& content) const
    {
        const std::string path = directory_ / name;
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        return directory_.put(name, content);
    }

    dragoman::testing::TemporaryDirectory directory_ {};
};

TEST_F(ClientSettings, WithoutAnyNothingIsInTheWay)
{
    const auto none = verdict({ "-p", "hi" });
    EXPECT_THAT(none.overridden, IsEmpty());
    EXPECT_THAT(none.in_the_way, IsEmpty());
    EXPECT_EQ(none.settings, "");
}

TEST_F(ClientSettings, ASocketThatAFileNamesIsInTheWay)
{
    const std::string path =
        put("work/.claude/settings.json", R"({"env":{"ANTHROPIC_UNIX_SOCKET":"/tmp/s"}})");
    const auto of_project = verdict();
    EXPECT_THAT(of_project.in_the_way, ElementsAre(HasSubstr(path + ":1 sets ANTHROPIC_UNIX_SOCKET")));
    put("work/.claude/settings.json", R"({"env":{"ANTHROPIC_UNIX_SOCKET":""}})");
    EXPECT_THAT(verdict().in_the_way, IsEmpty());
    const auto of_argument = verdict({ "--settings", R"({"env":{"ANTHROPIC_UNIX_SOCKET":"/tmp/s"}})" });
    EXPECT_THAT(of_argument.in_the_way, IsEmpty());
    EXPECT_EQ(json::parse(of_argument.settings)["env"]["ANTHROPIC_UNIX_SOCKET"], "");
}

TEST_F(ClientSettings, WhatSaysTheSameOrConcernsUsNotIsLeftAlone)
{
    put("home/settings.json",
        R"({"env":{"ANTHROPIC_BASE_URL":"http://ours","DISABLE_TELEMETRY":true,"FOO":"bar","CLAUDE_CODE_USE_BEDROCK":""},"model":"x"})");
    EXPECT_THAT(verdict().overridden, IsEmpty());
    EXPECT_EQ(verdict().settings, "");
}

TEST_F(ClientSettings, EveryFileIsNamedWithItsLineAndOverridden)
{
    const std::string env = "{\n \"env\": {\n  \"ANTHROPIC_BASE_URL\": \"http://secret-place\",\n"
                            "  \"CLAUDE_CODE_USE_BEDROCK\": 1\n }\n}";
    for (const char* name : { "home/.claude.json", "home/settings.json", "work/.claude/settings.json",
             "work/.claude/settings.local.json" }) {
        const std::string path = put(name, env);
        const auto said = verdict();
        ASSERT_EQ(said.overridden.size(), 1U) << name;
        EXPECT_THAT(said.overridden[0],
            AllOf(HasSubstr(path + ":3"), HasSubstr("ANTHROPIC_BASE_URL, CLAUDE_CODE_USE_BEDROCK"),
                Not(HasSubstr("secret-place"))));
        EXPECT_EQ(json::parse(said.settings),
            json::parse(R"({"env":{"ANTHROPIC_BASE_URL":"http://ours","CLAUDE_CODE_USE_BEDROCK":""}})"));
        put(name, "{}");
    }
}

TEST_F(ClientSettings, SourcesThatTheClientIsToldToSkipAreSkipped)
{
    put("home/settings.json", R"({"env":{"ANTHROPIC_BASE_URL":"x"}})");
    EXPECT_EQ(verdict({ "--setting-sources", "project,local" }).settings, "");
    EXPECT_NE(verdict({ "--setting-sources=user" }).settings, "");
}

TEST_F(ClientSettings, APersonsOwnArgumentKeepsEverythingElse)
{
    const std::string own = R"({"permissions":{"deny":["Bash"]},"env":{"FOO":"é","ANTHROPIC_BASE_URL":"y"}})";
    const std::string path = put("own.json", own);
    for (const Arguments& arguments :
        { Arguments { "--settings", own }, Arguments { "--settings=" + path } }) {
        const auto said = verdict(arguments);
        EXPECT_EQ(json::parse(said.settings),
            json::parse(
                R"({"permissions":{"deny":["Bash"]},"env":{"FOO":"é","ANTHROPIC_BASE_URL":"http://ours"}})"));
    }
}

TEST_F(ClientSettings, AHelperForKeysIsSwitchedOffAndAListOfModelsWidened)
{
    put("home/settings.json", R"({"apiKeyHelper":"cat key","availableModels":["sonnet"]})");
    const auto said = verdict();
    EXPECT_EQ(
        json::parse(said.settings), json::parse(R"({"env":{},"apiKeyHelper":"","availableModels":["a/b"]})"));
    ASSERT_EQ(said.overridden.size(), 1U);
    EXPECT_THAT(said.overridden[0], HasSubstr("apiKeyHelper"));
}

TEST_F(ClientSettings, ManagedSettingsCannotBeOverridden)
{
    put("etc/managed-settings.json", R"({"env":{"ANTHROPIC_BASE_URL":"x","DISABLE_TELEMETRY":"0"}})");
    const std::string second = put("etc/managed-settings.d/20.json", "{\n\"apiKeyHelper\":\"x\"}");
    const auto said = verdict();
    ASSERT_EQ(said.in_the_way.size(), 2U);
    EXPECT_THAT(said.in_the_way[0], HasSubstr("managed-settings.json:1 sets ANTHROPIC_BASE_URL"));
    EXPECT_THAT(said.in_the_way[1], HasSubstr(second + ":2 sets apiKeyHelper"));
    EXPECT_THAT(said.overridden, ElementsAre(HasSubstr("DISABLE_TELEMETRY")));
    EXPECT_EQ(said.settings, "");
}

TEST_F(ClientSettings, WhatIsNoJsonIsLeftToTheClient)
{
    put("home/settings.json", "{ // comment\n");
    EXPECT_EQ(verdict().settings, "");
    EXPECT_EQ(verdict({ "--settings", "/nowhere" }).settings, "");
}

TEST_F(ClientSettings, CountInTheOrderOfTheirRank)
{
    put("home/settings.json", R"({"env":{"A":"user","B":"user"}})");
    put("work/.claude/settings.local.json", R"({"env":{"A":"local"}})");
    const auto all = with_settings({ { "A", "shell" }, { "C", "shell" } }, read_settings(places(), {}));
    EXPECT_EQ(all, (Environment { { "A", "local" }, { "B", "user" }, { "C", "shell" } }));
}

TEST_F(ClientSettings, OursReplacesThePersonsArgumentAndNothingElse)
{
    EXPECT_THAT(with_settings_argument({ "-p", "--settings", "x", "hi" }, "/f"),
        ElementsAre("--settings", "/f", "-p", "hi"));
    EXPECT_THAT(with_settings_argument({ "--settings=x", "--", "--settings" }, "/f"),
        ElementsAre("--settings", "/f", "--", "--settings"));
}

TEST_F(ClientSettings, TheFileIsForThisUserAloneAndOldOnesGo)
{
    const std::string old = put("state/code-settings/999999999.json", "{}");
    const auto path = write_settings(directory_.path() + "/state", R"({"env":{}})");
    ASSERT_TRUE(path);
    struct stat status {};
    ASSERT_EQ(::stat(path->c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_NE(::stat(old.c_str(), &status), 0);
    EXPECT_FALSE(write_settings("", "{}"));
}

TEST(SettingsPlaces, FollowTheClientsOwnVariable)
{
    const auto usual = settings_places({ { "HOME", "/h" } }, "");
    EXPECT_EQ(usual.config_directory, "/h/.claude");
    EXPECT_EQ(usual.state_file, "/h/.claude.json");
    const auto moved = settings_places({ { "HOME", "/h" }, { "CLAUDE_CONFIG_DIR", "/c" } }, "");
    EXPECT_EQ(moved.config_directory, "/c");
    EXPECT_EQ(moved.state_file, "/c/.claude.json");
    EXPECT_EQ(
        settings_places({ { "HOME", "/h" }, { "CLAUDE_CONFIG_DIR", "/c" } }, "/i").config_directory, "/i");
}

} // namespace
} // namespace dragoman::cli
