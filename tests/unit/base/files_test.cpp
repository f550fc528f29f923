#include "base/files.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <thread>
#include <vector>

namespace dragoman {
namespace {

using testing::TemporaryDirectory;

mode_t mode_of(const std::string& path)
{
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
}

TEST(Files, ReplacesAtomicallyWithTheAskedMode)
{
    const TemporaryDirectory directory;
    const std::string path = directory / "state.json";
    ASSERT_TRUE(replace_atomically(path, "old", 0644));
    EXPECT_EQ(mode_of(path), 0644U);
    ASSERT_TRUE(replace_atomically(path, "new"));
    EXPECT_EQ(TemporaryDirectory::get(path), "new");
    EXPECT_EQ(mode_of(path), 0600U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(Files, ReplacesForNowInTheSameWay)
{
    const TemporaryDirectory directory;
    const std::string path = directory / "running.json";
    ASSERT_TRUE(replace_for_now(path, "old", 0644));
    ASSERT_TRUE(replace_for_now(path, "new"));
    EXPECT_EQ(TemporaryDirectory::get(path), "new");
    EXPECT_EQ(mode_of(path), 0600U);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(Files, KeepsALinkAndReplacesWhatItPointsTo)
{
    const TemporaryDirectory directory;
    const std::string real = directory.put("real", "old");
    std::filesystem::create_symlink("real", directory / "link");
    ASSERT_TRUE(replace_atomically(directory / "link", "new"));
    EXPECT_TRUE(std::filesystem::is_symlink(directory / "link"));
    EXPECT_EQ(TemporaryDirectory::get(real), "new");
}

TEST(Files, AFailedReplacementLeavesTheOldContentAndNoLitter)
{
    const TemporaryDirectory directory;
    std::filesystem::create_directory(directory / "occupied");
    directory.put("occupied/file", "kept");
    const auto replaced = replace_atomically(directory / "occupied", "new");
    ASSERT_FALSE(replaced);
    EXPECT_NE(replaced.error().message.find("occupied"), std::string::npos);
    EXPECT_EQ(TemporaryDirectory::get(directory / "occupied/file"), "kept");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(Files, ManyWritersLeaveOneWholeContent)
{
    const TemporaryDirectory directory;
    const std::string path = directory / "shared";
    {
        std::vector<std::jthread> writers;
        for (char letter = 'a'; letter < 'e'; ++letter) {
            writers.emplace_back([&path, letter] {
                for (int i = 0; i < 20; ++i)
                    EXPECT_TRUE(replace_atomically(path, std::string(10000, letter)));
            });
        }
    }
    const std::string content = TemporaryDirectory::get(path);
    EXPECT_EQ(content, std::string(10000, content.at(0)));
}

TEST(Files, ReadsAtMostWhatItMay)
{
    const TemporaryDirectory directory;
    const std::string path = directory.put("file", "12345");
    EXPECT_EQ(read_file(path, 5).value(), "12345");
    EXPECT_EQ(read_file(path, 4).error().kind, Error::Kind::too_large);
    EXPECT_EQ(read_file(directory / "absent", 5).error().kind, Error::Kind::not_found);
    EXPECT_EQ(read_file(directory.path(), 5).error().kind, Error::Kind::internal);
    EXPECT_EQ(read_file("/dev/zero", 1000).error().kind, Error::Kind::too_large);
}

TEST(Files, AFifoWithoutAWriterIsAnErrorAndNotAWaitForEver)
{
    const TemporaryDirectory directory;
    ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
    EXPECT_FALSE(read_file(directory / "fifo", 10));
}

TEST(Files, MakesPrivateDirectories)
{
    const TemporaryDirectory directory;
    ASSERT_TRUE(make_private_directory(directory / "a/b/c"));
    EXPECT_EQ(mode_of(directory / "a"), 0700U);
    EXPECT_EQ(mode_of(directory / "a/b/c"), 0700U);
    EXPECT_TRUE(make_private_directory(directory / "a/b/c"));
    directory.put("file", "");
    EXPECT_FALSE(make_private_directory(directory / "file"));
    EXPECT_FALSE(make_private_directory(directory / "file/below"));
    EXPECT_FALSE(make_private_directory(""));
}

TEST(Files, SetsABrokenFileAside)
{
    const TemporaryDirectory directory;
    const std::string path = directory.put("catalogue.json", "{{{");
    EXPECT_EQ(set_aside(path).value(), path + ".broken");
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_EQ(TemporaryDirectory::get(path + ".broken"), "{{{");
    EXPECT_FALSE(set_aside(path));
}

TEST(Files, FindsTheDirectoriesOfThePersonOrTheService)
{
    const Environment home { { "HOME", "/home/ada" } };
    EXPECT_EQ(config_directory(home), "/home/ada/.config/dragoman");
    EXPECT_EQ(state_directory(home), "/home/ada/.local/state/dragoman");
    EXPECT_EQ(cache_directory(home), "/home/ada/.cache/dragoman");
    const Environment xdg { { "HOME", "/home/ada" }, { "XDG_CONFIG_HOME", "/x" },
        { "XDG_CACHE_HOME", "relative" } };
    EXPECT_EQ(config_directory(xdg), "/x/dragoman");
    EXPECT_EQ(cache_directory(xdg), "/home/ada/.cache/dragoman");
    EXPECT_EQ(state_directory({ { "STATE_DIRECTORY", "/var/lib/dragoman:/other" } }), "/var/lib/dragoman");
    EXPECT_EQ(config_directory({ { "CONFIGURATION_DIRECTORY", "/etc/dragoman" }, { "HOME", "/" } }),
        "/etc/dragoman");
    EXPECT_EQ(config_directory({}), "");
}

TEST(EnvironmentOfProcess, IsWhatGetenvSays)
{
    ::setenv("DRAGOMAN_TEST_VARIABLE", "a=b", 1);
    const Environment environment = environment_of_process();
    EXPECT_EQ(lookup(environment, "DRAGOMAN_TEST_VARIABLE"), "a=b");
    EXPECT_EQ(lookup(environment, "DRAGOMAN_TEST_ABSENT"), std::nullopt);
    EXPECT_EQ(lookup({ { "EMPTY", "" } }, "EMPTY"), std::nullopt);
    ::unsetenv("DRAGOMAN_TEST_VARIABLE");
}

} // namespace
} // namespace dragoman
