#include "json/document.h"
#include "json/escape.h"
#include "tokens/encoder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace dragoman::tokens {
namespace {

// Read by our own parser, because nlohmann refuses lone surrogates.
struct Expectation {
    std::string name;
    std::string escaped;
    std::size_t times = 1;
    std::size_t count = 0;
    std::optional<std::vector<Rank>> tokens;
};

std::vector<Expectation> corpus()
{
    std::ifstream file(std::string(TESTS_DIR) + "/tokens/o200k_corpus.jsonl");
    std::vector<Expectation> cases;
    json::Document document;
    for (std::string line; std::getline(file, line);) {
        const auto object = document.parse(line)->object();
        Expectation one;
        one.name = json::unescape(*object->find("name")->string());
        const bool repeats = object->find("unit").has_value();
        one.escaped = object->find(repeats ? "unit" : "text")->string()->escaped;
        one.times = repeats ? static_cast<std::size_t>(*object->find("times")->integer()) : 1;
        one.count = static_cast<std::size_t>(*object->find("count")->integer());
        if (const auto tokens = object->find("tokens")) {
            one.tokens.emplace();
            const auto array = *tokens->array();
            for (const auto token : array)
                one.tokens->push_back(static_cast<Rank>(*token.integer()));
        }
        cases.push_back(std::move(one));
    }
    return cases;
}

std::string repeated(std::string_view unit, std::size_t times)
{
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
        text += unit;
    return text;
}

// C3
TEST(TokenEncoder, EqualsJsTiktokenOnTheCorpus)
{
    const auto cases = corpus();
    ASSERT_GT(cases.size(), 200U);
    for (const auto& one : cases) {
        const auto escaped = repeated(one.escaped, one.times);
        const auto text = json::unescape({ escaped });
        EXPECT_EQ(count(text), one.count) << one.name;
        EXPECT_EQ(count(json::RawString { escaped }), one.count) << one.name;
        const auto tokens = encode(text);
        EXPECT_EQ(tokens.size(), one.count) << one.name;
        if (one.tokens) {
            EXPECT_EQ(tokens, *one.tokens) << one.name;
        }
    }
}

TEST(TokenEncoder, WhatWasCountedBeforeChangesNothing)
{
    Counter counter;
    for (int round = 0; round < 2; ++round)
        for (const auto& one : corpus()) {
            const auto escaped = repeated(one.escaped, one.times);
            EXPECT_EQ(counter.count(json::RawString { escaped }), one.count) << one.name;
        }
}

TEST(TokenEncoder, TokensTogetherAreTheText)
{
    const auto tokens = Vocabulary::o200k().tokens();
    for (const auto& one : corpus()) {
        const auto text = json::unescape({ one.escaped });
        std::string joined;
        for (const Rank token : encode(text))
            joined += tokens.at(token);
        EXPECT_EQ(joined, text) << one.name;
    }
}

TEST(TokenEncoder, EveryByteIsATokenOfItsOwn)
{
    for (int byte = 0; byte < 256; ++byte)
        EXPECT_EQ(count(std::string(1, static_cast<char>(byte))), 1U) << byte;
}

TEST(TokenEncoder, BytesThatAreNotUtf8AreCountedAndNeverLost)
{
    const std::string bad("ab\xff\xc0\xaf\xe2\x82 \xf0\x9f\x98 c\x80\xf5\x90\x80\x80");
    std::string joined;
    const auto tokens = Vocabulary::o200k().tokens();
    for (const Rank token : encode(bad))
        joined += tokens.at(token);
    EXPECT_EQ(joined, bad);
}

TEST(TokenEncoder, HalfASurrogatePairCountsAsTheReplacementCharacter)
{
    EXPECT_EQ(count(json::RawString { R"(a\ud83d b)" }), count("a\xef\xbf\xbd b"));
}

TEST(Vocabulary, EveryTokenIsFoundAndNothingElse)
{
    const auto& vocabulary = Vocabulary::o200k();
    const auto tokens = vocabulary.tokens();
    const std::set<std::string_view> known(tokens.begin(), tokens.end());
    ASSERT_EQ(tokens.size(), 199998U);
    ASSERT_EQ(known.size(), tokens.size());
    for (Rank rank = 0; rank < tokens.size(); ++rank) {
        ASSERT_EQ(vocabulary.rank(tokens[rank]), rank);
        auto other = std::string(tokens[rank]);
        other[rank % other.size()] ^= 1;
        ASSERT_EQ(vocabulary.rank(other) != no_rank, known.contains(other)) << other;
        other.pop_back();
        ASSERT_EQ(vocabulary.rank(other) != no_rank, known.contains(other)) << other;
    }
}

TEST(Vocabulary, TwoBytesAreFoundAsAnyOtherToken)
{
    const auto& vocabulary = Vocabulary::o200k();
    for (std::size_t pair = 0; pair < image::byte_pairs; ++pair) {
        const std::string text { static_cast<char>(pair >> 8), static_cast<char>(pair) };
        ASSERT_EQ(vocabulary.rank(text[0], text[1]), vocabulary.rank(text)) << pair;
    }
}

TEST(BytePairs, ScanningAndHeapAgree)
{
    const auto& vocabulary = Vocabulary::o200k();
    BytePairs scan(vocabulary);
    BytePairs heap(vocabulary);
    std::uint32_t state = 1;
    for (int round = 0; round < 300; ++round) {
        std::string piece;
        const std::size_t letters = 2 + static_cast<std::size_t>(round % 9);
        for (int i = 0; i <= round; ++i) {
            state = state * 1664525U + 1013904223U;
            piece += "aesti\xc3\xa9 nr"[(state >> 16) % letters];
        }
        EXPECT_EQ(scan.merge_by_scan(piece), heap.merge_by_heap(piece)) << piece;
    }
}

// What is quadratic would take hours here, so that even a generous bound is not met by accident.
TEST(TokenEncoder, AMegabyteOfAnythingIsCountedInTime)
{
    for (const std::string_view unit : { "a", "\n", "ab\xcc\x81", "The quick brown fox. " }) {
        const auto text = repeated(unit, (std::size_t { 1 } << 20) / unit.size());
        const auto start = std::chrono::steady_clock::now();
        const auto tokens = count(text);
        const auto taken = std::chrono::steady_clock::now() - start;
        EXPECT_GT(tokens, text.size() / 130) << unit;
        EXPECT_LE(tokens, text.size()) << unit;
        EXPECT_LT(taken, std::chrono::seconds(30)) << unit;
    }
}

TEST(TokenEncoder, CanBeFirstUsedByManyThreadsAtOnce)
{
    std::vector<std::size_t> counts(4);
    std::vector<std::thread> threads;
    for (auto& result : counts)
        threads.emplace_back([&result] { result = count("hello, world"); });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(counts, std::vector<std::size_t>(4, 3));
}

} // namespace
} // namespace dragoman::tokens
