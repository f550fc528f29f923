#include "base/limits.h"
#include "net/buffer_cache.h"
#include "net/exchange_io.h"

#include <gtest/gtest.h>

#include <string>

namespace dragoman::net {

namespace {

constexpr std::size_t size = 64 * limits::KiB;
constexpr std::size_t inside_a_string = 15; // kept without memory of its own

std::string buffer_of(std::size_t bytes)
{
    std::string buffer;
    buffer.reserve(bytes);
    return buffer;
}

} // namespace

TEST(BufferCache, GivesABufferOutAgain)
{
    BufferCache cache;
    std::string buffer = cache.take(size);
    const char* where = buffer.data();
    cache.give(std::move(buffer));
    EXPECT_EQ(cache.take(size).data(), where);
    EXPECT_NE(cache.take(size).data(), nullptr);
}

TEST(BufferCache, DropsWhatNobodyNeededForAWhile)
{
    BufferCache cache;
    std::string first = cache.take(size);
    std::string second = cache.take(size);
    cache.give(std::move(first));
    cache.give(std::move(second));
    cache.sweep();
    EXPECT_EQ(cache.bytes(), 2 * size) << "both were in use a moment ago";
    cache.give(cache.take(size));
    cache.sweep();
    EXPECT_EQ(cache.bytes(), size) << "one of them was enough";
    cache.sweep();
    EXPECT_EQ(cache.bytes(), 0u);
}

TEST(BufferCache, KeepsTheBuffersOfTheLargestBodies)
{
    BufferCache cache;
    std::string body = cache.take(limits::request_body);
    const char* where = body.data();
    cache.give(std::move(body));
    EXPECT_EQ(cache.take(limits::request_body).data(), where);
}

// A request of a few kilobytes may be held for minutes, until its answer begins.
TEST(BufferCache, GivesNoLargeBufferForALittle)
{
    BufferCache cache;
    cache.give(cache.take(16 * limits::MiB));
    EXPECT_LE(cache.take(size).capacity(), 2 * size);
    EXPECT_GE(cache.bytes(), 16 * limits::MiB);
}

// Thousands of streams would keep their requests otherwise.
TEST(BufferCache, LeavesNoMemoryWithARequestThatIsReleased)
{
    BufferCache cache;
    ClientRequest request(BodyLease {}, cache);
    for (std::size_t given = 0; given < 80 * limits::MiB; given += limits::MiB) { // more than the cache takes
        std::string body = buffer_of(limits::MiB);
        request.release(std::move(body));
        EXPECT_LE(body.capacity(), inside_a_string);
    }
    request.body = buffer_of(100);
    request.release_body();
    EXPECT_LE(request.body.capacity(), inside_a_string);
}

} // namespace dragoman::net
