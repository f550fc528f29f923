#include "gateway/sessions.h"

#include <gtest/gtest.h>

namespace dragoman::gateway {

namespace {

RequestRecord answer(std::string client_model, std::string model, std::optional<std::int64_t> cost = 1000)
{
    return { .client_model = std::move(client_model),
        .upstream_model = std::move(model),
        .provider = "Groq",
        .status = 200,
        .upstream_status = 200,
        .input_tokens = 10,
        .cached_tokens = 5,
        .output_tokens = 2,
        .cost_usd_micros = cost };
}

} // namespace

TEST(Sessions, AddUpWhatOneSessionCost)
{
    Sessions sessions;
    sessions.note("a", answer("claude-opus-4-8", "openai/gpt-5.5"), 400'000);
    sessions.note("a", answer("claude-haiku-4-5", "openai/gpt-oss-20b", std::nullopt), std::nullopt);
    sessions.note("b", answer("claude-opus-4-8", "z-ai/glm-4.6", std::nullopt), std::nullopt);
    const auto a = sessions.find("a");
    ASSERT_TRUE(a);
    EXPECT_EQ(a->requests, 2);
    EXPECT_EQ(a->input_tokens, 20);
    EXPECT_EQ(a->cached_tokens, 10);
    EXPECT_EQ(a->output_tokens, 4);
    EXPECT_EQ(a->cost_usd_micros, 1000);
    ASSERT_EQ(a->answering.size(), 2);
    EXPECT_EQ(a->answering[0].model, "openai/gpt-oss-20b");
    EXPECT_EQ(a->answering[1].client_model, "claude-opus-4-8");
    EXPECT_EQ(a->answering[1].provider, "Groq");
    EXPECT_EQ(a->answering[1].context_window, 400'000);
    EXPECT_EQ(sessions.find("b")->cost_usd_micros, std::nullopt);
    EXPECT_FALSE(sessions.find("c"));
}

TEST(Sessions, NameOnlyThoseWhoAnswered)
{
    Sessions sessions;
    auto failed = answer("claude-opus-4-8", "made/up");
    failed.outcome = RequestRecord::Outcome::upstream_error;
    sessions.note("a", failed, std::nullopt);
    auto huge = answer(std::string(Sessions::name_max + 1, 'x'), "openai/gpt-5.5");
    sessions.note("a", huge, std::nullopt);
    EXPECT_EQ(sessions.find("a")->requests, 2);
    EXPECT_TRUE(sessions.find("a")->answering.empty());
    for (int i = 0; i < 20; ++i)
        sessions.note("a", answer("model-" + std::to_string(i), "m"), std::nullopt);
    sessions.note("a", answer("model-15", "n"), std::nullopt);
    const auto answering = sessions.find("a")->answering;
    ASSERT_EQ(answering.size(), Sessions::names_max);
    EXPECT_EQ(answering[0].client_model, "model-15");
    EXPECT_EQ(answering[0].model, "n");
    EXPECT_EQ(answering[1].client_model, "model-19");
}

TEST(Sessions, ForgetTheOneThatWasQuietForLongest)
{
    Sessions sessions;
    for (std::size_t i = 0; i < Sessions::kept_max; ++i)
        sessions.note("session-" + std::to_string(i), answer("c", "m"), std::nullopt);
    sessions.note("session-0", answer("c", "m"), std::nullopt);
    sessions.note("one-more", answer("c", "m"), std::nullopt);
    EXPECT_EQ(sessions.size(), Sessions::kept_max);
    EXPECT_TRUE(sessions.find("session-0"));
    EXPECT_FALSE(sessions.find("session-1"));
    EXPECT_TRUE(sessions.find("session-2"));
    EXPECT_TRUE(sessions.find("one-more"));
    sessions.note("session-1", answer("c", "m"), std::nullopt);
    EXPECT_EQ(sessions.find("session-1")->requests, 1);
}

TEST(Sessions, KeepNothingUnderWhatIsNoId)
{
    Sessions sessions;
    const std::vector<std::string> strange { "", "a b", "a/b", "a\nb", "\xc3\xa4", std::string(129, 'a') };
    for (const std::string& id : strange) {
        EXPECT_FALSE(Sessions::is_id(id));
        sessions.note(id, answer("c", "m"), std::nullopt);
    }
    EXPECT_EQ(sessions.size(), 0);
    EXPECT_TRUE(Sessions::is_id("7a0c1f0e-5d6b-4f0e-9f3b-2b1f0c9d8e7f"));
    EXPECT_TRUE(Sessions::is_id(std::string(128, 'a')));
}

} // namespace dragoman::gateway
