#include "config/snapshot.h"
#include "load_support.h"

#include <atomic>
#include <thread>

namespace dragoman::config {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LiveTest : public LoadTest {
protected:
    // Every look is far enough from the one before.
    Live::Report look(Live& live) { return live.poll(now_ += 1s); }

    // A change that shows in the file's times and size even on a coarse clock: another inode.
    void rotate(std::string_view name, std::string_view content)
    {
        directory_.put(std::string(name) + ".new", content);
        std::filesystem::rename(directory_ / (std::string(name) + ".new"), directory_ / name);
    }

    TimePoint now_ {};
};

// P-09
TEST_F(LiveTest, AKeyFileThatChangesCountsAtTheNextLook)
{
    environment_["OPENROUTER_API_KEY_FILE"] = secret_file("key", "sk-or-1");
    Live live(sources(), loaded());
    EXPECT_FALSE(look(live).changed);
    const auto before = live.get();
    rotate("key", "sk-or-2\n");
    const auto report = look(live);
    EXPECT_TRUE(report.changed);
    EXPECT_THAT(report.notes, ElementsAre(HasSubstr("a new key has been read from")));
    EXPECT_EQ(live.get()->main().key().reveal(), "sk-or-2");
    EXPECT_EQ(before->main().key().reveal(), "sk-or-1") << "who began with the old one ends with it";
    EXPECT_EQ(live.generation(), 2U);
    EXPECT_FALSE(look(live).changed);
}

// P-09
TEST_F(LiveTest, AChangeBetweenLoadingAndWatchingIsNotMissed)
{
    environment_["OPENROUTER_API_KEY_FILE"] = secret_file("key", "sk-or-1");
    Config config = loaded();
    rotate("key", "sk-or-2");
    Live live(sources(), std::move(config));
    EXPECT_TRUE(look(live).changed);
    EXPECT_EQ(live.get()->main().key().reveal(), "sk-or-2");
}

// P-09
TEST_F(LiveTest, AnEmptyUnreadableOrOpenKeyFileKeepsTheOldKeyAndIsSaidOnce)
{
    environment_["OPENROUTER_API_KEY_FILE"] = secret_file("key", "sk-or-1");
    Live live(sources(), loaded());
    look(live);
    rotate("key", "");
    EXPECT_THAT(look(live).warnings, ElementsAre(HasSubstr("is empty; the old one stays in force")));
    EXPECT_THAT(look(live).warnings, IsEmpty());
    std::filesystem::remove(directory_ / "key");
    EXPECT_THAT(look(live).warnings, ElementsAre(HasSubstr("cannot read")));
    rotate("key", "two words");
    EXPECT_THAT(look(live).warnings, ElementsAre(HasSubstr("holds no key")));
    rotate("key", "sk-or-3");
    std::filesystem::permissions(directory_ / "key", std::filesystem::perms(0666));
    EXPECT_THAT(look(live).warnings, ElementsAre(HasSubstr("can be changed by others")));
    EXPECT_EQ(live.get()->main().key().reveal(), "sk-or-1");
    std::filesystem::permissions(directory_ / "key", std::filesystem::perms(0600));
    EXPECT_TRUE(look(live).changed);
    EXPECT_EQ(live.get()->main().key().reveal(), "sk-or-3");
}

// P-09
TEST_F(LiveTest, AnAlarmIsSaidOnceHoweverOftenARefusedKeyAsksForALook)
{
    environment_["OPENROUTER_API_KEY_FILE"] = secret_file("key", "sk-or-1");
    Live live(sources(), loaded());
    rotate("key", "");
    EXPECT_THAT(live.reread_keys().warnings, ElementsAre(HasSubstr("is empty")));
    EXPECT_THAT(live.reread_keys().warnings, IsEmpty());
    rotate("key", "sk-or-1");
    EXPECT_THAT(live.reread_keys().warnings, IsEmpty());
    rotate("key", "");
    EXPECT_THAT(live.reread_keys().warnings, ElementsAre(HasSubstr("is empty")));
}

// P-09: what an upstream's 401 asks for.
TEST_F(LiveTest, KeysAreReadAgainAtOnceWhenAsked)
{
    environment_["OPENROUTER_API_KEY_FILE"] = secret_file("key", "sk-or-1");
    Live live(sources(), loaded());
    look(live);
    EXPECT_FALSE(live.reread_keys().changed);
    rotate("key", "sk-or-2");
    EXPECT_FALSE(live.poll(now_).changed) << "too early for the next look";
    EXPECT_TRUE(live.reread_keys().changed);
    EXPECT_EQ(live.get()->main().key().reveal(), "sk-or-2");
}

TEST_F(LiveTest, ATokenFileIsWatchedToo)
{
    environment_["DRAGOMAN_CLIENT_TOKEN_FILE"] = secret_file("tokens", "adas-token-0000000000");
    Live live(sources(), loaded());
    look(live);
    rotate("tokens", "adas-token-0000000000\nbens-token-0000000000\n");
    EXPECT_TRUE(look(live).changed);
    EXPECT_EQ(live.get()->server.client_tokens.size(), 2U);
    rotate("tokens", "# nobody\n");
    EXPECT_FALSE(look(live).changed) << "no token would let everybody in";
    EXPECT_EQ(live.get()->server.client_tokens.size(), 2U);
}

// P-07
TEST_F(LiveTest, ABrokenFileLeavesTheOldConfigurationInForce)
{
    file("[models]\nbig = \"a/1\"\n");
    Live live(sources(), loaded());
    file("[models]\nbgi = \"a/2\"\n");
    const auto report = live.reload();
    EXPECT_FALSE(report.changed);
    EXPECT_THAT(report.mistakes, ElementsAre(HasSubstr("did you mean big?")));
    EXPECT_EQ(live.get()->models.big, "a/1");
    EXPECT_EQ(live.generation(), 1U);
    file("[models]\nbig = \"a/2\"\n");
    EXPECT_TRUE(live.reload().changed);
    EXPECT_EQ(live.get()->models.big, "a/2");
}

TEST_F(LiveTest, WhatNeedsANewStartStaysAndIsSaid)
{
    Live live(sources(), loaded());
    file("[server]\nlisten = [\"127.0.0.1:9999\"]\nworkers = 5\n");
    EXPECT_THAT(live.reload().warnings,
        ElementsAre(HasSubstr("server.listen has changed"), HasSubstr("server.workers has changed")));
    EXPECT_EQ(live.get()->server.listen.front().port, 8080);
    EXPECT_EQ(live.get()->server.workers, 1);
}

TEST_F(LiveTest, AReloadWatchesTheNewFiles)
{
    file("[upstreams.openrouter]\nkey_file = \"" + secret_file("one", "sk-or-1") + "\"\n");
    Live live(sources(), loaded());
    file("[upstreams.openrouter]\nkey_file = \"" + secret_file("two", "sk-or-2") + "\"\n");
    ASSERT_TRUE(live.reload().changed);
    EXPECT_EQ(live.get()->main().key().reveal(), "sk-or-2");
    look(live);
    rotate("two", "sk-or-3");
    EXPECT_TRUE(look(live).changed);
    EXPECT_EQ(live.get()->main().key().reveal(), "sk-or-3");
}

// P-07, P-08
TEST_F(LiveTest, ReadersSeeOneGenerationFromBeginningToEnd)
{
    file("[models]\nbig = \"a/0\"\nsmall = \"a/0\"\n");
    Live live(sources(), loaded());
    std::atomic<bool> done { false };
    std::atomic<int> torn { 0 };
    {
        std::jthread reader([&] {
            while (!done) {
                const auto config = live.get();
                torn += config->models.big != config->models.small;
            }
        });
        for (int i = 1; i <= 200; ++i) {
            const std::string name = "a/" + std::to_string(i);
            file("[models]\nbig = \"" + name + "\"\nsmall = \"" + name + "\"\n");
            EXPECT_TRUE(live.reload().changed);
        }
        done = true;
    }
    EXPECT_EQ(torn, 0);
    EXPECT_EQ(live.get()->models.big, "a/200");
}

// S-22
TEST(ForgetKeys, TakesThemOutOfOurOwnEnvironment)
{
    ::setenv("OPENROUTER_API_KEY", "sk-or-canary", 1);
    const char* bytes = ::getenv("OPENROUTER_API_KEY");
    ::setenv("HOME_KEY", "sk-canary", 1);
    Config config;
    config.main().keys = { { Secret("sk-canary"), { KeySource::Kind::environment, "HOME_KEY", {} } } };
    forget_keys_of_process(config);
    EXPECT_EQ(::getenv("OPENROUTER_API_KEY"), nullptr);
    EXPECT_EQ(::getenv("HOME_KEY"), nullptr);
    EXPECT_NE(std::string_view(bytes), "sk-or-canary") << "the bytes are gone, too";
}

} // namespace
} // namespace dragoman::config
