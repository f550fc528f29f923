#include "anthropic/decode_request.h"
#include "tokens/count_memory.h"
#include "tokens/request_count.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <thread>
#include <vector>

namespace dragoman::tokens {
namespace {

using Kind = CountMemory::Kind;

TEST(CountMemory, KnowsWhatItWasTold)
{
    CountMemory memory;
    const auto request = memory.begin_request();
    const auto part = memory.part(Kind::string, "one two three");
    EXPECT_EQ(memory.find(part, request), std::nullopt);
    memory.remember(part, 3, request);
    EXPECT_EQ(memory.find(part, request), 3U);
    EXPECT_EQ(memory.find(memory.part(Kind::string, "one two four"), request), std::nullopt);
}

TEST(CountMemory, TellsTextFromJsonOfTheSameBytes)
{
    CountMemory memory;
    const auto request = memory.begin_request();
    memory.remember(memory.part(Kind::string, R"(a\nb)"), 3, request);
    EXPECT_EQ(memory.find(memory.part(Kind::json, R"(a\nb)"), request), std::nullopt);
    EXPECT_EQ(memory.find(memory.part(Kind::pdf, R"(a\nb)"), request), std::nullopt);
}

TEST(CountMemory, WhatWasUsedLongestAgoGivesWay)
{
    CountMemory memory(8); // one bucket
    std::vector<CountMemory::Part> parts;
    for (int i = 0; i < 8; ++i) {
        parts.push_back(memory.part(Kind::string, std::to_string(i)));
        memory.remember(parts.back(), static_cast<std::uint32_t>(i), memory.begin_request());
    }
    EXPECT_EQ(memory.find(parts[0], memory.begin_request()), 0U);
    memory.remember(memory.part(Kind::string, "new"), 77, memory.begin_request());
    EXPECT_EQ(memory.find(parts[1], memory.begin_request()), std::nullopt);
    for (const std::size_t i : { 0U, 2U, 3U, 4U, 5U, 6U, 7U })
        EXPECT_EQ(memory.find(parts[i], memory.begin_request()), i);
}

TEST(CountMemory, HoldsAsManyPartsAsItIsMeantTo)
{
    CountMemory memory(4096);
    const auto request = memory.begin_request();
    std::size_t known = 0;
    for (std::uint32_t i = 0; i < 1024; ++i)
        memory.remember(memory.part(Kind::json, std::to_string(i)), i, request);
    for (std::uint32_t i = 0; i < 1024; ++i) {
        const auto found = memory.find(memory.part(Kind::json, std::to_string(i)), request);
        known += found == i ? 1 : 0;
    }
    EXPECT_GT(known, 1000U); // a quarter full: hardly any bucket overflows
}

// Conversations that share much of what they say, as those of one person do.
class Conversations {
public:
    explicit Conversations(unsigned seed)
        : random_(seed)
    {
    }

    // A new one, or an old one with a message more, fewer, or changed in the middle.
    std::string next()
    {
        if (messages_.empty() || chance(20)) {
            messages_.clear();
            for (std::size_t i = 0; i < 2 + below(12); ++i)
                messages_.push_back(message());
        }
        if (chance(60))
            messages_.push_back(message());
        if (chance(30))
            messages_[below(messages_.size())] = message();
        if (messages_.size() > 2 && chance(10))
            messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(below(messages_.size())));
        std::string body = R"({"model":"m","system":[{"type":"text","text":")" + text() + R"("}],"tools":[)"
            + tool(0) + "," + tool(1 + below(4)) + R"(],"messages":[)";
        for (const auto& one : messages_)
            body += (body.back() == '[' ? "" : ",") + one;
        return body + "]}";
    }

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    bool chance(std::size_t percent) { return below(100) < percent; }

    std::string text()
    {
        static const std::vector<std::string> words { "the", " file", " reads", R"(\n)", R"(\t\"x\")",
            " na\u00efve", R"(\u00e9\ud83d\ude00)", "    ", " 12345", " {};", R"(\\path)", " HTTPServer",
            R"(\ud83d)" };
        std::string out;
        for (std::size_t i = below(40); i > 0; --i)
            out += words[below(words.size())];
        return out;
    }
    static std::string tool(std::size_t number)
    {
        return R"({"name":"Tool)" + std::to_string(number) + R"(","description":"Does the thing number )"
            + std::to_string(number)
            + R"(","input_schema":{"type":"object","properties":{"a":{"type":"string"}}}})";
    }
    std::string message()
    {
        const auto id = std::to_string(++calls_);
        switch (below(5)) {
        case 0:
            return R"({"role":"user","content":")" + text() + R"("})";
        case 1:
            return R"({"role":"assistant","content":[{"type":"thinking","thinking":")" + text()
                + R"(","signature":"c2ln"},{"type":"tool_use","id":"t)" + id
                + R"(","name":"Tool1","input":{"path":")" + text() + R"("}}]})";
        case 2:
            return R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t)" + id
                + R"(","content":")" + text() + R"("},{"type":"novelty","payload":")" + text() + R"("}]})";
        case 3:
            return R"({"role":"user","content":[{"type":"document","title":")" + text()
                + R"(","source":{"type":"base64","media_type":"application/pdf","data":)"
                  R"("JVBERi0xLjQKPDwvVHlwZS9QYWdlPj4KPDwvVHlwZS9QYWdlPj4K"}}]})";
        default:
            return R"({"role":"assistant","content":[{"type":"text","text":")" + text() + R"("}]})";
        }
    }

    std::mt19937 random_;
    std::vector<std::string> messages_;
    int calls_ = 0;
};

// The number of counts that differ from those without a memory.
int wrong_counts(CountMemory& memory, unsigned seed, int rounds)
{
    Conversations conversations(seed);
    json::Document document;
    int wrong = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto body = conversations.next();
        const auto request = anthropic::decode_request(document, body);
        if (!request)
            return rounds;
        const auto expected = count_request(*request);
        const auto counted = count_request(*request, {}, memory);
        const auto short_one = count_if_short(*request, {}, memory, 64);
        wrong += counted.system != expected.system || counted.tools != expected.tools
            || counted.messages != expected.messages;
        wrong += short_one && short_one->total() != expected.total();
    }
    return wrong;
}

TEST(CountMemory, CountsAreAsWithoutIt)
{
    CountMemory memory;
    EXPECT_EQ(wrong_counts(memory, 1, 600), 0);
}

TEST(CountMemory, CountsAreAsWithoutItWhenItIsFarTooSmall)
{
    CountMemory memory(16);
    EXPECT_EQ(wrong_counts(memory, 2, 300), 0);
}

TEST(CountMemory, CountsAreAsWithoutItWhenManyThreadsShareIt)
{
    CountMemory memory(64); // so that they overwrite each other's parts all the time
    std::vector<int> wrong(4, -1);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < wrong.size(); ++i)
        threads.emplace_back(
            [&memory, &result = wrong[i], i] { result = wrong_counts(memory, 3 + i / 2, 300); });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(CountMemory, AShortCountGivesUpUntilThePartsAreKnown)
{
    const std::string body = R"({"model":"m","messages":[{"role":"user","content":")" + std::string(2000, 'x')
        + R"("},{"role":"user","content":"and a little more of it"}]})";
    json::Document document;
    const auto request = anthropic::decode_request(document, body);
    ASSERT_TRUE(request);
    CountMemory memory;
    EXPECT_FALSE(count_if_short(*request, {}, memory, 1000));
    EXPECT_FALSE(count_if_short(*request, {}, memory, 1000));
    const auto expected = count_request(*request, {}, memory).total();
    const auto counted = count_if_short(*request, {}, memory, 1000);
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->total(), expected);
}

} // namespace
} // namespace dragoman::tokens
