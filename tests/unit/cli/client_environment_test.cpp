#include "cli/client_environment.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

ClientModel model(const std::string& id, std::optional<std::uint64_t> window = 131072,
    std::optional<std::uint64_t> most = 65536)
{
    return { .id = id,
        .name = "Name of " + id,
        .description = "what is known",
        .window = window,
        .max_output = most };
}

ClientSetup setup(const ClientModel& main)
{
    ClientSetup setup { .url = "http://127.0.0.1:1234", .token = "token" };
    setup.models = {
        .main = main, .opus = main, .sonnet = model("a/sonnet"), .haiku = model("a/haiku"), .fable = main
    };
    return setup;
}

EnvironmentChange change(const ClientModel& main, const Environment& person = {})
{
    return client_environment(setup(main), person);
}

std::string value(const EnvironmentChange& change, const std::string& name)
{
    const auto found = change.set.find(name);
    return found == change.set.end() ? "(not set)" : found->second;
}

TEST(ClientEnvironment, NamesTheServerTheTokenAndEveryModel)
{
    const auto all = change(model("a/main"));
    EXPECT_EQ(value(all, "ANTHROPIC_BASE_URL"), "http://127.0.0.1:1234");
    EXPECT_EQ(value(all, "ANTHROPIC_AUTH_TOKEN"), "token");
    EXPECT_EQ(value(all, "ANTHROPIC_API_KEY"), "");
    EXPECT_EQ(value(all, "ANTHROPIC_MODEL"), "a/main");
    EXPECT_EQ(value(all, "ANTHROPIC_DEFAULT_OPUS_MODEL"), "a/main");
    EXPECT_EQ(value(all, "ANTHROPIC_DEFAULT_SONNET_MODEL"), "a/sonnet");
    EXPECT_EQ(value(all, "ANTHROPIC_DEFAULT_HAIKU_MODEL"), "a/haiku");
    EXPECT_EQ(value(all, "ANTHROPIC_DEFAULT_FABLE_MODEL"), "a/main");
    EXPECT_EQ(value(all, "ANTHROPIC_DEFAULT_HAIKU_MODEL_NAME"), "Name of a/haiku");
    EXPECT_EQ(value(all, "ANTHROPIC_DEFAULT_HAIKU_MODEL_DESCRIPTION"), "haiku: what is known");
    EXPECT_EQ(value(all, "CLAUDE_CODE_AUTO_MODE_MODEL"), "a/sonnet");
    EXPECT_EQ(value(all, "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY"), "1");
    EXPECT_EQ(value(all, "CLAUDE_CODE_ATTRIBUTION_HEADER"), "0");
    EXPECT_EQ(value(all, "DISABLE_TELEMETRY"), "1");
    EXPECT_EQ(value(all, "DISABLE_ERROR_REPORTING"), "1");
    EXPECT_THAT(all.set, Not(Contains(Key("CLAUDE_CONFIG_DIR"))));
    EXPECT_THAT(all.set, Not(Contains(Key("CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK"))));
}

TEST(ClientEnvironment, WindowsAreTheModelsOwn)
{
    struct Case {
        const char* id;
        std::optional<std::uint64_t> window;
        const char* tokens;
        const char* without_million;
        const char* compact;
    };
    for (const Case& one :
        { Case { "a/b", 131072, "131072", "1", "131072" }, Case { "a/b", 32768, "32768", "1", "(not set)" },
            Case { "a/b", 400000, "400000", "(not set)", "400000" },
            Case { "a/b", 1048576, "1048576", "(not set)", "(not set)" },
            Case { "a/b", std::nullopt, "(not set)", "(not set)", "(not set)" },
            Case { "anthropic/claude-haiku-4.5", 200000, "200000", "1", "200000" },
            Case { "anthropic/claude-opus-4.6", 1000000, "1000000", "(not set)", "(not set)" } }) {
        const auto all = change(model(one.id, one.window));
        EXPECT_EQ(value(all, "CLAUDE_CODE_MAX_CONTEXT_TOKENS"), one.tokens) << one.id;
        EXPECT_EQ(value(all, "CLAUDE_CODE_DISABLE_1M_CONTEXT"), one.without_million) << one.id << one.tokens;
        EXPECT_EQ(value(all, "CLAUDE_CODE_AUTO_COMPACT_WINDOW"), one.compact) << one.id << one.tokens;
    }
}

TEST(ClientEnvironment, AnotherModelsWindowDoesNotCount)
{
    const Environment person { { "CLAUDE_CODE_MAX_CONTEXT_TOKENS", "900000" } };
    EXPECT_EQ(value(change(model("a/b"), person), "CLAUDE_CODE_MAX_CONTEXT_TOKENS"), "131072");
    EXPECT_TRUE(change(model("a/b", std::nullopt), person).unset.contains("CLAUDE_CODE_MAX_CONTEXT_TOKENS"));
    const Environment careful { { "CLAUDE_CODE_MAX_CONTEXT_TOKENS", "90000" } };
    EXPECT_EQ(value(change(model("a/b"), careful), "CLAUDE_CODE_MAX_CONTEXT_TOKENS"), "90000");
}

TEST(ClientEnvironment, AnswersAreLimitedOnlyWhereTheClientWouldAskForMore)
{
    const auto limit = [](std::uint64_t window, std::optional<std::uint64_t> most,
                           const Environment& person = {}) {
        return value(change(model("a/b", window, most), person), "CLAUDE_CODE_MAX_OUTPUT_TOKENS");
    };
    EXPECT_EQ(limit(131072, 65536), "(not set)");
    EXPECT_EQ(limit(131072, std::nullopt), "(not set)");
    EXPECT_EQ(limit(131072, 16384), "16384");
    EXPECT_EQ(limit(32768, 32768), "8192");
    EXPECT_EQ(limit(131072, 16384, { { "CLAUDE_CODE_MAX_OUTPUT_TOKENS", "4000" } }), "4000");
    EXPECT_EQ(limit(131072, 16384, { { "CLAUDE_CODE_MAX_OUTPUT_TOKENS", "64000" } }), "16384");
}

TEST(ClientEnvironment, TakesAwayWhatBelongsToAnotherSessionOrServer)
{
    Environment person { { "PATH", "/bin" }, { "OPENROUTER_API_KEY", "sk-or-v1-x" } };
    for (const char* name : { "CLAUDECODE", "CLAUDE_CODE_CHILD_SESSION", "CLAUDE_CODE_ENTRYPOINT",
             "CLAUDE_CODE_SESSION_ID", "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX",
             "CLAUDE_CODE_USE_FOUNDRY", "CLAUDE_CODE_USE_GATEWAY", "CLAUDE_CODE_OAUTH_TOKEN",
             "ANTHROPIC_UNIX_SOCKET", "ANTHROPIC_SMALL_FAST_MODEL", "DRAGOMAN_CLIENT_TOKEN" })
        person[name] = "1";
    person["ANTHROPIC_API_KEY"] = "sk-ant-x";
    ClientSetup wanted = setup(model("a/b"));
    wanted.secrets = { "OPENROUTER_API_KEY" };
    const Environment all = client_environment(wanted, person).applied_to(person);
    EXPECT_EQ(all.at("PATH"), "/bin");
    EXPECT_EQ(all.at("ANTHROPIC_API_KEY"), "");
    EXPECT_THAT(all, Not(Contains(Key("CLAUDECODE"))));
    EXPECT_THAT(all, Not(Contains(Key("CLAUDE_CODE_USE_BEDROCK"))));
    EXPECT_THAT(all, Not(Contains(Key("ANTHROPIC_SMALL_FAST_MODEL"))));
    EXPECT_THAT(all, Not(Contains(Key("OPENROUTER_API_KEY"))));
    EXPECT_THAT(all, Not(Contains(Key("DRAGOMAN_CLIENT_TOKEN"))));
}

TEST(ClientEnvironment, HeadersForAnotherServerGoOthersStay)
{
    const auto unset = [](const char* headers) {
        return change(model("a/b"), { { "ANTHROPIC_CUSTOM_HEADERS", headers } })
            .unset.contains("ANTHROPIC_CUSTOM_HEADERS");
    };
    EXPECT_TRUE(unset("X-Team: a\nAuthorization: Bearer x"));
    EXPECT_TRUE(unset("X-API-Key: x"));
    EXPECT_FALSE(unset("X-Team: a"));
}

TEST(ClientEnvironment, APersonsWishForQuietIsKeptInPieces)
{
    const auto all = change(model("a/b"), { { "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1" } });
    EXPECT_TRUE(all.unset.contains("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"));
    EXPECT_EQ(value(all, "DISABLE_AUTOUPDATER"), "1");
    EXPECT_EQ(value(all, "DISABLE_GROWTHBOOK"), "1");
    EXPECT_EQ(value(change(model("a/b")), "DISABLE_AUTOUPDATER"), "(not set)");
    EXPECT_EQ(value(change(model("a/b"), { { "CLAUDE_CODE_AUTO_MODE_MODEL", "x/y" } }),
                  "CLAUDE_CODE_AUTO_MODE_MODEL"),
        "(not set)");
}

TEST(ClientEnvironment, LoopbackIsReachedWithoutAProxy)
{
    const auto hosts = [](const Environment& person) {
        const auto all = change(model("a/b"), person);
        EXPECT_EQ(value(all, "NO_PROXY"), value(all, "no_proxy"));
        return value(all, "NO_PROXY");
    };
    EXPECT_EQ(hosts({}), "127.0.0.1,localhost,::1");
    EXPECT_EQ(hosts({ { "NO_PROXY", "corp.lan" } }), "corp.lan,127.0.0.1,localhost,::1");
    EXPECT_EQ(hosts({ { "no_proxy", "corp.lan, localhost" } }), "corp.lan, localhost,127.0.0.1,::1");
    EXPECT_EQ(hosts({ { "NO_PROXY", "*" } }), "*");
}

TEST(ClientEnvironment, NothingIsBothSetAndTakenAway)
{
    ClientSetup wanted = setup(model("a/b"));
    wanted.secrets = { "ANTHROPIC_API_KEY" };
    wanted.config_directory = "/state/claude";
    const auto all = client_environment(wanted, {});
    for (const auto& [name, text] : all.set)
        EXPECT_FALSE(all.unset.contains(name)) << name;
    EXPECT_EQ(value(all, "CLAUDE_CONFIG_DIR"), "/state/claude");
}

} // namespace
} // namespace dragoman::cli
