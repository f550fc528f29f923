#include "json/key.h"

#include <gtest/gtest.h>

#include <array>

namespace dragoman::json {

TEST(JsonKey, IsWhatKeyIsSays)
{
    constexpr std::array<std::string_view, 5> names { "", "type", "typ", "types", "text" };
    for (const std::string_view written : { "", "type", "typ", "types", "Type", "t\\u0079pe", "typ\\u0065",
             "\\u0074ext", "type\\", "t\\ype", "\\" })
        for (const std::string_view name : names)
            EXPECT_EQ(Key({ written }).is(name), key_is({ written }, name)) << written << ' ' << name;
}

TEST(JsonKey, IsOneOfSeveral)
{
    constexpr std::array<std::string_view, 2> names { "type", "text" };
    EXPECT_TRUE(Key({ "text" }).is_one_of(names));
    EXPECT_TRUE(Key({ "t\\u0065xt" }).is_one_of(names));
    EXPECT_FALSE(Key({ "name" }).is_one_of(names));
}

} // namespace dragoman::json
