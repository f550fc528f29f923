#include "cli/amounts.h"

#include <gtest/gtest.h>

namespace dragoman::cli {

TEST(Amounts, CountsAreExactWhileTheyAreSmall)
{
    EXPECT_EQ(count_text(0), "0");
    EXPECT_EQ(count_text(9'999), "9999");
    EXPECT_EQ(count_text(10'000), "10.0k");
    EXPECT_EQ(count_text(131'072), "131k");
    EXPECT_EQ(count_text(999'499), "999k");
    EXPECT_EQ(count_text(999'600), "1.00M");
    EXPECT_EQ(count_text(1'234'567), "1.23M");
    EXPECT_EQ(count_text(98'765'432'100), "98.8G");
    EXPECT_EQ(count_text(9'876'543'210'000), "9877G");
}

TEST(Amounts, DollarsShowWhatASmallAmountIs)
{
    EXPECT_EQ(dollars_text(0), "$0.00");
    EXPECT_EQ(dollars_text(0.0000001), "<$0.000001");
    EXPECT_EQ(dollars_text(0.000041), "$0.000041");
    EXPECT_EQ(dollars_text(0.00042), "$0.0004");
    EXPECT_EQ(dollars_text(0.0099), "$0.0099");
    EXPECT_EQ(dollars_text(0.00999), "$0.01");
    EXPECT_EQ(dollars_text(0.4167), "$0.42");
    EXPECT_EQ(dollars_text(99.99), "$99.99");
    EXPECT_EQ(dollars_text(1234.5), "$1234");
}

TEST(Amounts, TimesHaveTheUnitThatFits)
{
    EXPECT_EQ(milliseconds_text(0), "0 ms");
    EXPECT_EQ(milliseconds_text(999), "999 ms");
    EXPECT_EQ(milliseconds_text(1234), "1.23 s");
    EXPECT_EQ(milliseconds_text(61'000), "61.0 s");
    using std::chrono::seconds;
    EXPECT_EQ(duration_text(seconds(0)), "0 s");
    EXPECT_EQ(duration_text(seconds(59)), "59 s");
    EXPECT_EQ(duration_text(seconds(60)), "1 min");
    EXPECT_EQ(duration_text(seconds(125)), "2 min 5 s");
    EXPECT_EQ(duration_text(seconds(9065)), "2 h 31 min");
    EXPECT_EQ(duration_text(seconds(86400 + 59)), "1 d");
    EXPECT_EQ(duration_text(seconds(10 * 86400 + 3600)), "10 d 1 h");
    EXPECT_EQ(bytes_text(45 * 1024 * 1024), "45.0 MiB");
}

} // namespace dragoman::cli
