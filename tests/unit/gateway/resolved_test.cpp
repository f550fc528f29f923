#include "gateway/resolved.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace dragoman::gateway {
namespace {

class ResolvedTest : public ::testing::Test {
protected:
    ResolvedTest()
        : catalogue_(*route::Catalogue::parse(R"({"data":[{"id":"vendor/model","context_length":1000}]})"))
    {
    }

    Resolved::Target target(std::size_t upstream, std::string_view slug)
    {
        return resolved_.target(upstream, slug, rules_, catalogue_);
    }

    route::Rules rules_ { .big = "vendor/model", .small = "vendor/small" };
    route::Catalogue catalogue_;
    Resolved resolved_;
};

TEST_F(ResolvedTest, SaysWhatTheRulesSay)
{
    EXPECT_EQ(resolved_.slug(0, "claude-opus-4-5", rules_, catalogue_).value(), "vendor/model");
    EXPECT_EQ(resolved_.slug(0, "claude-opus-4-5", rules_, catalogue_).value(), "vendor/model");
    EXPECT_EQ(resolved_.slug(0, "claude-haiku-4-5", rules_, catalogue_).value(), "vendor/small");
    EXPECT_EQ(target(0, "vendor/model")->facts->context_length, 1000U);
    EXPECT_EQ(target(0, "vendor/other")->facts->context_length, std::nullopt);
}

TEST_F(ResolvedTest, WorksOutATargetOnceForEachUpstream)
{
    const auto first = target(0, "vendor/model");
    EXPECT_EQ(target(0, "vendor/model"), first);
    rules_.dialect = route::Rules::DialectChoice::messages;
    const auto elsewhere = target(2, "vendor/model");
    EXPECT_NE(elsewhere, first);
    EXPECT_TRUE(elsewhere->is_messages());
    EXPECT_FALSE(first->is_messages());
}

TEST_F(ResolvedTest, RemembersNoErrors)
{
    EXPECT_FALSE(resolved_.slug(0, "gpt-x", rules_, catalogue_));
    rules_.map.push_back({ "gpt-x", "vendor/model" });
    EXPECT_EQ(resolved_.slug(0, "gpt-x", rules_, catalogue_).value(), "vendor/model");
}

TEST_F(ResolvedTest, WhatIsHeldOutlivesTheNamesOfManyOthers)
{
    const auto held = target(0, "vendor/model");
    const std::string long_name = "vendor/" + std::string(1000, 'x');
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(target(0, fmt::format("vendor/{}", i))->model, fmt::format("vendor/{}", i));
    EXPECT_EQ(target(0, long_name)->model, long_name);
    EXPECT_EQ(held->model, "vendor/model");
    EXPECT_EQ(held->facts->id, "vendor/model");
}

} // namespace
} // namespace dragoman::gateway
