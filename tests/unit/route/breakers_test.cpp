#include "route/breakers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

namespace dragoman::route {
namespace {

using namespace std::chrono_literals;
using Leave = Breakers::Leave;
using State = Breakers::State;

constexpr TimePoint start {};
const Breakers::Policy policy { .failures = 3, .rest = 30s };

void fail(Breakers& breakers, int times, TimePoint now = start)
{
    for (int i = 0; i < times; ++i)
        breakers.failed("home/qwen", policy, now);
}

TEST(Breakers, RestAfterSoManyFailuresInARow)
{
    Breakers breakers;
    fail(breakers, 2);
    EXPECT_EQ(breakers.ask("home/qwen", start), Leave::go);
    breakers.succeeded("home/qwen");
    fail(breakers, 2);
    EXPECT_EQ(breakers.ask("home/qwen", start), Leave::go) << "a success in between begins anew";
    fail(breakers, 1);
    EXPECT_EQ(breakers.ask("home/qwen", start), Leave::rests);
    EXPECT_EQ(breakers.ask("home/other", start), Leave::go);
    EXPECT_EQ(breakers.state("home/qwen", start), State::open);
}

TEST(Breakers, LetOneRequestTryAfterwards)
{
    Breakers breakers;
    fail(breakers, 3);
    EXPECT_EQ(breakers.ask("home/qwen", start + 29s), Leave::rests);
    EXPECT_EQ(breakers.state("home/qwen", start + 30s), State::half_open);
    EXPECT_EQ(breakers.ask("home/qwen", start + 30s), Leave::probe);
    EXPECT_EQ(breakers.ask("home/qwen", start + 30s), Leave::rests) << "one at a time";
    breakers.failed("home/qwen", policy, start + 31s, true);
    EXPECT_EQ(breakers.ask("home/qwen", start + 60s), Leave::rests);
    EXPECT_EQ(breakers.ask("home/qwen", start + 61s), Leave::probe);
    breakers.succeeded("home/qwen");
    EXPECT_EQ(breakers.ask("home/qwen", start + 61s), Leave::go);
    EXPECT_TRUE(breakers.report(start).empty());
}

TEST(Breakers, RestALittleLongerByChance)
{
    static double drawn = 0;
    Breakers breakers([] { return drawn; });
    for (const auto& [chance, rest] : { std::pair<double, std::chrono::milliseconds> { 0.0, 30s },
             { 0.5, 31s + 500ms }, { 0.75, 32s + 250ms } }) {
        drawn = chance;
        breakers.succeeded("home/qwen");
        fail(breakers, 3);
        EXPECT_EQ(breakers.rest_left("home/qwen", start), rest) << chance;
        EXPECT_EQ(breakers.ask("home/qwen", start + rest - 1ms), Leave::rests) << chance;
        EXPECT_EQ(breakers.ask("home/qwen", start + rest), Leave::probe) << chance;
    }
    EXPECT_EQ(breakers.rest_left("home/qwen", start + 1h), 0s);
    EXPECT_EQ(breakers.rest_left("home/other", start), 0s);
}

TEST(Breakers, AClientThatLeavesSaysNothingAboutTheTarget)
{
    Breakers breakers;
    fail(breakers, 3);
    ASSERT_EQ(breakers.ask("home/qwen", start + 30s), Leave::probe);
    breakers.let_go("home/qwen");
    EXPECT_EQ(breakers.ask("home/qwen", start + 30s), Leave::probe);
}

TEST(Breakers, WhatOthersBeganBeforeNeitherEndsAProbeNorProlongsTheRest)
{
    Breakers breakers;
    fail(breakers, 3);
    fail(breakers, 1, start + 20s);
    ASSERT_EQ(breakers.ask("home/qwen", start + 30s), Leave::probe);
    fail(breakers, 1, start + 30s);
    EXPECT_EQ(breakers.ask("home/qwen", start + 30s), Leave::rests) << "the probe is still on its way";
    breakers.succeeded("home/qwen");
    EXPECT_EQ(breakers.ask("home/qwen", start + 30s), Leave::go);
}

TEST(Breakers, NobodyWaitsForTheEndOfTheProbesAnswer)
{
    Breakers breakers;
    fail(breakers, 3);
    ASSERT_EQ(breakers.ask("home/qwen", start + 30s), Leave::probe);
    breakers.answers("home/qwen");
    EXPECT_EQ(breakers.ask("home/qwen", start + 30s), Leave::go);
    EXPECT_EQ(breakers.state("home/qwen", start + 30s), State::closed);
    fail(breakers, 1, start + 31s);
    EXPECT_EQ(breakers.ask("home/qwen", start + 31s), Leave::rests) << "but it is not forgotten yet";
}

TEST(Breakers, CanBeSwitchedOff)
{
    Breakers breakers;
    for (int i = 0; i < 100; ++i)
        breakers.failed("home/qwen", { .failures = 0, .rest = 30s }, start);
    EXPECT_EQ(breakers.ask("home/qwen", start), Leave::go);
}

TEST(Breakers, OnlyOneOfManyThreadsMayTry)
{
    Breakers breakers;
    fail(breakers, 3);
    std::atomic<int> probes = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 100; ++turn)
                probes += breakers.ask("home/qwen", start + 30s) == Leave::probe;
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(probes, 1);
}

} // namespace
} // namespace dragoman::route
