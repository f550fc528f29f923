#include "base/id_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace dragoman {
namespace {

bool is_base62(std::string_view text)
{
    return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80 && std::isalnum(c) != 0; });
}

TEST(RandomIds, GivesAsManyDigitsAndLettersAsAskedFor)
{
    RandomIds ids;
    for (std::size_t characters : { 0U, 1U, 24U, 43U, 1000U }) { // more than is fetched at once, too
        const std::string id = ids.next(characters);
        EXPECT_EQ(id.size(), characters);
        EXPECT_TRUE(is_base62(id)) << id;
    }
    EXPECT_TRUE(ids.with_prefix("req_").starts_with("req_"));
    EXPECT_EQ(ids.with_prefix("req_").size(), 28U);
}

TEST(RandomIds, NeverGivesTheSameTwiceWhoeverAsks)
{
    RandomIds one, other;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(seen.insert(one.next(24)).second);
        EXPECT_TRUE(seen.insert(other.next(24)).second);
    }
}

TEST(RandomIds, UsesEveryDigitAndLetter)
{
    RandomIds ids;
    const std::string many = ids.next(20000);
    const std::set<char> used(many.begin(), many.end());
    EXPECT_EQ(used.size(), 62U);
}

} // namespace
} // namespace dragoman
