#include "gateway/limiter.h"

#include <atomic>
#include <gmock/gmock.h>
#include <thread>
#include <vector>

namespace dragoman::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

const TimePoint start {};

TEST(Limiter, CountsNothingWhereNothingIsLimited)
{
    Limiter limiter;
    std::vector<Limiter::Pass> running;
    for (int i = 0; i < 100; ++i) {
        auto pass = limiter.enter({}, "a", limits::MiB, start);
        ASSERT_TRUE(pass);
        running.push_back(std::move(*pass));
    }
}

TEST(Limiter, LetsSoManyInAtATime)
{
    Limiter limiter;
    const config::Limits two { .each = { .requests = 2 }, .all = { .requests = 3 } };
    auto a = limiter.enter(two, "a", 0, start);
    auto b = limiter.enter(two, "a", 0, start);
    auto c = limiter.enter(two, "a", 0, start);
    ASSERT_TRUE(a);
    ASSERT_TRUE(b);
    ASSERT_FALSE(c);
    EXPECT_EQ(c.error().kind, Error::Kind::rate_limited);
    EXPECT_EQ(c.error().source, Error::Source::client);
    EXPECT_THAT(c.error().message, HasSubstr("2 requests at a time are allowed for each client token"));
    EXPECT_EQ(c.error().retry_after_s, 1);
    auto other = limiter.enter(two, "b", 0, start);
    ASSERT_TRUE(other) << "another token has its own share";
    EXPECT_THAT(limiter.enter(two, "b", 0, start).error().message, HasSubstr("3 requests at a time"));
    a->leave();
    EXPECT_TRUE(limiter.enter(two, "a", 0, start));
}

TEST(Limiter, NobodyWaitsForRoomThatThereNeverIs)
{
    Limiter limiter;
    const config::Limits limits { .each = { .body_bytes = limits::MiB } };
    const auto larger = limiter.enter(limits, "a", limits::MiB + 1, start);
    ASSERT_FALSE(larger);
    EXPECT_EQ(larger.error().kind, Error::Kind::too_large);
    EXPECT_EQ(larger.error().should_retry, false);
    const auto whole = limiter.enter(limits, "a", limits::MiB, start);
    EXPECT_TRUE(whole);
    EXPECT_EQ(limiter.enter(limits, "a", 1, start).error().kind, Error::Kind::rate_limited);
}

TEST(Limiter, CountsAnySixtySeconds)
{
    Limiter limiter;
    const config::Limits limits { .all = { .requests_a_minute = 2 } };
    EXPECT_TRUE(limiter.enter(limits, "", 0, start));
    EXPECT_TRUE(limiter.enter(limits, "", 0, start + 40s));
    const auto third = limiter.enter(limits, "", 0, start + 50s);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().retry_after_s, 10) << "when the first of them is a minute old";
    EXPECT_TRUE(limiter.enter(limits, "", 0, start + 60s));
    EXPECT_EQ(limiter.enter(limits, "", 0, start + 61s).error().retry_after_s, 39);
}

TEST(Limiter, WhoIsRefusedIsNotCounted)
{
    Limiter limiter;
    const config::Limits limits { .each = { .requests = 1, .requests_a_minute = 2 } };
    auto first = limiter.enter(limits, "a", 0, start);
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(limiter.enter(limits, "a", 0, start));
    first->leave();
    EXPECT_TRUE(limiter.enter(limits, "a", 0, start));
    EXPECT_FALSE(limiter.enter(limits, "a", 0, start));
}

TEST(Limiter, BodiesCountUntilTheyAreGone)
{
    Limiter limiter;
    const config::Limits limits { .each = { .body_bytes = 100 } };
    auto large = limiter.enter(limits, "a", 80, start);
    ASSERT_TRUE(large);
    EXPECT_FALSE(limiter.enter(limits, "a", 21, start));
    EXPECT_TRUE(limiter.enter(limits, "b", 21, start));
    large->forget_body();
    EXPECT_TRUE(limiter.enter(limits, "a", 100, start)) << "it runs still, but its body is gone";
}

TEST(Limiter, IsExactAmongThreads)
{
    Limiter limiter;
    const config::Limits limits { .all = { .requests = 37 } };
    std::atomic<int> let_in = 0;
    std::atomic<int> most = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 2000; ++i) {
                    std::vector<Limiter::Pass> mine;
                    for (int n = 0; n < 10; ++n)
                        if (auto pass = limiter.enter(limits, "", 1, start))
                            mine.push_back(std::move(*pass));
                    let_in += static_cast<int>(mine.size());
                    int seen = let_in;
                    for (int before = most; seen > before && !most.compare_exchange_weak(before, seen);) { }
                    let_in -= static_cast<int>(mine.size());
                }
            });
    }
    EXPECT_GT(most, 0);
    EXPECT_LE(most, 37);
    std::vector<Limiter::Pass> all;
    while (auto pass = limiter.enter(limits, "", 1, start))
        all.push_back(std::move(*pass));
    EXPECT_EQ(all.size(), 37U) << "every place is free again";
}

} // namespace
} // namespace dragoman::gateway
