#include "base/limits.h"
#include "base/log.h"
#include "base/log_text.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace dragoman {
namespace {

using testing::TemporaryDirectory;

// Puts something else in stderr's place for the length of a test.
class StderrAs {
public:
    explicit StderrAs(int fd)
        : saved_(::dup(STDERR_FILENO))
    {
        ::dup2(fd, STDERR_FILENO);
    }
    StderrAs(const StderrAs&) = delete;
    StderrAs& operator=(const StderrAs&) = delete;
    ~StderrAs()
    {
        ::dup2(saved_, STDERR_FILENO);
        ::close(saved_);
        (void)log::open({ .level = log::Level::warning });
    }

private:
    int saved_;
};

class LogTest : public ::testing::Test {
protected:
    void TearDown() override { (void)log::open({ .level = log::Level::warning }); }

    std::vector<std::string> lines() const
    {
        std::istringstream text(TemporaryDirectory::get(file_));
        std::vector<std::string> all;
        for (std::string line; std::getline(text, line);)
            all.push_back(line);
        return all;
    }
    TemporaryDirectory directory_;
    std::string file_ = directory_ / "dragoman.log";
};

TEST_F(LogTest, WritesOneJsonLineWithTypedFields)
{
    ASSERT_TRUE(log::open({ .level = log::Level::info, .file = file_, .form = log::Form::json }));
    const std::string text = "a value";
    log::info("hello",
        { { "text", text }, { "whole", 42U }, { "real", 0.5 }, { "yes", true }, { "literal", "x" } });
    ASSERT_EQ(lines().size(), 1U);
    const auto line = nlohmann::json::parse(lines()[0]);
    EXPECT_EQ(line["level"], "info");
    EXPECT_EQ(line["message"], "hello");
    EXPECT_EQ(line["text"], "a value");
    EXPECT_EQ(line["whole"], 42);
    EXPECT_EQ(line["real"], 0.5);
    EXPECT_EQ(line["yes"], true);
    EXPECT_EQ(line["literal"], "x");
    EXPECT_EQ(line["time"].get<std::string>().back(), 'Z');
}

TEST_F(LogTest, WritesNothingBelowItsLevel)
{
    ASSERT_TRUE(log::open({ .level = log::Level::warning, .file = file_ }));
    EXPECT_FALSE(log::enabled(log::Level::info));
    log::info("quiet");
    EXPECT_TRUE(lines().empty());
    log::set_level(log::Level::trace);
    log::trace("loud");
    EXPECT_EQ(lines().size(), 1U);
}

// S-13, S-27
TEST_F(LogTest, NeitherLineBreaksNorTerminalEscapesGetThrough)
{
    ASSERT_TRUE(log::open({ .level = log::Level::info, .file = file_ }));
    log::info("a\r\n{\"level\":\"error\"}",
        { { "model",
            "\x1b[2J\x1b]0;owned\x07\xC2\x9B"
            "31m\u2028\u202E\x7F\n\xff" } });
    ASSERT_EQ(lines().size(), 1U);
    const std::string line = lines()[0];
    for (const char c : line)
        EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
    EXPECT_EQ(line.find('\x7F'), std::string::npos);
    EXPECT_EQ(line.find("\xC2\x9B"), std::string::npos);
    const auto parsed = nlohmann::json::parse(line);
    EXPECT_EQ(parsed["message"], "a\r\n{\"level\":\"error\"}");
    EXPECT_EQ(parsed["level"], "info");
}

TEST(LogText, IsHarmlessForATerminalToo)
{
    std::string out;
    log::append_plain_text(out, "ok é\x1b[31m\n\t\u202E\xff\"\\", 1000);
    EXPECT_EQ(out, "ok é\\u001b[31m\\n\\t\\u202e\uFFFD\"\\");
}

TEST(LogText, IsCutBetweenCharacters)
{
    std::string out;
    log::append_plain_text(out, "ééé", 5);
    EXPECT_EQ(out, "éé…");
    out.clear();
    log::append_json_text(out, "abc", 3);
    EXPECT_EQ(out, "\"abc\"");
}

TEST(LogText, LeavesOutWhatCouldSteerATerminal)
{
    std::string out;
    log::append_stripped_text(out, "ok é\x1b[31m\n\t\u202E\xff\u009b\"\\", 1000);
    EXPECT_EQ(out, "ok é[31m\"\\");
    out.clear();
    log::append_stripped_text(out, "ééé", 5);
    EXPECT_EQ(out, "éé…");
}

// S-27
TEST_F(LogTest, CutsAFieldOfAMegabyte)
{
    ASSERT_TRUE(log::open({ .level = log::Level::info, .file = file_ }));
    log::info("big", { { "value", std::string(1'000'000, 'x') }, { "after", 1 } });
    ASSERT_EQ(lines().size(), 1U);
    const auto line = nlohmann::json::parse(lines()[0]);
    EXPECT_LE(line["value"].get<std::string>().size(), limits::log_field + 3);
    EXPECT_EQ(line["after"], 1);
}

TEST_F(LogTest, TheFileIsPrivateEvenIfItWasNot)
{
    directory_.put("dragoman.log", "");
    std::filesystem::permissions(file_, std::filesystem::perms(0644));
    ASSERT_TRUE(log::open({ .level = log::Level::info, .file = file_ }));
    struct stat status {};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

// D-10
TEST_F(LogTest, GoesOnInANewFileOnceReopened)
{
    ASSERT_TRUE(log::open({ .level = log::Level::info, .file = file_ }));
    log::info("first");
    std::filesystem::rename(file_, file_ + ".1");
    log::info("second");
    ASSERT_TRUE(log::reopen());
    log::info("third");
    EXPECT_EQ(lines().size(), 1U);
    EXPECT_NE(lines()[0].find("third"), std::string::npos);
    EXPECT_NE(TemporaryDirectory::get(file_ + ".1").find("second"), std::string::npos);
}

// D-10
TEST_F(LogTest, KeepsTheOldFileWhenTheNewOneCannotBeOpened)
{
    ASSERT_TRUE(log::open({ .level = log::Level::info, .file = directory_ / "sub/log" }));
    std::filesystem::rename(directory_ / "sub", directory_ / "moved");
    directory_.put("sub", "a file where the folder was");
    EXPECT_FALSE(log::reopen());
    log::info("still here");
    EXPECT_NE(TemporaryDirectory::get(directory_ / "moved/log").find("still here"), std::string::npos);
}

TEST_F(LogTest, AFileThatCannotBeOpenedIsSaidAndStderrStillWorks)
{
    std::array<int, 2> pipe {};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    {
        const StderrAs piped(pipe[1]);
        EXPECT_FALSE(log::open({ .level = log::Level::info, .file = directory_.path() }));
        log::info("heard");
    }
    ::close(pipe[1]);
    std::array<char, 1000> text {};
    ASSERT_GT(::read(pipe[0], text.data(), text.size()), 0);
    EXPECT_NE(std::string(text.data()).find("heard"), std::string::npos);
    ::close(pipe[0]);
}

// D-10
TEST_F(LogTest, AFullDiskDropsAndCounts)
{
    const auto before = log::dropped();
    ASSERT_TRUE(log::open({ .level = log::Level::info, .file = "/dev/full" }));
    log::info("lost");
    EXPECT_EQ(log::dropped(), before + 1);
}

// D-10
TEST_F(LogTest, AClosedPipeNeitherKillsNorStops)
{
    std::array<int, 2> pipe {};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const StderrAs piped(pipe[1]);
    ASSERT_TRUE(log::open({ .level = log::Level::info }));
    ::close(pipe[1]);
    ::close(pipe[0]);
    const auto before = log::dropped();
    log::info("lost");
    EXPECT_EQ(log::dropped(), before + 1);
}

// D-10
TEST_F(LogTest, APipeThatNobodyReadsNeverBlocksAndNeverMixesLines)
{
    std::array<int, 2> pipe {};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const auto before = log::dropped();
    std::string read;
    {
        const StderrAs piped(pipe[1]);
        ::close(pipe[1]);
        ASSERT_TRUE(log::open({ .level = log::Level::info, .form = log::Form::json }));
        const std::string value(1000, 'x');
        const auto long_line = [&] {
            log::info(
                "long", { { "a", value }, { "b", value }, { "c", value }, { "d", value }, { "e", value } });
        };
        for (int i = 0; i < 100; ++i)
            long_line();
        EXPECT_GT(log::dropped(), before);
        ::fcntl(pipe[0], F_SETFL, O_NONBLOCK);
        std::array<char, 4096> piece {};
        for (ssize_t got = 0; (got = ::read(pipe[0], piece.data(), piece.size())) > 0;)
            read.append(piece.data(), static_cast<std::size_t>(got));
        log::info("after");
        for (ssize_t got = 0; (got = ::read(pipe[0], piece.data(), piece.size())) > 0;)
            read.append(piece.data(), static_cast<std::size_t>(got));
    }
    ::close(pipe[0]);
    std::istringstream text(read);
    std::string last;
    for (std::string line; std::getline(text, line);) {
        EXPECT_TRUE(nlohmann::json::accept(line)) << line.substr(0, 100);
        last = line;
    }
    EXPECT_NE(last.find("after"), std::string::npos);
}

RequestRecord whole_record()
{
    return { .request_id = "req_1",
        .path = "/v1/messages",
        .client_model = "claude-sonnet-4-5",
        .upstream_model = "openai/gpt-oss-120b",
        .provider = "Groq",
        .upstream_request_id = "gen-1",
        .status = 200,
        .upstream_status = 200,
        .stream = true,
        .attempts = 1,
        .first_byte_ms = 412,
        .total_ms = 3210,
        .input_tokens = 200,
        .cached_tokens = 800,
        .output_tokens = 33,
        .cost_usd_micros = 1234,
        .dropped = { "speed" },
        .repaired = { "tool_use.id", "tool_use.name" } };
}

TEST_F(LogTest, OneRequestIsOneLineAtInfo)
{
    ASSERT_TRUE(log::open({ .level = log::Level::info, .file = file_ }));
    log::request_line(whole_record());
    ASSERT_EQ(lines().size(), 1U);
    const auto line = nlohmann::json::parse(lines()[0]);
    EXPECT_EQ(line["message"], "request");
    EXPECT_EQ(line["request_id"], "req_1");
    EXPECT_EQ(line["client_model"], "claude-sonnet-4-5");
    EXPECT_EQ(line["upstream_model"], "openai/gpt-oss-120b");
    EXPECT_EQ(line["provider"], "Groq");
    EXPECT_EQ(line["status"], 200);
    EXPECT_EQ(line["first_byte_ms"], 412);
    EXPECT_EQ(line["total_ms"], 3210);
    EXPECT_EQ(line["input_tokens"], 200);
    EXPECT_EQ(line["cached_tokens"], 800);
    EXPECT_EQ(line["output_tokens"], 33);
    EXPECT_DOUBLE_EQ(line["cost_usd"], 0.001234);
    EXPECT_EQ(line["outcome"], "ok");
    EXPECT_FALSE(line.contains("error"));
}

TEST_F(LogTest, DebugAddsWhatWasDroppedAndRepaired)
{
    ASSERT_TRUE(log::open({ .level = log::Level::debug, .file = file_ }));
    log::request_line(whole_record());
    ASSERT_EQ(lines().size(), 2U);
    const auto line = nlohmann::json::parse(lines()[1]);
    EXPECT_EQ(line["request_id"], "req_1");
    EXPECT_EQ(line["dropped"], "speed");
    EXPECT_EQ(line["repaired"], "tool_use.id,tool_use.name");
}

TEST_F(LogTest, WhatIsUnknownIsAbsentInJson)
{
    ASSERT_TRUE(log::open({ .level = log::Level::info, .file = file_ }));
    log::request_line({ .request_id = "req_2", .outcome = RequestRecord::Outcome::client_cancelled });
    const auto line = nlohmann::json::parse(lines().at(0));
    EXPECT_EQ(line["outcome"], "client_cancelled");
    for (const char* name : { "cost_usd", "input_tokens", "provider", "first_byte_ms", "status" })
        EXPECT_FALSE(line.contains(name)) << name;
}

TEST_F(LogTest, PeopleReadASentenceWithDashesForWhatIsUnknown)
{
    std::array<int, 2> pipe {};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    {
        const StderrAs piped(pipe[1]);
        ASSERT_TRUE(log::open({ .level = log::Level::info, .form = log::Form::human }));
        log::request_line(whole_record());
        log::request_line({ .request_id = "req_2\x1b[2J",
            .status = 502,
            .outcome = RequestRecord::Outcome::upstream_error });
    }
    std::array<char, 4000> text {};
    ASSERT_GT(::read(pipe[0], text.data(), text.size()), 0);
    ::close(pipe[0]);
    ::close(pipe[1]);
    const std::string read(text.data());
    EXPECT_NE(read.find("claude-sonnet-4-5 -> openai/gpt-oss-120b (Groq)  200  first 412ms total 3210ms  "
                        "in 200 cached 800 out 33  cost $0.001234"),
        std::string::npos)
        << read;
    EXPECT_NE(
        read.find("502 upstream_error  first - total -  in - cached - out -  cost -"), std::string::npos)
        << read;
    EXPECT_EQ(read.find('\x1b'), std::string::npos) << "a pipe gets no colours and no escapes";
}

TEST(LogLevel, KnowsPythonsNamesInAnyCase)
{
    using log::Level;
    EXPECT_EQ(log::level_of("INFO"), Level::info);
    EXPECT_EQ(log::level_of("Warn"), Level::warning);
    EXPECT_EQ(log::level_of("WARNING"), Level::warning);
    EXPECT_EQ(log::level_of("CRITICAL"), Level::error);
    EXPECT_EQ(log::level_of("fatal"), Level::error);
    EXPECT_EQ(log::level_of("NOTSET"), Level::trace);
    EXPECT_EQ(log::level_of("trace"), Level::trace);
    EXPECT_EQ(log::level_of("loud"), std::nullopt);
}

} // namespace
} // namespace dragoman
