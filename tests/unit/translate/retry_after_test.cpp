#include "translate/retry_after.h"

#include <gtest/gtest.h>

namespace dragoman::translate {

namespace {

using namespace std::chrono_literals;

// 2026-11-21 03:00:00 UTC
const WallClock::time_point now { std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 3h };

std::optional<std::chrono::milliseconds> wait(std::string_view value) { return parse_wait(value, now); }

} // namespace

TEST(RetryAfter, ReadsSecondsAndFractions) // E5
{
    EXPECT_EQ(wait("30"), 30s);
    EXPECT_EQ(wait(" 2.5 "), 2500ms);
    EXPECT_EQ(wait("0"), 0s);
    EXPECT_EQ(parse_wait_ms("1500"), 1500ms);
    EXPECT_EQ(parse_wait_ms("soon"), std::nullopt);
}

TEST(RetryAfter, ReadsDurationsWithUnits)
{
    EXPECT_EQ(wait("1s"), 1s);
    EXPECT_EQ(wait("6m0s"), 6min);
    EXPECT_EQ(wait("120ms"), 120ms);
    EXPECT_EQ(wait("1h2m3.5s"), 3723500ms);
    EXPECT_EQ(wait("2m59.56s"), 179560ms);
}

TEST(RetryAfter, ReadsDatesInEverySpellingOfHttp) // E5
{
    EXPECT_EQ(wait("Sat, 21 Nov 2026 03:00:45 GMT"), 45s);
    EXPECT_EQ(wait("Saturday, 21-Nov-26 03:00:45 GMT"), 45s);
    EXPECT_EQ(wait("Sat Nov 21 03:00:45 2026"), 45s);
    EXPECT_EQ(wait("2026-11-21T03:00:45Z"), 45s);
    EXPECT_EQ(wait("Sat, 21 Nov 2026 02:00:00 GMT"), 0s); // in the past
}

TEST(RetryAfter, ReadsThePointInTimeThatOpenRouterGives) // E5
{
    EXPECT_EQ(wait("1795230030000"), 30s);
    EXPECT_EQ(wait("1795230030"), 30s);
    EXPECT_EQ(parse_wait("1795230030000", {}), std::nullopt) << "without a clock a date means nothing";
}

TEST(RetryAfter, RefusesWhatIsNoTime)
{
    for (std::string_view text :
        { "", "soon", "-5", "1 banana", "99999999999999999999", "Wed, 99 Foo 2026 99:99:99" })
        EXPECT_EQ(wait(text), std::nullopt) << text;
}

TEST(RetryAfter, FindsTheWaitInASentence) // E5
{
    EXPECT_EQ(find_wait("Rate limit reached. Please try again in 1.5s. Visit …"), 1500ms);
    EXPECT_EQ(find_wait("retry in 12s"), 12s);
    EXPECT_EQ(find_wait("Please retry after 20 seconds."), 20s);
    EXPECT_EQ(find_wait("Please try again in 7m12.5s"), 432500ms);
    EXPECT_EQ(find_wait("try again in about 2 minutes"), 2min);
    EXPECT_EQ(find_wait("Please retry in 28.337s."), 28337ms);
    EXPECT_EQ(find_wait("Please try again later"), std::nullopt);
}

} // namespace dragoman::translate
