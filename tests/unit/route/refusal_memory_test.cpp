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

RefusalMemory::Sent sent(std::string_view account, std::string_view body)
{
    return { .url = "https://upstream", .account = account, .body = body };
}

} // namespace

TEST(RefusalMemory, GivesTheSameRefusalForTheSameBytesForTenSeconds)
{
    RefusalMemory memory;
    const RefusalMemory::Sent key = sent("openrouter", "{}");
    memory.remember(key, refusal(400, "no"), start);
    ASSERT_TRUE(memory.find(key, start + 9999ms));
    EXPECT_EQ(memory.find(key, start + 9999ms)->message, "no");
    EXPECT_FALSE(memory.find(key, start + 10s));
    memory.remember(key, refusal(400, "again"), start + 30s);
    EXPECT_EQ(memory.size(), 1U) << "what has expired makes room";
}

TEST(RefusalMemory, KnowsTargetsAndBodiesApart)
{
    RefusalMemory memory;
    memory.remember(sent("a", "bc"), refusal(400, "no"), start);
    EXPECT_FALSE(memory.find(sent("ab", "c"), start));
    EXPECT_FALSE(memory.find(sent("a", "bd"), start));
    EXPECT_TRUE(memory.find(sent("a", "bc"), start));
    EXPECT_FALSE(memory.find({ .url = "https://other", .account = "a", .body = "bc" }, start));
}

TEST(RefusalMemory, RemembersBodiesOfEveryLength)
{
    RefusalMemory memory;
    for (std::size_t length : { 0, 1, 1023, 1024, 1025, 300000 }) {
        const std::string body(length, 'x');
        EXPECT_FALSE(memory.find(sent("t", body), start)) << length;
        memory.remember(sent("t", body), refusal(400, "no"), start);
        EXPECT_TRUE(memory.find(sent("t", body), start)) << length;
        EXPECT_TRUE(memory.may_know(length, start)) << length;
        EXPECT_FALSE(memory.may_know(length, start + 10s)) << length;
    }
}

TEST(RefusalMemory, KeepsOnlyRefusalsOfTheRequestItself)
{
    RefusalMemory memory;
    for (int status : { 401, 403, 404, 408, 413, 429, 500, 502, 0 }) {
        const std::string body = std::to_string(status);
        const RefusalMemory::Sent key = sent("t", body);
        memory.remember(key, refusal(status, "no"), start);
        EXPECT_FALSE(memory.find(key, start)) << status;
    }
    Error not_found = refusal(400, "no such model");
    not_found.kind = Error::Kind::not_found;
    memory.remember(sent("t", "m"), not_found, start);
    EXPECT_FALSE(memory.find(sent("t", "m"), start));
    memory.remember(sent("t", "422"), refusal(422, "no"), start);
    EXPECT_TRUE(memory.find(sent("t", "422"), start));
}

TEST(RefusalMemory, LastsFromTheLatestRefusal)
{
    RefusalMemory memory;
    const RefusalMemory::Sent key = sent("t", "b");
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
        memory.remember(sent("t", std::to_string(i)), refusal(400, "no"), start + i * 1us);
    EXPECT_LE(memory.size(), 80U);
    EXPECT_GE(memory.size(), 40U);
    EXPECT_TRUE(memory.find(sent("t", "9999"), start + 1s)) << "the newest stays";
}

TEST(RefusalMemory, ServesManyThreads)
{
    RefusalMemory memory;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&memory, t] {
            for (int i = 0; i < 500; ++i) {
                const std::string body = std::to_string((i * 7 + t) % 100);
                const RefusalMemory::Sent key = sent("t", body);
                memory.remember(key, refusal(400, "no"), start);
                EXPECT_TRUE(memory.find(key, start));
            }
        });
    threads.clear();
    EXPECT_EQ(memory.size(), 100U);
}

} // namespace dragoman::route
