#include "cli/route_report.h"
#include "config/presets.h"
#include "support/catalogue.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace dragoman::cli {
namespace {

using route::Scenario;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class RouteReportTest : public ::testing::Test {
protected:
    RouteReportTest()
    {
        config_.upstreams.clear();
        add("openrouter", "openrouter", "sk-or-1");
        add("deepseek", "deepseek", "");
        config::Upstream& home = add("home", "vllm", "");
        home.key_required = false;
        home.parallel = 2;
        home.models = { { .model = "qwen3-*", .context = 32768, .images = false } };
        config_.models = {
            .big = "openai/gpt-5.5", .middle = "home/qwen3-coder", .small = "deepseek/deepseek-chat"
        };
        config_.models.names = { { "mine", "home/qwen3-coder" } };
        config_.models.map = { { "old-*", "openai/gpt-oss-120b" } };
        catalogues_ = catalogues_.with(
            "openrouter", std::make_shared<const route::Catalogue>(testing::sample_catalogue()));
    }

    config::Upstream& add(std::string name, std::string_view preset, std::string key)
    {
        config::Upstream upstream { .name = std::move(name) };
        config::apply_preset(upstream, *config::preset_of(preset));
        if (!key.empty())
            upstream.keys = { { Secret(key), { config::KeySource::Kind::environment, "THE_KEY", {} } } };
        return config_.upstreams.emplace_back(std::move(upstream));
    }
    void add_route(route::Route route) { config_.routes.push_back(std::move(route)); }

    RouteReport report(std::string_view model, Scenario scenario = Scenario::any)
    {
        auto result = route_report(config_, catalogues_, model, scenario);
        EXPECT_TRUE(result) << result.error().message;
        return result ? *result : RouteReport {};
    }
    std::vector<std::string> stops(std::string_view model, Scenario scenario = Scenario::any)
    {
        std::vector<std::string> all;
        for (const RouteStop& stop : report(model, scenario).stops)
            all.push_back(stop.upstream + ": " + stop.model);
        return all;
    }

    config::Config config_;
    gateway::Catalogues catalogues_;
};

TEST_F(RouteReportTest, WithoutARouteTheNameDecidesAndItIsSaidHow)
{
    EXPECT_THAT(stops("claude-opus-4-5"), ElementsAre("openrouter: openai/gpt-5.5"));
    EXPECT_EQ(report("claude-opus-4-5").reason, "a name of Claude's, [models] big: openai/gpt-5.5");
    EXPECT_THAT(stops("sonnet"), ElementsAre("home: qwen3-coder"));
    EXPECT_EQ(report("haiku").reason, "a name of Claude's, [models] small: deepseek/deepseek-chat");
    EXPECT_EQ(report("mine").reason, "a short name, [models.names]: home/qwen3-coder");
    EXPECT_EQ(report("old-one").reason, "[[models.map]] old-*: openai/gpt-oss-120b");
    EXPECT_THAT(stops("deepseek/x"), ElementsAre("deepseek: x"));
    EXPECT_EQ(report("deepseek/x").reason, "it names the upstream itself");
    EXPECT_THAT(
        report("openai/gpt-oss-120b").reason, HasSubstr("goes through as it is to the first upstream"));
}

TEST_F(RouteReportTest, EveryScenarioFindsItsRoute)
{
    for (const std::string_view name : route::scenario_names()) {
        config_.routes.clear();
        const auto scenario = static_cast<Scenario>(
            std::ranges::find(route::scenario_names(), name) - route::scenario_names().begin() + 1);
        add_route({ .scenario = scenario, .targets = { { .upstream = "home", .model = "qwen3-coder" } } });
        EXPECT_THAT(stops("opus", scenario), ElementsAre("home: qwen3-coder")) << name;
        EXPECT_EQ(report("opus", scenario).route_name, "number 1");
        EXPECT_THAT(stops("opus"), ElementsAre("openrouter: openai/gpt-5.5")) << "without the scenario";
    }
}

TEST_F(RouteReportTest, TargetsStandInTheirOrderEachWithItsReasons)
{
    add_route({ .name = "other", .family = "haiku", .targets = { { .upstream = "home" } } });
    add_route({ .name = "good",
        .family = "opus",
        .targets = { { .upstream = "deepseek", .model = "deepseek-chat" },
            { .upstream = "openrouter", .model = "openai/gpt-5.5", .provider = R"({"sort":"latency"})" },
            { .upstream = "home", .model = "qwen3-coder" } } });
    const RouteReport all = report("opus");
    EXPECT_EQ(all.route_name, "good");
    EXPECT_EQ(all.condition, "family opus");
    EXPECT_THAT(all.reason, HasSubstr("those before it do not"));
    ASSERT_EQ(all.stops.size(), 3U);
    EXPECT_FALSE(all.stops[0].ready);
    EXPECT_EQ(all.stops[0].missing, "DEEPSEEK_API_KEY");
    EXPECT_THAT(all.stops[0].quirks, Contains("no_forced_tool"));
    EXPECT_THAT(all.stops[0].reasons, Contains(HasSubstr("no list of deepseek has it")));
    EXPECT_EQ(all.stops[1].key, "THE_KEY");
    EXPECT_EQ(all.stops[1].facts.context_length, 1050000U);
    EXPECT_THAT(all.stops[1].reasons, Contains(HasSubstr(R"(asked with provider {"sort":"latency"})")));
    EXPECT_THAT(all.stops[1].reasons, Contains(HasSubstr("when those before cannot answer")));
    EXPECT_EQ(all.stops[2].facts.context_length, 32768U);
    EXPECT_THAT(all.stops[2].reasons, Contains(HasSubstr("[upstreams.home.models.\"qwen3-*\"] states")));
    EXPECT_THAT(all.stops[2].reasons, Contains(HasSubstr("at most 2 requests at a time")));
}

TEST_F(RouteReportTest, PeopleAndProgramsAreToldTheSame)
{
    add_route({ .family = "opus",
        .targets = {
            { .upstream = "home", .model = "qwen3-coder" }, { .upstream = "deepseek", .model = "chat" } } });
    const RouteReport all = report("opus", Scenario::thinking);
    const std::string text = route_text(all, Style {});
    EXPECT_THAT(text, HasSubstr("opus, thinking\n  route number 1 (family opus)"));
    EXPECT_THAT(text, HasSubstr("1. home/qwen3-coder"));
    EXPECT_THAT(text, HasSubstr("none is needed"));
    EXPECT_THAT(text, HasSubstr("window 32k, no pictures"));
    EXPECT_THAT(text, HasSubstr("none, so it is passed over: set DEEPSEEK_API_KEY"));
    EXPECT_THAT(text, Not(HasSubstr("sk-or-1")));
    const auto json = nlohmann::json::parse(route_json(all));
    EXPECT_EQ(json["scenario"], "thinking");
    EXPECT_EQ(json["route"], "number 1");
    ASSERT_EQ(json["targets"].size(), 2U);
    EXPECT_EQ(json["targets"][0]["model"], "qwen3-coder");
    EXPECT_EQ(json["targets"][0]["context_length"], 32768);
    EXPECT_EQ(json["targets"][0]["images"], false);
    EXPECT_TRUE(json["targets"][0]["tools"].is_null());
    EXPECT_EQ(json["targets"][1]["ready"], false);
    EXPECT_EQ(json["targets"][1]["missing"], "DEEPSEEK_API_KEY");
}

TEST_F(RouteReportTest, ShowsWhatWasLearnedAndReckonsWithIt)
{
    route::LearnedMemory learned;
    learned.learn("home", "qwen3-coder",
        { .refused_parameters = { "temperature" }, .context_length = 8192, .no_strict = true },
        WallClock::time_point {});
    learned.learn("openrouter", "qwen3-coder", { .no_images = true }, WallClock::time_point {});
    const auto all = route_report(config_, catalogues_, "mine", Scenario::any, learned);
    ASSERT_TRUE(all) << all.error().message;
    ASSERT_EQ(all->stops.size(), 1U);
    EXPECT_THAT(all->stops[0].learned,
        ElementsAre("refuses temperature", "a window of 8192 tokens", "no strict tools"));
    EXPECT_EQ(all->stops[0].facts.context_length, 8192U);
    EXPECT_THAT(all->stops[0].quirks, Contains("no_strict"));
    EXPECT_THAT(route_text(*all, Style {}),
        HasSubstr("learned   refuses temperature, a window of 8192 tokens, no strict tools"));
    EXPECT_EQ(nlohmann::json::parse(route_json(*all))["targets"][0]["learned"][0], "refuses temperature");
    EXPECT_THAT(route_text(report("mine"), Style {}), Not(HasSubstr("learned")));
}

TEST_F(RouteReportTest, SaysWhatWasForgotten)
{
    const Forgotten all { { "home", "qwen3-coder", { .no_images = true, .no_strict = true } } };
    EXPECT_EQ(forgotten_text(all, Style {}), "forgot about home/qwen3-coder: no pictures, no strict tools\n");
    EXPECT_EQ(forgotten_text({}, Style {}), "nothing was learned\n");
    EXPECT_EQ(forgotten_json(all),
        R"({"forgotten":[{"upstream":"home","model":"qwen3-coder","learned":["no pictures","no strict tools"]}]})"
        "\n");
}

TEST_F(RouteReportTest, ANameThatMeansNothingIsTheClientsError)
{
    const auto result = route_report(config_, catalogues_, "gpt-oss-120b-typo", Scenario::any);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Error::Kind::not_found);
}

} // namespace
} // namespace dragoman::cli
