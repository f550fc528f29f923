#include "gateway/learned_file.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>

namespace dragoman::gateway {

namespace {

using route::LearnedFacts;
using route::LearnedMemory;
using testing::TemporaryDirectory;

const WallClock::time_point now { std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) };

LearnedFacts refusing(std::string parameter)
{
    LearnedFacts facts;
    facts.refused_parameters.insert(std::move(parameter));
    return facts;
}

// One program that shares the file with others.
struct Program {
    explicit Program(const std::string& path)
        : file(models, sessions, path)
    {
        file.follow();
    }

    void learn(std::string_view model, std::string parameter)
    {
        models.learn("home", model, refusing(std::move(parameter)), now);
        file.follow();
    }
    bool knows(std::string_view model) const { return !models.find("home", model).empty(); }

    LearnedMemory models {};
    LearnedMemory sessions {};
    LearnedFile file;
};

} // namespace

TEST(LearnedFile, KeepsWhatWasLearned)
{
    const TemporaryDirectory directory;
    const std::string path = directory / "cache/learned.json";
    Program first(path);
    EXPECT_FALSE(std::filesystem::exists(path)) << "nothing to keep";
    first.learn("a", "temperature");
    struct ::stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    Program second(path);
    EXPECT_EQ(second.models.find("home", "a"), refusing("temperature"));
}

TEST(LearnedFile, IsSharedByTwoPrograms)
{
    const TemporaryDirectory directory;
    const std::string path = directory / "learned.json";
    Program one(path);
    Program other(path);
    one.learn("a", "temperature");
    other.learn("b", "top_p");
    one.file.follow();
    EXPECT_TRUE(one.knows("b"));
    EXPECT_TRUE(other.knows("a"));
}

TEST(LearnedFile, IsFollowedWhenItWasCleared)
{
    const TemporaryDirectory directory;
    const std::string path = directory / "learned.json";
    Program program(path);
    program.learn("a", "temperature");
    program.learn("b", "top_p");
    program.sessions.learn("s\nhome", "a", refusing("stop"), now);

    const auto forgotten = clear_learned(path, { { "home", "a" }, { "home", "never" } });
    ASSERT_TRUE(forgotten) << forgotten.error().message;
    ASSERT_EQ(forgotten->size(), 1U);
    EXPECT_EQ(forgotten->front().facts, refusing("temperature"));
    program.file.follow();
    EXPECT_FALSE(program.knows("a"));
    EXPECT_TRUE(program.knows("b"));
    EXPECT_TRUE(program.sessions.empty()) << "what sessions had learned goes, too";

    ASSERT_EQ(clear_learned(path, {})->size(), 1U);
    ASSERT_EQ(clear_learned(path, {})->size(), 0U);
    program.file.follow();
    EXPECT_FALSE(program.knows("b"));
    program.learn("a", "temperature");
    EXPECT_TRUE(Program(path).knows("a")) << "and learns again";
}

TEST(LearnedFile, IsSetAsideWhereItIsBroken)
{
    const TemporaryDirectory directory;
    const std::string path = directory.put("learned.json", "{\"version\":1,\"mod");
    Program program(path);
    EXPECT_TRUE(program.models.empty());
    EXPECT_TRUE(std::filesystem::exists(path + ".broken"));
    program.learn("a", "temperature");
    EXPECT_TRUE(Program(path).knows("a"));
}

TEST(LearnedFile, LosesNothingWhereItCannotBeWritten)
{
    const TemporaryDirectory directory;
    const std::string path = directory.put("file", "") + "/learned.json"; // below a file
    Program program(path);
    program.learn("a", "temperature");
    program.learn("b", "top_p");
    EXPECT_TRUE(program.knows("a"));
    EXPECT_TRUE(program.knows("b"));
}

TEST(LearnedFile, IsNotThereWithoutAFolder)
{
    config::Config config;
    EXPECT_EQ(learned_path(config), "");
    config.catalogue.file = "/cache/dragoman/models.json";
    EXPECT_EQ(learned_path(config), "/cache/dragoman/learned.json");
    config.demo = true;
    EXPECT_EQ(learned_path(config), "");
    Program program("");
    program.learn("a", "temperature");
    EXPECT_TRUE(program.knows("a"));
    LearnedMemory memory;
    EXPECT_TRUE(read_learned("", memory));
    EXPECT_EQ(clear_learned("", {})->size(), 0U);
}

} // namespace dragoman::gateway
