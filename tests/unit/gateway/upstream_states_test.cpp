#include "gateway/upstream_states.h"

#include <gmock/gmock.h>

namespace dragoman::gateway {
namespace {

using ::testing::IsEmpty;

constexpr TimePoint now { std::chrono::hours(1) };

config::Config two_upstreams()
{
    config::Config config;
    config.upstreams.clear();
    config::Upstream one { .name = "one" };
    one.keys = { { Secret("a"), { config::KeySource::Kind::environment, "A", {} } },
        { Secret("b"), { config::KeySource::Kind::environment, "B", {} } } };
    config.upstreams.push_back(one);
    config.upstreams.push_back({ .name = "two" });
    config.models.big = "x/big";
    config.routes = { { .targets = { { .upstream = "two", .model = "y" } } } };
    return config;
}

TEST(UpstreamStates, WhatIsWellSaysSo)
{
    const auto states = upstream_states(two_upstreams(), {}, {}, {}, now);
    ASSERT_EQ(states.size(), 2U);
    EXPECT_EQ(states[0].name, "one");
    EXPECT_EQ(states[0].keys, 2U);
    EXPECT_FALSE(states[0].degraded);
    EXPECT_TRUE(states[1].degraded) << "it has no key";
    EXPECT_THAT(states[0].breakers, IsEmpty());
    EXPECT_THAT(states[0].resting_keys, IsEmpty());
}

TEST(UpstreamStates, BreakersBelongToTheirUpstream)
{
    route::Breakers breakers;
    const route::Breakers::Policy policy { .failures = 2, .rest = std::chrono::seconds(30) };
    breakers.failed("two/y", policy, now);
    breakers.failed("two/y", policy, now);
    breakers.failed("one/x/big", policy, now);
    const auto states = upstream_states(two_upstreams(), breakers, {}, {}, now + std::chrono::seconds(1));
    ASSERT_EQ(states[0].breakers.size(), 1U);
    EXPECT_EQ(states[0].breakers[0].state, "closed");
    ASSERT_EQ(states[1].breakers.size(), 1U);
    EXPECT_EQ(states[1].breakers[0].target, "two/y");
    EXPECT_EQ(states[1].breakers[0].state, "open");
    EXPECT_EQ(states[1].breakers[0].failures, 2);
}

TEST(UpstreamStates, WhatNeedsNoKeyRestsToo)
{
    route::KeyRests rests;
    rests.rest("two/y", "", now + std::chrono::seconds(20));
    const auto states = upstream_states(two_upstreams(), {}, rests, {}, now);
    EXPECT_THAT(states[0].resting_keys, IsEmpty());
    ASSERT_EQ(states[1].resting_keys.size(), 1U);
    EXPECT_EQ(states[1].resting_keys[0].target, "two/y");
    EXPECT_EQ(states[1].resting_keys[0].key, 0);
    EXPECT_EQ(states[1].resting_keys[0].seconds, 20);
}

TEST(UpstreamStates, AKeyRestsForATargetThatIsKnown)
{
    route::KeyRests rests;
    rests.rest("one/x/big", "b", now + std::chrono::milliseconds(35'500));
    rests.rest("one/only-seen", "a", now + std::chrono::seconds(5));
    MetricsSnapshot figures;
    figures.targets.emplace_back().name = "one/only-seen";
    figures.targets.emplace_back().name = "two/only-seen";
    const auto states = upstream_states(two_upstreams(), {}, rests, figures, now);
    ASSERT_EQ(states[0].resting_keys.size(), 2U);
    EXPECT_EQ(states[0].resting_keys[0].target, "one/only-seen");
    EXPECT_EQ(states[0].resting_keys[0].key, 1);
    EXPECT_EQ(states[0].resting_keys[1].target, "one/x/big");
    EXPECT_EQ(states[0].resting_keys[1].key, 2);
    EXPECT_EQ(states[0].resting_keys[1].source, "B");
    EXPECT_EQ(states[0].resting_keys[1].seconds, 36);
    EXPECT_THAT(
        upstream_states(two_upstreams(), {}, rests, figures, now + std::chrono::minutes(1))[0].resting_keys,
        IsEmpty());
}

} // namespace
} // namespace dragoman::gateway
