#include "route/models_list.h"
#include "support/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace dragoman::route {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::sample_catalogue;

Rules rules()
{
    return { .big = "openai/gpt-5.5",
        .middle = "openai/gpt-oss-120b",
        .small = "vendor/private",
        .map = { { "fast", "google/gemini-2.5-flash" }, { "claude-3-*", "qwen/qwen3-coder" } },
        .offered = { "google/gemini-2.5-flash", "anthropic/claude-haiku-4.5", "openai/gpt-5.5" },
        .upstream = "OpenRouter" };
}

json list() { return json::parse(models_list(rules(), sample_catalogue())); }

const json& entry_of(const json& list, const std::string& id)
{
    const auto& data = list["data"];
    const auto found =
        std::find_if(data.begin(), data.end(), [&](const json& entry) { return entry["id"] == id; });
    if (found == data.end())
        throw std::runtime_error("no entry " + id);
    return *found;
}

// C5
TEST(ModelsList, IsOnePageInTheShapesOfBothApis)
{
    const auto body = list();
    EXPECT_EQ(body["object"], "list");
    EXPECT_EQ(body["has_more"], false);
    EXPECT_EQ(body["first_id"], body["data"].front()["id"]);
    EXPECT_EQ(body["last_id"], body["data"].back()["id"]);
    for (const auto& entry : body["data"]) {
        EXPECT_EQ(entry["type"], "model");
        EXPECT_EQ(entry["object"], "model");
        EXPECT_TRUE(
            entry["id"].is_string() && entry["display_name"].is_string() && entry["owned_by"].is_string());
        EXPECT_FALSE(entry["display_name"].get<std::string>().empty());
        EXPECT_TRUE(entry["created"].is_number_integer());
        EXPECT_THAT(entry["created_at"].get<std::string>(),
            ::testing::MatchesRegex("20..-..-..T..:..:..Z|1970-01-01T00:00:00Z"));
        EXPECT_TRUE(entry["max_input_tokens"].is_number() || entry["max_input_tokens"].is_null());
        EXPECT_TRUE(entry["max_tokens"].is_number() || entry["max_tokens"].is_null());
        EXPECT_TRUE(entry["capabilities"].is_object() || entry["capabilities"].is_null());
        EXPECT_EQ(entry["allowed_fallback_models"], json::array());
    }
}

TEST(ModelsList, HasWhatPickersOfferThenTheClaudeNamesThenTheConfiguredThenTheCatalogue)
{
    const auto body = list();
    std::set<std::string> seen;
    for (const auto& entry : body["data"])
        EXPECT_TRUE(seen.insert(entry["id"]).second) << entry["id"];
    for (const auto* id :
        { "claude-sonnet-4-5-20250929", "claude-opus-4-8", "claude-sonnet-5", "claude-haiku-4-5",
            "claude-fable-5", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-fable-5-2",
            "vendor/private", "fast", "qwen/qwen3-coder", "anthropic/claude-haiku-4.5", "openrouter/auto" })
        EXPECT_TRUE(seen.contains(id)) << id;
    EXPECT_FALSE(seen.contains("claude-3-*"));
    EXPECT_EQ(body["data"].back()["id"], "openrouter/auto");
}

TEST(ModelsList, OffersToPickersWhatIsConfiguredUnderReadableNames)
{
    const auto body = list();
    EXPECT_EQ(body["data"].front()["id"], "anthropic-via/openai/gpt-5.5");
    EXPECT_EQ(body["data"].front()["display_name"], "GPT-5.5 (OpenRouter)");
    EXPECT_EQ(body["data"].front()["max_input_tokens"], 1050000);
    EXPECT_THAT(body["data"].front()["description"].get<std::string>(),
        ::testing::MatchesRegex(
            "openai/gpt-5\\.5, 1\\.05M tokens, \\$[0-9.]+ in and \\$[0-9.]+ out per million"));
    EXPECT_EQ(entry_of(body, "anthropic-via/vendor/private")["display_name"], "Private (OpenRouter)");
    EXPECT_EQ(entry_of(body, "anthropic-via/google/gemini-2.5-flash")["display_name"],
        "Gemini 2.5 Flash (OpenRouter)");
    EXPECT_EQ(entry_of(body, "anthropic/claude-haiku-4.5")["display_name"], "Claude Haiku 4.5 (OpenRouter)");
    int via = 0;
    for (const auto& entry : body["data"]) {
        const auto id = entry["id"].get<std::string>();
        via += id.starts_with("anthropic-via/") ? 1 : 0;
        EXPECT_THAT(id, Not(HasSubstr("anthropic-via/anthropic")));
    }
    EXPECT_EQ(via, 4);
}

TEST(ModelsList, OffersTheSameWithoutACatalogue)
{
    const auto body = json::parse(models_list(rules(), Catalogue()));
    EXPECT_EQ(entry_of(body, "anthropic-via/openai/gpt-5.5")["display_name"], "GPT 5.5 (OpenRouter)");
    EXPECT_EQ(
        entry_of(body, "anthropic-via/openai/gpt-oss-120b")["display_name"], "GPT OSS 120B (OpenRouter)");
    EXPECT_EQ(entry_of(body, "anthropic-via/openai/gpt-oss-120b")["description"], "openai/gpt-oss-120b");
}

TEST(ModelsList, ShowsTheLimitsOfTheModelThatAnswers)
{
    const auto body = list();
    const auto& opus = entry_of(body, "claude-opus-4-8");
    EXPECT_EQ(opus["display_name"], "Claude Opus 4.8");
    EXPECT_EQ(opus["max_input_tokens"], 1050000);
    EXPECT_EQ(opus["max_tokens"], 128000);
    EXPECT_EQ(opus["description"], "answered by openai/gpt-5.5");
    EXPECT_EQ(opus["owned_by"], "anthropic");
    const auto& small = entry_of(body, "claude-haiku-4-5");
    EXPECT_TRUE(small["max_input_tokens"].is_null() && small["capabilities"].is_null());
    EXPECT_EQ(entry_of(body, "claude-3-haiku-20240307")["description"], "answered by qwen/qwen3-coder");
    EXPECT_EQ(entry_of(body, "openai/gpt-oss-120b")["owned_by"], "openai");
    EXPECT_EQ(entry_of(body, "openai/gpt-oss-120b")["created_at"], "2025-08-05T17:17:11Z");
}

TEST(ModelsList, TellsCapabilities)
{
    const auto body = list();
    const auto& oss = entry_of(body, "openai/gpt-oss-120b")["capabilities"];
    EXPECT_EQ(oss["image_input"]["supported"], false);
    EXPECT_EQ(oss["thinking"]["supported"], true);
    EXPECT_EQ(oss["thinking"]["types"]["disabled"]["supported"], false); // it cannot be switched off
    EXPECT_EQ(oss["effort"]["high"]["supported"], true);
    EXPECT_EQ(oss["effort"]["max"]["supported"], false);
    EXPECT_EQ(oss["structured_outputs"]["supported"], true);
    const auto& coder = entry_of(body, "qwen/qwen3-coder")["capabilities"];
    EXPECT_EQ(coder["thinking"]["supported"], false);
    EXPECT_EQ(entry_of(body, "openai/gpt-4o")["capabilities"]["image_input"]["supported"], true);
}

TEST(ModelsList, WorksWithoutACatalogue)
{
    const auto body = json::parse(models_list(rules(), Catalogue()));
    EXPECT_EQ(entry_of(body, "claude-sonnet-4-5-20250929")["display_name"], "Claude Sonnet 4.5");
    EXPECT_EQ(entry_of(body, "openai/gpt-5.5")["id"], "openai/gpt-5.5");
}

TEST(ModelEntry, IsFoundUnderAnyNameThatARequestMayUse)
{
    const auto entry = [](std::string_view path) {
        return json::parse(model_entry(path, rules(), sample_catalogue()).value());
    };
    EXPECT_EQ(entry("claude-sonnet-4-5-20250929")["display_name"], "Claude Sonnet 4.5");
    EXPECT_EQ(entry("openai%2Fgpt-4o")["id"], "openai/gpt-4o");
    EXPECT_EQ(entry("openai/gpt-4o")["max_tokens"], 16384);
    EXPECT_EQ(entry("openai/gpt-4o%3Aonline")["id"], "openai/gpt-4o:online");
    EXPECT_EQ(entry("claude-something-new")["description"], "answered by openai/gpt-5.5");
    EXPECT_EQ(entry("vendor/private")["id"], "vendor/private");
    EXPECT_EQ(entry("fast")["description"], "answered by google/gemini-2.5-flash");
    EXPECT_EQ(entry("claude-opus-4-8%5B1m%5D")["description"], "answered by openai/gpt-5.5");
}

TEST(ModelEntry, IsTheOneOfTheList)
{
    const auto body = list();
    for (const auto* id : { "openai/gpt-oss-120b", "claude-haiku-4-5", "openai/gpt-5.5",
             "anthropic-via/openai/gpt-5.5", "anthropic/claude-haiku-4.5" })
        EXPECT_EQ(json::parse(model_entry(id, rules(), sample_catalogue()).value()), entry_of(body, id))
            << id;
}

TEST(ModelEntry, UnknownIdsAreNotFound)
{
    for (const auto* id : { "gpt-99", "openai/gpt-99", "openai/gpt-99[1m]", "..%2f..%2fetc", "%00", "", "a%",
             "a%2", "a%zz/b c" }) {
        const auto entry = model_entry(id, rules(), sample_catalogue());
        ASSERT_FALSE(entry) << id;
        EXPECT_EQ(entry.error().kind, Error::Kind::not_found) << id;
    }
    EXPECT_TRUE(model_entry("openai/gpt-99", rules(), Catalogue())); // nobody knows better
}

} // namespace
} // namespace dragoman::route
