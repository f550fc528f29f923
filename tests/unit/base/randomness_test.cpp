#include "base/randomness.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dragoman {

TEST(Randomness, DrawsSharesOfTheWholeRange)
{
    double least = 1;
    double most = 0;
    for (int i = 0; i < 1000; ++i) {
        const double share = random_share();
        ASSERT_GE(share, 0);
        ASSERT_LT(share, 1);
        least = std::min(least, share);
        most = std::max(most, share);
    }
    EXPECT_LT(least, 0.1); // each of them one chance in 10^45 to be wrong
    EXPECT_GT(most, 0.9);
}

} // namespace dragoman
