#include "route/key_rests.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace dragoman::route {
namespace {

using namespace std::chrono_literals;
constexpr TimePoint start {};
constexpr std::array<KeyRests::Key, 3> keys { { { "a", 1 }, { "b", 2 }, { "c", 1 } } };

std::string session(int number) { return "session-" + std::to_string(number); }

TEST(KeyRests, ASessionKeepsItsKey)
{
    KeyRests rests;
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(
            rests.choose("up", keys, session(i), start), rests.choose("up", keys, session(i), start + 1h));
}

TEST(KeyRests, KeysAreDealtOutByWeight)
{
    KeyRests rests;
    std::array<int, 3> dealt {};
    for (int i = 0; i < 4000; ++i)
        ++dealt[*rests.choose("up", keys, session(i), start)];
    EXPECT_NEAR(dealt[0], 1000, 150);
    EXPECT_NEAR(dealt[1], 2000, 150);
    EXPECT_NEAR(dealt[2], 1000, 150);
}

TEST(KeyRests, ARestingKeyMovesItsOwnSessionsOnly)
{
    KeyRests rests;
    std::array<int, 3> moved {};
    for (int i = 0; i < 1000; ++i) {
        const auto before = *rests.choose("up", keys, session(i), start);
        KeyRests other;
        other.rest("up", "b", start + 10s);
        const auto during = *other.choose("up", keys, session(i), start);
        if (before == 1)
            ++moved[during];
        else
            EXPECT_EQ(during, before);
        EXPECT_EQ(other.choose("up", keys, session(i), start + 10s), before) << "and they come back";
    }
    EXPECT_EQ(moved[1], 0);
    EXPECT_GT(moved[0], 100) << "spread over the others";
    EXPECT_GT(moved[2], 100);
}

TEST(KeyRests, SaysWhenTheFirstOfThemIsBack)
{
    KeyRests rests;
    rests.rest("up", "a", start + 30s);
    rests.rest("up", "b", start + 10s);
    EXPECT_EQ(rests.until("up", keys, start), std::nullopt) << "c is there";
    rests.rest("up", "c", start + 20s);
    rests.rest("up", "c", start + 5s);
    EXPECT_EQ(rests.choose("up", keys, "s", start), std::nullopt);
    EXPECT_EQ(rests.until("up", keys, start), start + 10s);
    EXPECT_EQ(rests.choose("up", keys, "s", start + 10s), 1U);
    EXPECT_EQ(rests.until("up", keys, start + 10s), std::nullopt);
}

TEST(KeyRests, SaysWhyTheFirstOfThemRests)
{
    using enum KeyRests::Cause;
    KeyRests rests;
    rests.rest("up", "a", start + 30s, refused);
    rests.rest("up", "b", start + 20s, no_credit);
    rests.rest("up", "c", start + 10s);
    EXPECT_EQ(rests.shortest("up", keys, start)->cause, limited);
    rests.rest("up", "c", start + 40s, used_up);
    rests.rest("up", "c", start + 5s, limited);
    EXPECT_EQ(rests.shortest("up", keys, start)->cause, no_credit);
    EXPECT_EQ(rests.shortest("up", std::span(keys).last(1), start)->cause, used_up)
        << "what was said of a shorter rest later changes nothing";
}

TEST(KeyRests, OneKeyRestsToo)
{
    KeyRests rests;
    const std::array<KeyRests::Key, 1> one { { { "a", 1 } } };
    EXPECT_EQ(rests.choose("up", one, "s", start), 0U);
    rests.rest("up", "a", start + 30s);
    EXPECT_EQ(rests.choose("up", one, "s", start), std::nullopt);
    EXPECT_EQ(rests.choose("other", one, "s", start), 0U) << "the same text is another upstream's other key";
    EXPECT_EQ(rests.choose("up", one, "s", start + 30s), 0U);
}

TEST(KeyRests, NoKeysAreNone)
{
    KeyRests rests;
    EXPECT_EQ(rests.choose("up", {}, "s", start), std::nullopt);
}

} // namespace
} // namespace dragoman::route
