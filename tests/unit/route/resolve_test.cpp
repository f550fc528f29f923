#include "route/model_pattern.h"
#include "route/resolve.h"
#include "support/catalogue.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>

namespace dragoman::route {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::sample_catalogue;

Rules rules()
{
    return { .big = "openai/gpt-5.5", .middle = "moonshotai/kimi-k2.6", .small = "openai/gpt-oss-20b" };
}

std::string slug(std::string_view model, const Rules& with = rules())
{
    const auto target = resolve(model, with, sample_catalogue());
    return target ? target->model : "error: " + target.error().message;
}

// R63
TEST(Resolve, SendsClaudeNamesToTheModelOfTheirFamily)
{
    for (const auto* name : { "claude-opus-4-8", "claude-opus-5-5", "claude-fable-5", "claude-fable-5-2",
             "opus", "fable", "default", "best", "opusplan", "claude-3-opus-20240229", "claude-mythos-5",
             "claude-2.1", "Claude-Opus-4-8" })
        EXPECT_EQ(slug(name), "openai/gpt-5.5") << name;
    for (const auto* name :
        { "claude-sonnet-4-5-20250929", "claude-sonnet-5", "sonnet", "claude-3-7-sonnet-latest" })
        EXPECT_EQ(slug(name), "moonshotai/kimi-k2.6") << name;
    for (const auto* name :
        { "claude-haiku-4-5", "haiku", "claude-3-5-haiku-20241022", "us.anthropic.claude-haiku-4-5-v1:0" })
        EXPECT_EQ(slug(name), "openai/gpt-oss-20b") << name;
}

TEST(Resolve, TakesTheWindowMarkOff) // R63
{
    EXPECT_EQ(slug("claude-sonnet-4-5-20250929[1m]"), "moonshotai/kimi-k2.6");
    EXPECT_EQ(slug("opus[2m]"), "openai/gpt-5.5");
    EXPECT_EQ(slug("openai/gpt-oss-120b[1m]"), "openai/gpt-oss-120b");
    auto marked = rules();
    marked.big = "openai/gpt-5.5[1m]";
    EXPECT_EQ(slug("opus", marked), "openai/gpt-5.5");
    EXPECT_EQ(without_window_mark("a[1M]"), "a");
    EXPECT_EQ(without_window_mark("a[1m][1m]"), "a");
    EXPECT_EQ(without_window_mark("a[x]"), "a[x]");
    EXPECT_EQ(without_window_mark("]"), "]");
    EXPECT_EQ(without_window_mark("a[]"), "a[]");
}

TEST(Resolve, LetsSlugsThrough) // R63
{
    for (const auto* name : { "openai/gpt-oss-120b", "deepseek/deepseek-r1:free", "vendor/unheard-of",
             "openrouter/auto", "~anthropic/claude-opus-latest", "meta-llama/Llama-3.3-70B-Instruct:nitro",
             "openai/gpt-4o@preset/mine" })
        EXPECT_EQ(slug(name), name);
    EXPECT_EQ(slug("anthropic-via/openai/gpt-5.5"), "openai/gpt-5.5");
}

TEST(Resolve, ReadsTheNotationsOfOtherPrograms) // R63
{
    EXPECT_EQ(slug("google,gemini-2.5-flash"), "google/gemini-2.5-flash");
    EXPECT_EQ(slug("openrouter,google/gemini-2.5-flash"), "google/gemini-2.5-flash");
    EXPECT_EQ(slug("openrouter/google/gemini-2.5-flash"), "google/gemini-2.5-flash");
    auto with = rules();
    with.big = "openrouter/google/gemini-2.5-flash";
    EXPECT_EQ(slug("opus", with), "google/gemini-2.5-flash");
}

TEST(Resolve, LooksIntoTheTableFirst)
{
    auto with = rules();
    with.map = { { "claude-3-5-haiku-*", "google/gemini-2.5-flash" },
        { "claude-*-haiku*", "qwen/qwen3-coder" }, { "gpt-4o", "openai/gpt-4o" },
        { "openai/gpt-4o", "openai/gpt-5.5" }, { "opus[1m]", "openai/gpt-oss-120b" } };
    EXPECT_EQ(slug("claude-3-5-haiku-20241022", with), "google/gemini-2.5-flash");
    EXPECT_EQ(slug("claude-3-haiku-20240307", with), "qwen/qwen3-coder");
    EXPECT_EQ(slug("claude-haiku-4-5", with), "openai/gpt-oss-20b");
    EXPECT_EQ(slug("gpt-4o", with), "openai/gpt-4o"); // looked up once
    EXPECT_EQ(slug("openai/gpt-4o", with), "openai/gpt-5.5");
    EXPECT_EQ(slug("opus[1m]", with), "openai/gpt-oss-120b");
    EXPECT_EQ(slug("opus", with), "openai/gpt-5.5");
}

TEST(Resolve, NamesTheNearestIdsForAnUnknownName) // R63
{
    const auto target = resolve("gpt-4o", rules(), sample_catalogue());
    ASSERT_FALSE(target);
    EXPECT_EQ(target.error().kind, Error::Kind::not_found);
    EXPECT_EQ(target.error().should_retry, false);
    EXPECT_THAT(target.error().message, HasSubstr("model: gpt-4o is not known"));
    EXPECT_THAT(target.error().message, HasSubstr("openai/gpt-4o"));
    const auto nothing_near = resolve("zzzzzzzzzzzz", rules(), Catalogue());
    ASSERT_FALSE(nothing_near);
    EXPECT_THAT(nothing_near.error().message, HasSubstr("vendor/model"));
}

TEST(Resolve, AcceptsConfiguredNamesWithoutSlash)
{
    auto with = rules();
    with.small = "qwen3-coder-local";
    EXPECT_EQ(slug("qwen3-coder-local", with), "qwen3-coder-local");
    with.slugs_have_vendor = false;
    EXPECT_EQ(slug("some-model", with), "some-model");
    EXPECT_EQ(slug("haiku", with), "qwen3-coder-local");
}

TEST(Resolve, LeavesClaudeNamesToAnUpstreamThatKnowsThem)
{
    auto with = rules();
    with.slugs_have_vendor = false;
    with.claude_names_go_through = true;
    with.small = "claude-haiku-4-5";
    EXPECT_EQ(slug("claude-sonnet-4-5-20250929[1m]", with), "claude-sonnet-4-5-20250929");
    EXPECT_EQ(slug("haiku", with), "claude-haiku-4-5");
}

TEST(Resolve, CorrectsADashAndSaysSo)
{
    const auto target = resolve("anthropic/claude-haiku-4-5", rules(), sample_catalogue());
    ASSERT_TRUE(target);
    EXPECT_EQ(target->model, "anthropic/claude-haiku-4.5");
    EXPECT_THAT(target->note, HasSubstr("claude-haiku-4-5 was corrected to anthropic/claude-haiku-4.5"));
    EXPECT_TRUE(target->facts->known);
    EXPECT_EQ(resolve("openai/gpt-oss-20b", rules(), sample_catalogue())->note, "");
    EXPECT_EQ(
        resolve("anthropic/claude-haiku-4-5", rules(), Catalogue())->model, "anthropic/claude-haiku-4-5");
}

// S-10
TEST(Resolve, RefusesWhatCouldSteerARequestElsewhere)
{
    const std::string nul("openai/gpt\0x", 12);
    for (const std::string name : { "http://evil.example/x", "https://evil/x", "../../etc/passwd",
             "openai/../admin", "a//b", "/openai/gpt", "openai/", "openai/gpt 4", "a/b\r\nX-Evil: 1",
             "a/b?x=1", "a/b&c", "a\\b", "a/%2e%2e/b", "./a", "", "a/b\"", "{}", "модель/x", "anthropic-via/",
             "anthropic-via/../x", "[1m]", "//evil/x" }) {
        const auto target = resolve(name, rules(), sample_catalogue());
        ASSERT_FALSE(target) << name << " -> " << target->model;
        EXPECT_EQ(target.error().kind, Error::Kind::bad_request) << name;
        EXPECT_EQ(target.error().should_retry, false);
        EXPECT_THAT(target.error().message, Not(HasSubstr("evil")));
    }
    EXPECT_FALSE(resolve(nul, rules(), sample_catalogue()));
    EXPECT_FALSE(resolve("a/" + std::string(300, 'b'), rules(), sample_catalogue()));
}

TEST(Resolve, ChoosesTheDialect)
{
    const auto dialect = [](std::string_view model, Rules::DialectChoice choice) {
        auto with = rules();
        with.dialect = choice;
        return resolve(model, with, sample_catalogue())->dialect;
    };
    using enum Rules::DialectChoice;
    EXPECT_EQ(dialect("anthropic/claude-opus-4.8", automatic), Target::Dialect::messages);
    EXPECT_EQ(dialect("~anthropic/claude-opus-latest", automatic), Target::Dialect::messages);
    EXPECT_EQ(dialect("openai/gpt-5.5", automatic), Target::Dialect::chat);
    EXPECT_EQ(dialect("claude-opus-4-8", automatic), Target::Dialect::chat); // openai/gpt-5.5 answers
    EXPECT_EQ(dialect("anthropic/claude-opus-4.8", Rules::DialectChoice::chat), Target::Dialect::chat);
    EXPECT_EQ(dialect("openai/gpt-5.5", Rules::DialectChoice::messages), Target::Dialect::messages);
    EXPECT_EQ(dialect("openai/gpt-5.5", Rules::DialectChoice::responses), Target::Dialect::responses);
}

TEST(Target, KnowsItsVendorAndItsOwnName)
{
    Target target { .model = "~anthropic/claude-opus-latest" };
    EXPECT_TRUE(target.is_vendor("anthropic"));
    target.model = "deepseek/deepseek-r1:free";
    EXPECT_EQ(target.vendor(), "deepseek");
    EXPECT_EQ(target.base_name(), "deepseek-r1");
    target.model = "local-model";
    EXPECT_EQ(target.vendor(), "");
    EXPECT_EQ(target.base_name(), "local-model");
}

TEST(ModelPattern, MatchesStarsAndNothingElse)
{
    EXPECT_TRUE(matches("claude-*-haiku*", "claude-3-5-haiku-20241022"));
    EXPECT_TRUE(matches("claude-*-haiku*", "CLAUDE-3-HAIKU"));
    EXPECT_FALSE(matches("claude-*-haiku*", "claude-haiku-4-5"));
    EXPECT_TRUE(matches("*", ""));
    EXPECT_TRUE(matches("*", "anything/at:all"));
    EXPECT_FALSE(matches("", "a"));
    EXPECT_TRUE(matches("", ""));
    EXPECT_FALSE(matches("a.c", "abc"));
    EXPECT_TRUE(matches("*a*b*", "xxaxxabxx"));
    EXPECT_FALSE(matches("*ab", "abx"));
    EXPECT_FALSE(matches(std::string(40, '*') + "x", std::string(5000, 'a')));
}

TEST(Resolve, KnowsWhoIsBlindWhereNoListTells)
{
    Rules plain;
    const Catalogue nothing;
    EXPECT_EQ(target_for("gpt-oss-120b", plain, nothing).facts->input_image, false);
    EXPECT_FALSE(target_for("kimi-k2.5", plain, nothing).facts->input_image.has_value());
    plain.models = { { .model = "gpt-oss-*", .images = true } };
    EXPECT_EQ(target_for("gpt-oss-120b", plain, nothing).facts->input_image, true) << "somebody says so";
}

} // namespace
} // namespace dragoman::route
