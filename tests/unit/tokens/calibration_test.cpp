#include "tokens/calibration.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace dragoman::tokens {
namespace {

// C4
TEST(Calibration, IsNearAfterOneAnswerAndFollowsSlowlyAfterwards)
{
    Calibration calibration;
    EXPECT_EQ(calibration.correct("z-ai/glm-4.6", 1000), 1000U);
    calibration.learn("z-ai/glm-4.6", 1000, 1300);
    EXPECT_EQ(calibration.correct("z-ai/glm-4.6", 1000), 1300U);
    for (int i = 0; i < 20; ++i)
        calibration.learn("z-ai/glm-4.6", 1000, 1300);
    calibration.learn("z-ai/glm-4.6", 1000, 2300); // one that is odd
    EXPECT_NEAR(calibration.ratio("z-ai/glm-4.6"), 1.45, 0.001);
    EXPECT_EQ(calibration.ratio("another/model"), 1.0);
}

TEST(Calibration, KnowsThatClaudeCountsMore)
{
    EXPECT_GT(Calibration().ratio("anthropic/claude-sonnet-4.5"), 1.0);
    EXPECT_EQ(Calibration().ratio("openai/gpt-5"), 1.0);
}

TEST(Calibration, StaysInsideItsBounds)
{
    Calibration calibration;
    for (int i = 0; i < 50; ++i) {
        calibration.learn("a/high", 1000, 9000);
        calibration.learn("a/low", 1000, 120);
    }
    EXPECT_DOUBLE_EQ(calibration.ratio("a/high"), Calibration::ratio_max);
    EXPECT_DOUBLE_EQ(calibration.ratio("a/low"), Calibration::ratio_min);
}

TEST(Calibration, IgnoresTinyAndAbsurdSamples)
{
    Calibration calibration;
    calibration.learn("a/b", 10, 20);
    calibration.learn("a/b", 1000, 0);
    calibration.learn("a/b", 1000, 50);
    calibration.learn("a/b", 100, 1000000);
    calibration.learn("", 1000, 1100);
    EXPECT_EQ(calibration.samples(), 0U);
    EXPECT_EQ(calibration.ratio("a/b"), 1.0);
    EXPECT_EQ(calibration.correct("a/b", 0), 1U); // C2: never less than one
}

TEST(Calibration, SharesWhatVariantsOfAModelTeach)
{
    Calibration calibration;
    calibration.learn("deepseek/deepseek-r1:free", 1000, 1100);
    EXPECT_DOUBLE_EQ(calibration.ratio("deepseek/deepseek-r1"), 1.1);
}

TEST(Calibration, IsTheSameAfterARestart)
{
    Calibration before;
    before.learn("a/b", 1000, 1100);
    before.learn("c/\"d\"", 1000, 900);
    const auto text = before.save();
    EXPECT_EQ(text,
        R"({"version":1,"models":{"a/b":{"ratio":1.1000,"samples":1},"c/\"d\"":{"ratio":0.9000,"samples":1}}})"
        "\n");
    Calibration after;
    ASSERT_TRUE(after.load(text));
    EXPECT_DOUBLE_EQ(after.ratio("a/b"), 1.1);
    EXPECT_DOUBLE_EQ(after.ratio("c/\"d\""), 0.9);
    EXPECT_EQ(after.save(), text);
}

TEST(Calibration, KeepsWhatItHasWhenAFileIsDamaged)
{
    Calibration calibration;
    calibration.learn("a/b", 1000, 1100);
    for (const auto* text :
        { "", "{", "[]", "{}", R"({"version":2,"models":{}})", R"({"version":1,"models":[]})" })
        EXPECT_FALSE(calibration.load(text)) << text;
    EXPECT_DOUBLE_EQ(calibration.ratio("a/b"), 1.1);
}

TEST(Calibration, SkipsEntriesThatMakeNoSense)
{
    Calibration calibration;
    ASSERT_TRUE(calibration.load(
        R"({"version":1,"models":{"a":1,"b":{"ratio":"x","samples":1},)"
        R"("c":{"ratio":99,"samples":3},"d":{"ratio":1.5},"e":{"ratio":1.5,"samples":-1}}})"));
    EXPECT_DOUBLE_EQ(calibration.ratio("c"), Calibration::ratio_max);
    EXPECT_EQ(calibration.ratio("a"), 1.0);
    EXPECT_EQ(calibration.ratio("d"), 1.0);
    EXPECT_EQ(calibration.ratio("e"), 1.0);
}

TEST(Calibration, ForgetsTheModelNotHeardOfForLongest)
{
    Calibration calibration;
    for (std::size_t i = 0; i < Calibration::models_max; ++i)
        calibration.learn("m/" + std::to_string(i), 1000, 1500);
    calibration.learn("m/0", 1000, 1500);
    calibration.learn("m/new", 1000, 1500);
    EXPECT_DOUBLE_EQ(calibration.ratio("m/0"), 1.5);
    EXPECT_DOUBLE_EQ(calibration.ratio("m/new"), 1.5);
    EXPECT_EQ(calibration.ratio("m/1"), 1.0);
}

TEST(Calibration, IsSharedByThreads)
{
    Calibration calibration;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&calibration, t] {
            for (int i = 0; i < 1000; ++i) {
                calibration.learn("m/" + std::to_string(i % 7), 1000, 1000 + static_cast<unsigned>(t));
                calibration.correct("m/1", 10);
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(calibration.samples(), 4000U);
}

} // namespace
} // namespace dragoman::tokens
