#include "base/recycled.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dragoman {

namespace {

constexpr std::size_t large = 2 * recycled::bytes_max;

} // namespace

TEST(Recycled, GivesTheSameMemoryAgainAndNothingOfWhatItHeld)
{
    recycled::forget<std::string>();
    auto first = recycled::take<std::string>(300);
    first.assign(300, 'x');
    const char* memory = first.data();
    recycled::give(first);
    EXPECT_EQ(first.capacity(), std::string().capacity());
    const auto second = recycled::take<std::string>(200);
    EXPECT_EQ(second, "");
    EXPECT_EQ(second.data() == memory, DRAGOMAN_RECYCLES == 1);
}

TEST(Recycled, CopiesATextIntoMemoryOfItsOwn)
{
    const std::string text(100, 'x');
    const std::string copy = recycled::copy(text);
    EXPECT_EQ(copy, text);
    EXPECT_NE(copy.data(), text.data());
}

TEST(Recycled, HasRoomForWhatIsAskedForAndNotManyTimesMore)
{
    recycled::forget<std::string>();
    {
        Recycled<std::string> roomy(8000);
        EXPECT_GE(roomy->capacity(), 8000u);
    }
    EXPECT_LT(recycled::take<std::string>(100).capacity(), 8000u);
    EXPECT_GE(recycled::take<std::string>(9000).capacity(), 9000u);
}

TEST(Recycled, GivesTheTightestThatIsLargeEnough)
{
    recycled::forget<std::string>();
    auto large = recycled::take<std::string>(900);
    auto small = recycled::take<std::string>(300);
    const char* memory = large.data();
    recycled::give(small);
    recycled::give(large);
    const auto first = recycled::take<std::string>(200);
    const auto second = recycled::take<std::string>(800);
    EXPECT_LT(first.capacity(), 900u);
    EXPECT_EQ(second.data() == memory, DRAGOMAN_RECYCLES == 1);
}

TEST(Recycled, GivesTheLastOfThoseThatFit)
{
    recycled::forget<std::string>();
    auto first = recycled::take<std::string>(300);
    auto last = recycled::take<std::string>(320);
    const char* memory = last.data();
    recycled::give(first);
    recycled::give(last);
    const auto again = recycled::take<std::string>(250);
    EXPECT_EQ(again.data() == memory, DRAGOMAN_RECYCLES == 1);
}

TEST(Recycled, KeepsOnesOfASingleElement)
{
    recycled::forget<std::vector<int>>();
    auto one = recycled::take<std::vector<int>>(1);
    one.push_back(1);
    const int* memory = one.data();
    recycled::give(one);
    EXPECT_EQ(recycled::take<std::vector<int>>(1).data() == memory, DRAGOMAN_RECYCLES == 1);
}

TEST(Recycled, KeepsFewAndSmallOnes)
{
    recycled::forget<std::vector<int>>();
    std::vector<std::vector<int>> many(2 * recycled::kept_max, std::vector<int>(100));
    for (auto& one : many)
        recycled::give(one);
    std::vector<int> huge(large);
    recycled::give(huge);
    EXPECT_EQ(huge.capacity(), 0u);
    EXPECT_LE(recycled::Kept<std::vector<int>>::here().containers.size(), recycled::kept_max);
    for (const auto& kept : recycled::Kept<std::vector<int>>::here().containers)
        EXPECT_LE(kept.capacity() * sizeof(int), recycled::bytes_max);
}

} // namespace dragoman
