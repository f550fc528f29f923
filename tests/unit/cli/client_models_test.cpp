#include "cli/client_models.h"
#include "route/models_list.h"
#include "support/catalogue.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

route::Rules rules()
{
    return { .big = "openai/gpt-5.5",
        .middle = "openai/gpt-oss-120b",
        .small = "google/gemini-2.5-flash",
        .map = { { "coder", "qwen/qwen3-coder" } },
        .upstream = "OpenRouter" };
}

ModelSource source(route::Rules rules, bool with_catalogue = true)
{
    return [rules = std::move(rules),
               catalogue = with_catalogue ? testing::sample_catalogue() : route::Catalogue()](
               std::string_view name) { return route::model_entry(name, rules, catalogue); };
}

ClientModels chosen(const std::string& model, const std::vector<std::string>& arguments = {},
    const route::Rules& with = rules())
{
    auto models = choose_models(source(with), model, arguments);
    EXPECT_TRUE(models) << models.error().message;
    return models ? *models : ClientModels {};
}

TEST(ClientModels, WithoutAChoiceTheConfiguredOnesAnswer)
{
    const ClientModels models = chosen("");
    EXPECT_EQ(models.main.id, "openai/gpt-5.5");
    EXPECT_EQ(models.main.name, "GPT-5.5 (OpenRouter)");
    EXPECT_EQ(models.main.window, 1050000U);
    EXPECT_EQ(models.main.max_output, 128000U);
    EXPECT_EQ(models.opus.id, "openai/gpt-5.5");
    EXPECT_EQ(models.fable.id, "openai/gpt-5.5");
    EXPECT_EQ(models.sonnet.id, "openai/gpt-oss-120b");
    EXPECT_EQ(models.haiku.id, "google/gemini-2.5-flash");
    EXPECT_THAT(models.warnings, IsEmpty());
}

TEST(ClientModels, AChosenOneAnswersForAllButASmallOneOfItsOwn)
{
    for (const char* name : { "qwen/qwen3-coder", "coder" }) {
        const ClientModels models = chosen(name);
        EXPECT_EQ(models.main.id, "qwen/qwen3-coder");
        EXPECT_EQ(models.opus.id, "qwen/qwen3-coder");
        EXPECT_EQ(models.sonnet.id, "qwen/qwen3-coder");
        EXPECT_EQ(models.fable.id, "qwen/qwen3-coder");
        EXPECT_EQ(models.haiku.id, "google/gemini-2.5-flash");
    }
    route::Rules one = rules();
    one.small = one.big;
    EXPECT_EQ(chosen("coder", {}, one).haiku.id, "qwen/qwen3-coder");
}

TEST(ClientModels, TheClientsOwnModelArgumentIsTheOneWhoseWindowCounts)
{
    EXPECT_EQ(chosen("", { "-p", "hi", "--model", "coder" }).main.id, "qwen/qwen3-coder");
    EXPECT_EQ(chosen("", { "--model=haiku" }).main.id, "google/gemini-2.5-flash");
    EXPECT_EQ(chosen("coder", { "--model", "sonnet" }).main.id, "qwen/qwen3-coder");
    EXPECT_EQ(chosen("coder", { "--model", "openai/gpt-5.5" }).opus.id, "qwen/qwen3-coder");
    EXPECT_EQ(model_argument(std::vector<std::string> { "--model", "a/b", "--", "--model", "c/d" }), "a/b");
    EXPECT_EQ(model_argument(std::vector<std::string> { "--model" }), "");
}

TEST(ClientModels, AnUnknownShortNameIsAnErrorWithTheNearest)
{
    for (const auto& models : { choose_models(source(rules()), "gpt-5.6", {}),
             choose_models(source(rules()), "", std::vector<std::string> { "--model", "gpt-5.6" }) }) {
        ASSERT_FALSE(models);
        EXPECT_EQ(models.error().kind, Error::Kind::not_found);
        EXPECT_THAT(models.error().message, HasSubstr("openai/gpt-5.5"));
    }
}

TEST(ClientModels, AnUnlistedIdIsAWarningWithTheNearest)
{
    const ClientModels models = chosen("openai/gpt-5.6");
    EXPECT_EQ(models.main.id, "openai/gpt-5.6");
    EXPECT_FALSE(models.main.window);
    ASSERT_EQ(models.warnings.size(), 1U);
    EXPECT_THAT(models.warnings[0], HasSubstr("openai/gpt-5.5"));
}

TEST(ClientModels, WithoutACatalogueTheWindowIsNotKnownAndThatIsSaid)
{
    const auto models = choose_models(source(rules(), false), "", {});
    ASSERT_TRUE(models);
    EXPECT_EQ(models->main.name, "GPT 5.5 (OpenRouter)");
    EXPECT_FALSE(models->main.window);
    ASSERT_EQ(models->warnings.size(), 1U);
    EXPECT_THAT(models->warnings[0], HasSubstr("openai/gpt-5.5"));
}

TEST(ClientModels, WhereClaudesNamesGoThroughTheConfiguredOnesAreTaken)
{
    route::Rules rules { .big = "claude-opus-4-5",
        .middle = "claude-sonnet-4-5",
        .small = "claude-haiku-4-5",
        .upstream = "Anthropic",
        .openrouter = false,
        .slugs_have_vendor = false,
        .claude_names_go_through = true };
    const auto models = choose_models(source(rules, false), "", {});
    ASSERT_TRUE(models) << models.error().message;
    EXPECT_EQ(models->main.id, "claude-opus-4-5");
    EXPECT_EQ(models->sonnet.id, "claude-sonnet-4-5");
    EXPECT_EQ(models->haiku.id, "claude-haiku-4-5");
}

TEST(ClientModels, WhatCanBeNoIdStartsNothing)
{
    const ModelSource nothing_is_listed = [](std::string_view name) -> Result<std::string> {
        if (!name.contains('/') || name.starts_with("anthropic-via/"))
            return R"({"id":"openai/gpt-oss-120b","display_name":"x"})";
        return Failure(Error { .kind = Error::Kind::not_found, .message = "not known" });
    };
    for (const char* wrong : { "a/", "/b", "a/b;rm -rf", "a/b c", "a/`x`", "a/$(x)" }) {
        const auto models = choose_models(nothing_is_listed, wrong, {});
        ASSERT_FALSE(models) << wrong;
        EXPECT_EQ(models.error().kind, Error::Kind::not_found) << wrong;
    }
    EXPECT_TRUE(choose_models(nothing_is_listed, "vendor/new-model_2.5:free", {}));
}

TEST(ClientModels, WhereThereAreRoutesNamesAreAskedThatRoutesLookAt)
{
    ClientModels models = chosen("");
    ask_by_family(models, "", {});
    EXPECT_EQ(models.main.id, "anthropic-via/opus");
    EXPECT_EQ(models.main.name, "GPT-5.5 (OpenRouter)") << "people still see who answers";
    EXPECT_EQ(models.sonnet.id, "anthropic-via/sonnet");
    EXPECT_EQ(models.haiku.id, "anthropic-via/haiku");
    EXPECT_EQ(models.main.window, 1050000U);
    ClientModels typed = chosen("coder");
    ask_by_family(typed, "coder", {});
    EXPECT_EQ(typed.main.id, "coder") << "a route may be for that name";
    EXPECT_EQ(typed.opus.id, "coder");
    EXPECT_EQ(typed.haiku.id, "anthropic-via/haiku");
    ClientModels target = chosen("qwen/qwen3-coder");
    ask_by_family(target, "qwen/qwen3-coder", {});
    EXPECT_EQ(target.main.id, "qwen/qwen3-coder");
    const std::vector<std::string> arguments { "--model", "haiku" };
    ClientModels own = chosen("", arguments);
    ask_by_family(own, "", arguments);
    EXPECT_EQ(own.main.id, "anthropic-via/haiku");
}

} // namespace
} // namespace dragoman::cli
