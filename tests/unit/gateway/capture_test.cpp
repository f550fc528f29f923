#include "gateway/capture.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace dragoman::gateway {

namespace fs = std::filesystem;

namespace {

fs::path temporary_folder()
{
    std::string pattern = (fs::temp_directory_path() / "dragoman-capture-XXXXXX").string();
    return fs::path(mkdtemp(pattern.data()));
}

} // namespace

TEST(Capture, LeavesKeysOutWhereverTheyStand) // S-20, S-23
{
    CapturedExchange exchange { .request_id = "req_1" };
    std::vector<net::Field> fields { { "Authorization", "Bearer sk-or-canary" },
        { "X-Api-Key", "sk-or-canary" }, { "cookie", "a=b" }, { "accept", "sk-or-canary in a value" } };
    add_fields(exchange.client_request, fields);
    exchange.upstream_answer.body = "your key sk-or-canary is wrong\xff";
    exchange.error = "sk-or-canary";
    std::vector<Secret> secrets { Secret("sk-or-canary"), Secret("") };
    std::string text = encode_capture(exchange, secrets);
    EXPECT_EQ(text.find("sk-or-canary"), std::string::npos);
    auto json = nlohmann::json::parse(text);
    EXPECT_EQ(json["client_request"]["fields"], nlohmann::json::parse(R"([["accept","[key] in a value"]])"));
    EXPECT_EQ(json["upstream_answer"]["body"], "your key [key] is wrong\xEF\xBF\xBD");
}

TEST(Capture, NamesSortInTheOrderOfTheExchanges)
{
    CapturedExchange first { .request_id = "req_z",
        .begun = WallClock::time_point(std::chrono::microseconds(1'000'001)) };
    CapturedExchange second { .request_id = "req_a",
        .begun = WallClock::time_point(std::chrono::microseconds(1'000'002)) };
    EXPECT_EQ(capture_name(first), "19700101T000001.000001-req_z.json");
    EXPECT_LT(capture_name(first), capture_name(second));
}

// Of a second each, in the order of `i`.
std::string name_of(int i)
{
    return capture_name({ .request_id = "req_1", .begun = WallClock::time_point(std::chrono::seconds(i)) });
}

TEST(Capture, KeepsTheFolderPrivateAndBelowItsLimit)
{
    fs::path folder = temporary_folder() / "captures";
    Captures captures;
    for (int i = 0; i < 5; ++i)
        captures.write(folder.string(), 250, name_of(i), std::string(100, 'x'));
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        names.push_back(entry.path().filename().string());
        EXPECT_EQ(
            entry.status().permissions() & fs::perms::mask, fs::perms::owner_read | fs::perms::owner_write);
    }
    EXPECT_THAT(names, testing::UnorderedElementsAre(name_of(3), name_of(4)));
    EXPECT_EQ(fs::status(folder).permissions() & fs::perms::mask, fs::perms::owner_all);
    fs::remove_all(folder.parent_path());
}

TEST(Capture, RemovesOnlyWhatItWrote)
{
    fs::path folder = temporary_folder();
    for (const char* name : { "package.json", "00000000T000000.000000-notes.json" })
        std::ofstream(folder / name) << "kept";
    Captures().write(folder.string(), 10, name_of(1), std::string(100, 'x'));
    EXPECT_TRUE(fs::exists(folder / "package.json"));
    EXPECT_TRUE(fs::exists(folder / "00000000T000000.000000-notes.json"));
    EXPECT_FALSE(fs::exists(folder / name_of(1)));
    fs::remove_all(folder);
}

} // namespace dragoman::gateway
