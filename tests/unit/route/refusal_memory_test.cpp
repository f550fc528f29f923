#include "route/refusal_memory.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace dragoman::route {

namespace {

using namespace std::chrono_literals;

Error refusal(int status, std::string message)
{
    Error error { .kind = Error::Kind::bad_request, .source = Error::Source::upstream };
    error.message = std::move(message);
    error.upstream_status = status;
    return error;
}

const TimePoint start {};

} // namespace

TEST(RefusalMemory, GivesTheSameRefusalForTheSameBytesForTenSeconds)
{
    RefusalMemory memory;
    const Sha256 key = RefusalMemory::key("openrouter", "{}");
    memory.remember(key, refusal(400, "no"), start);
    ASSERT_TRUE(memory.find(key, start + 9999ms));
    EXPECT_EQ(memory.find(key, start + 9999ms)->message, "no");
    EXPECT_FALSE(memory.find(key, start + 10s));
    EXPECT_EQ(memory.size(), 0U);
}

TEST(RefusalMemory, KnowsTargetsAndBodiesApart)
{
    RefusalMemory memory;
    memory.remember(RefusalMemory::key("a", "bc"), refusal(400, "no"), start);
    EXPECT_FALSE(memory.find(RefusalMemory::key("ab", "c"), start));
    EXPECT_FALSE(memory.find(RefusalMemory::key("a", "bd"), start));
    EXPECT_TRUE(memory.find(RefusalMemory::key("a", "bc"), start));
}

TEST(RefusalMemory, KeepsOnlyRefusalsOfTheRequestItself)
{
    RefusalMemory memory;
    for (int status : { 401, 403, 404, 408, 413, 429, 500, 502, 0 }) {
        const Sha256 key = RefusalMemory::key("t", std::to_string(status));
        memory.remember(key, refusal(status, "no"), start);
        EXPECT_FALSE(memory.find(key, start)) << status;
    }
    Error not_found = refusal(400, "no such model");
    not_found.kind = Error::Kind::not_found;
    memory.remember(RefusalMemory::key("t", "m"), not_found, start);
    EXPECT_FALSE(memory.find(RefusalMemory::key("t", "m"), start));
    memory.remember(RefusalMemory::key("t", "422"), refusal(422, "no"), start);
    EXPECT_TRUE(memory.find(RefusalMemory::key("t", "422"), start));
}

TEST(RefusalMemory, LastsFromTheLatestRefusal)
{
    RefusalMemory memory;
    const Sha256 key = RefusalMemory::key("t", "b");
    memory.remember(key, refusal(400, "first"), start);
    memory.remember(key, refusal(400, "second"), start + 8s);
    ASSERT_TRUE(memory.find(key, start + 12s));
    EXPECT_EQ(memory.find(key, start + 12s)->message, "second");
    EXPECT_FALSE(memory.find(key, start + 18s));
}

TEST(RefusalMemory, StaysBounded)
{
    RefusalMemory memory(10s, 64);
    for (int i = 0; i < 10000; ++i)
        memory.remember(RefusalMemory::key("t", std::to_string(i)), refusal(400, "no"), start + i * 1us);
    EXPECT_LE(memory.size(), 80U);
    EXPECT_GE(memory.size(), 40U);
    EXPECT_TRUE(memory.find(RefusalMemory::key("t", "9999"), start + 1s)) << "the newest stays";
}

TEST(RefusalMemory, ServesManyThreads)
{
    RefusalMemory memory;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&memory, t] {
            for (int i = 0; i < 500; ++i) {
                const Sha256 key = RefusalMemory::key("t", std::to_string((i * 7 + t) % 100));
                memory.remember(key, refusal(400, "no"), start);
                EXPECT_TRUE(memory.find(key, start));
            }
        });
    threads.clear();
    EXPECT_EQ(memory.size(), 100U);
}

} // namespace dragoman::route
