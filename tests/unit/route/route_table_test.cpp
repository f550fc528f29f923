#include "route/route_table.h"

#include <gtest/gtest.h>

#include <vector>

namespace dragoman::route {
namespace {

Route route(std::string name, Scenario scenario = Scenario::any)
{
    return { .name = std::move(name), .scenario = scenario, .targets = { { .upstream = "home" } } };
}

TEST(RouteTable, TheFirstThatFitsCounts)
{
    std::vector<Route> routes { route("one"), route("two"), route("three") };
    routes[0].model = "claude-*-haiku*";
    routes[1].family = "opus";
    EXPECT_EQ(route_for(routes, { .model = "claude-3-5-haiku-20241022" })->name, "one");
    EXPECT_EQ(route_for(routes, { .model = "claude-opus-4-5" })->name, "two");
    EXPECT_EQ(route_for(routes, { .model = "opus" })->name, "two");
    EXPECT_EQ(route_for(routes, { .model = "openai/opus" })->name, "three") << "no name of Claude's";
    routes.pop_back();
    EXPECT_EQ(route_for(routes, { .model = "openai/gpt-5" }), nullptr);
}

TEST(RouteTable, EachScenarioLooksAtItsOwnSide)
{
    struct Row {
        Scenario scenario;
        Aspects fits;
    };
    const Aspects plain { .model = "claude-opus-4-5", .tokens = 100 };
    const auto with = [&](auto member, auto value) {
        Aspects aspects = plain;
        aspects.*member = value;
        return aspects;
    };
    const std::vector<Row> rows { { Scenario::background, with(&Aspects::side_request, true) },
        { Scenario::background, with(&Aspects::model, "claude-haiku-4-5") },
        { Scenario::thinking, with(&Aspects::thinking, true) },
        { Scenario::long_context, with(&Aspects::tokens, std::uint64_t { 60'001 }) },
        { Scenario::web_search, with(&Aspects::web_search, true) },
        { Scenario::image, with(&Aspects::media, true) },
        { Scenario::subagent, with(&Aspects::subagent, true) } };
    for (const Row& row : rows) {
        SCOPED_TRACE(name_of(row.scenario));
        EXPECT_TRUE(fits(route("x", row.scenario), row.fits));
        EXPECT_FALSE(fits(route("x", row.scenario), plain));
        EXPECT_TRUE(fits(route("x"), row.fits));
    }
    EXPECT_FALSE(fits(route("x", Scenario::long_context), with(&Aspects::tokens, std::uint64_t { 60'000 })))
        << "over, not at";
}

TEST(RouteTable, ConditionsAreJoined)
{
    Route both = route("x", Scenario::thinking);
    both.family = "sonnet";
    EXPECT_TRUE(fits(both, { .model = "sonnet", .thinking = true }));
    EXPECT_FALSE(fits(both, { .model = "sonnet" }));
    EXPECT_FALSE(fits(both, { .model = "opus", .thinking = true }));
    EXPECT_EQ(describe_condition(both), "family sonnet, thinking");
    EXPECT_EQ(describe_condition(route("x")), "always");
}

TEST(RouteTable, ARouteIsFoundByItsName)
{
    const std::vector<Route> routes { route(""), route("cheap") };
    EXPECT_EQ(route_named(routes, "cheap"), &routes[1]);
    EXPECT_EQ(route_named(routes, ""), nullptr);
    EXPECT_EQ(route_named(routes, "other"), nullptr);
}

TEST(RouteTable, TargetsAreWrittenAsTheyAreRead)
{
    EXPECT_EQ(to_string(RouteTarget { .upstream = "home" }), "home");
    EXPECT_EQ(to_string(RouteTarget { .upstream = "up", .model = "a/b" }), "up/a/b");
}

} // namespace
} // namespace dragoman::route
