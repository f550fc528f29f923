#include "route/learned_facts.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <thread>

namespace dragoman::route {

namespace {

using namespace std::chrono_literals;

const WallClock::time_point now { std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) };

LearnedFacts refusing(std::string parameter)
{
    LearnedFacts facts;
    facts.refused_parameters.insert(std::move(parameter));
    return facts;
}

LearnedFacts everything()
{
    LearnedFacts facts { .refused_parameters = { "temperature", "top_p" },
        .context_length = 131072,
        .max_output = 8192,
        .no_images = true,
        .no_forced_tool = true,
        .no_system_later = true,
        .no_strict = true,
        .simple_schemas = true,
        .no_cache_control = true,
        .no_foreign_thinking = true,
        .needs_reasoning_content = true,
        .wants_max_completion_tokens = true };
    return facts;
}

} // namespace

TEST(LearnedFacts, AddUpAndOnlyTighten)
{
    LearnedFacts known = refusing("temperature");
    known.max_output = 8192;
    LearnedFacts added = refusing("top_p");
    added.max_output = 16384;
    added.no_images = true;
    const LearnedFacts both = merged(known, added);
    EXPECT_EQ(both.refused_parameters, (std::set<std::string> { "temperature", "top_p" }));
    EXPECT_EQ(both.max_output, 8192U);
    EXPECT_TRUE(both.no_images);
    EXPECT_EQ(merged(both, {}), both);
    EXPECT_EQ(merged({}, both), both);
    EXPECT_EQ(merged(both, both), both);
}

TEST(LearnedFacts, BelieveTheNewerOfTwoNames)
{
    LearnedFacts one;
    one.wants_max_tokens = true;
    LearnedFacts other;
    other.wants_max_completion_tokens = true;
    EXPECT_EQ(merged(one, other), other);
    EXPECT_EQ(merged(other, one), one);
}

TEST(LearnedFacts, KeepOnlySoManyParameters)
{
    LearnedFacts facts;
    for (int i = 0; i < 200; ++i)
        facts = merged(facts, refusing("parameter_" + std::to_string(i)));
    EXPECT_EQ(facts.refused_parameters.size(), 64U);
    EXPECT_TRUE(merged({}, refusing(std::string(1000, 'x'))).empty());
}

TEST(LearnedFacts, AreSaidInWords)
{
    EXPECT_THAT(descriptions(everything()),
        ::testing::IsSupersetOf({ "refuses temperature and top_p", "a window of 131072 tokens",
            "at most 8192 tokens of output", "no pictures" }));
    EXPECT_TRUE(descriptions({}).empty());
}

TEST(LearnedMemory, KnowsUpstreamsAndModelsApart)
{
    LearnedMemory memory;
    EXPECT_TRUE(memory.learn("groq", "llama", refusing("top_p"), now));
    EXPECT_FALSE(memory.learn("groq", "llama", refusing("top_p"), now)) << "nothing new";
    EXPECT_FALSE(memory.learn("groq", "qwen", {}, now)) << "nothing at all";
    EXPECT_EQ(memory.find("groq", "llama"), refusing("top_p"));
    EXPECT_TRUE(memory.find("groq", "qwen").empty());
    EXPECT_TRUE(memory.find("openrouter", "llama").empty());
    EXPECT_EQ(memory.size(), 1U);
}

TEST(LearnedMemory, ForgetsWhatItIsToldTo)
{
    LearnedMemory memory;
    for (const char* upstream : { "a", "b" })
        for (const char* model : { "x", "y" })
            memory.learn(upstream, model, refusing("top_p"), now);
    EXPECT_EQ(memory.clear("a", "x"), 1U);
    EXPECT_EQ(memory.clear("b"), 2U);
    EXPECT_EQ(memory.find("a", "y"), refusing("top_p"));
    EXPECT_EQ(memory.clear(), 1U);
    EXPECT_EQ(memory.size(), 0U);
}

TEST(LearnedMemory, MakesRoomWithWhatWasLearnedLongestAgo)
{
    LearnedMemory memory(3);
    memory.learn("a", "middle", refusing("x"), now + 2s);
    memory.learn("a", "oldest", refusing("x"), now + 1s);
    memory.learn("a", "newest", refusing("x"), now + 3s);
    memory.learn("a", "another", refusing("x"), now + 4s);
    EXPECT_EQ(memory.size(), 3U);
    EXPECT_TRUE(memory.find("a", "oldest").empty());
    EXPECT_FALSE(memory.find("a", "middle").empty());
}

TEST(LearnedMemory, SurvivesInItsTextForm)
{
    LearnedMemory memory;
    memory.learn("b", "model \"quoted\"", everything(), now);
    memory.learn("a", "x", refusing("top_p"), now);
    const std::string text = memory.to_json();
    LearnedMemory read;
    ASSERT_TRUE(read.add_json(text));
    EXPECT_EQ(read.find("b", "model \"quoted\""), everything());
    EXPECT_EQ(read.to_json(), text);
    EXPECT_EQ(LearnedMemory().to_json(), R"({"version":1,"models":[]})");
}

TEST(LearnedMemory, AddsAFileToWhatItKnows)
{
    LearnedMemory memory;
    memory.learn("a", "x", refusing("top_p"), now);
    ASSERT_TRUE(memory.add_json(
        R"({"version":1,"models":[{"upstream":"a","model":"x","max_output":4096,"of_the_future":[1]},{"model":"y"},7]})"));
    EXPECT_EQ(memory.find("a", "x").max_output, 4096U);
    EXPECT_EQ(memory.find("a", "x").refused_parameters.size(), 1U);
    EXPECT_EQ(memory.size(), 1U);
}

TEST(LearnedMemory, RefusesWhatIsNoSuchFile)
{
    LearnedMemory memory;
    for (std::string_view text : { "", "{}", "[]", R"({"version":2,"models":[]})", R"({"version":1})",
             R"({"version":1,"models":[{"upstream":"a")" })
        EXPECT_FALSE(memory.add_json(text)) << text;
    EXPECT_EQ(memory.size(), 0U);
}

TEST(LearnedMemory, IsUsedByManyThreadsAtOnce)
{
    LearnedMemory memory(64);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&memory, t] {
            for (int i = 0; i < 200; ++i) {
                memory.learn("a", std::to_string(i % 32), refusing("p" + std::to_string(t)), now);
                (void)memory.find("a", std::to_string(i % 32));
                if (i % 50 == 0)
                    (void)memory.to_json();
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(memory.size(), 32U);
    for (int i = 0; i < 32; ++i)
        EXPECT_EQ(memory.find("a", std::to_string(i)).refused_parameters.size(), 4U);
}

TEST(LearnedMemory, SaysWithoutLookingThatNothingIsKnown)
{
    LearnedMemory memory;
    EXPECT_TRUE(memory.empty());
    memory.learn("home", "a", refusing("temperature"), now);
    EXPECT_FALSE(memory.empty());
    memory.clear();
    EXPECT_TRUE(memory.empty());
    EXPECT_FALSE(memory.has_news()) << "nothing to be written";
}

TEST(LearnedMemory, ListsWhatIsKnownInOrder)
{
    LearnedMemory memory;
    memory.learn("home", "b", refusing("top_p"), now);
    memory.learn("home", "a", refusing("temperature"), now);
    memory.learn("away", "a", refusing("stop"), now);
    const auto all = memory.known();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].upstream + "/" + all[0].model, "away/a");
    EXPECT_EQ(all[2].upstream + "/" + all[2].model, "home/b");
    ASSERT_EQ(memory.known("home", "a").size(), 1U);
    EXPECT_EQ(memory.known("home", "a").front().facts, refusing("temperature"));
    EXPECT_TRUE(memory.known("home", "c").empty());
}

TEST(LearnedMemory, FollowsAFileAndAddsItsOwnNews)
{
    LearnedMemory other;
    other.learn("home", "a", refusing("temperature"), now);
    LearnedMemory memory;
    memory.learn("home", "b", refusing("top_p"), now);
    EXPECT_TRUE(memory.has_news());
    const auto added = memory.follow(other.to_json());
    ASSERT_TRUE(added) << added.error().message;
    EXPECT_TRUE(*added);
    EXPECT_EQ(memory.find("home", "a"), refusing("temperature"));
    EXPECT_EQ(memory.find("home", "b"), refusing("top_p"));
    EXPECT_FALSE(memory.has_news());

    const auto again = memory.follow(memory.to_json());
    ASSERT_TRUE(again);
    EXPECT_FALSE(*again) << "the file holds it already";
    ASSERT_TRUE(memory.follow({}));
    EXPECT_TRUE(memory.empty()) << "somebody has cleared the file";
}

TEST(LearnedMemory, KeepsWhatItKnowsWhereTheFileIsBroken)
{
    LearnedMemory memory;
    memory.learn("home", "a", refusing("temperature"), now);
    EXPECT_FALSE(memory.follow("{\"version\":"));
    EXPECT_FALSE(memory.follow(R"({"version":2,"models":[]})"));
    EXPECT_EQ(memory.find("home", "a"), refusing("temperature"));
    EXPECT_TRUE(memory.has_news());
    EXPECT_TRUE(memory.take_news());
    EXPECT_FALSE(memory.take_news());
    EXPECT_EQ(memory.find("home", "a"), refusing("temperature"));
}

} // namespace dragoman::route
