#include "gateway/sampling.h"

#include <gtest/gtest.h>

#include <string>

namespace dragoman::gateway {

namespace {

using namespace std::chrono_literals;

const TimePoint start {};

} // namespace

TEST(Sampling, TakesTheFirstAnswerOfEachModel)
{
    Sampling sampling;
    EXPECT_TRUE(sampling.is_due("a/b", start));
    EXPECT_TRUE(sampling.is_due("c/d", start));
    EXPECT_FALSE(sampling.is_due("a/b", start + 999ms));
}

TEST(Sampling, IsSeldomWhenAModelIsKnown)
{
    Sampling sampling;
    int taken = 0;
    for (int second = 0; second < 3600; ++second)
        taken += sampling.is_due("a/b", start + second * 1s) ? 1 : 0;
    EXPECT_GE(taken, 60);
    EXPECT_LE(taken, 70);
    int early = 0;
    Sampling another;
    for (int second = 0; second < 20; ++second)
        early += another.is_due("a/b", start + second * 1s) ? 1 : 0;
    EXPECT_EQ(early, 5) << "at 0, 1, 3, 7 and 15 s";
}

TEST(Sampling, StaysBounded)
{
    Sampling sampling;
    EXPECT_TRUE(sampling.is_due("first", start));
    for (std::size_t i = 1; i < Sampling::models_max; ++i)
        EXPECT_TRUE(sampling.is_due("m/" + std::to_string(i), start));
    EXPECT_FALSE(sampling.is_due("first", start));
    EXPECT_TRUE(sampling.is_due("one more", start));
    EXPECT_TRUE(sampling.is_due("first", start)) << "all begin anew";
}

} // namespace dragoman::gateway
