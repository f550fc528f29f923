#include "base/spare_buffer.h"

#include <gtest/gtest.h>

namespace dragoman {
namespace {

constexpr std::size_t large = 64 * 1024;

TEST(SpareBuffer, IsUsedAgain)
{
    std::string first;
    borrow_spare(first);
    ASSERT_GE(first.capacity(), large);
    const char* memory = first.data();
    first = "bytes";
    first.clear();
    return_spare(first);
    EXPECT_LT(first.capacity(), large);

    std::string second;
    borrow_spare(second);
    EXPECT_EQ(second.data(), memory);
    EXPECT_TRUE(second.empty());
    return_spare(second);
}

TEST(SpareBuffer, WhatItStillHoldsMovesToMemoryOfItsSize)
{
    std::string buffer;
    borrow_spare(buffer);
    buffer.assign(100, 'x');
    return_spare(buffer);
    EXPECT_EQ(buffer, std::string(100, 'x'));
    EXPECT_LT(buffer.capacity(), 200U);
}

TEST(SpareBuffer, ABufferWithMemoryOfItsOwnKeepsItUntilItIsEmpty)
{
    std::string buffer(100, 'x');
    const char* memory = buffer.data();
    borrow_spare(buffer);
    EXPECT_EQ(buffer.data(), memory);
    return_spare(buffer);
    EXPECT_EQ(buffer.data(), memory);
    buffer.clear();
    return_spare(buffer);
    EXPECT_EQ(buffer.capacity(), std::string().capacity());
}

TEST(SpareBuffer, WhatIsThereStaysHoweverShort)
{
    std::string buffer = "HTTP/1.1 ";
    borrow_spare(buffer);
    EXPECT_EQ(buffer, "HTTP/1.1 ");
    return_spare(buffer);
    EXPECT_EQ(buffer, "HTTP/1.1 ");
}

TEST(SpareBuffer, WhatGrewVeryLargeIsNotKept)
{
    std::string buffer;
    borrow_spare(buffer);
    buffer.reserve(16 * large);
    return_spare(buffer);
    borrow_spare(buffer);
    EXPECT_LT(buffer.capacity(), 16 * large);
    return_spare(buffer);
}

} // namespace
} // namespace dragoman
