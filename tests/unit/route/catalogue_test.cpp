#include "route/catalogue.h"
#include "support/catalogue.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <string>

namespace dragoman::route {
namespace {

using ::testing::ElementsAre;
using testing::sample_catalogue;

TEST(Catalogue, KnowsWhatTheListSaysOfAModel)
{
    const auto facts = sample_catalogue().find("anthropic/claude-opus-4.8");
    ASSERT_TRUE(facts);
    EXPECT_TRUE(facts->known);
    EXPECT_EQ(facts->name, "Anthropic: Claude Opus 4.8");
    EXPECT_EQ(facts->canonical_slug, "anthropic/claude-4.8-opus-20260501");
    EXPECT_EQ(facts->context_length, 1000000U);
    EXPECT_EQ(facts->max_output, 128000U);
    EXPECT_EQ(facts->created, 1777593600);
    EXPECT_TRUE(facts->takes_images());
    EXPECT_TRUE(facts->takes_files());
    EXPECT_EQ(facts->input_audio, false);
    EXPECT_TRUE(facts->supports("tools"));
    EXPECT_FALSE(facts->supports("temperature"));
    EXPECT_EQ(facts->moderated, true);
    EXPECT_DOUBLE_EQ(facts->prices.prompt.value(), 0.000005);
    EXPECT_DOUBLE_EQ(facts->prices.completion.value(), 0.000025);
    EXPECT_DOUBLE_EQ(facts->prices.cache_read.value(), 0.0000005);
    EXPECT_DOUBLE_EQ(facts->prices.cache_write.value(), 0.00000625);
    EXPECT_TRUE(facts->has_reasoning);
    EXPECT_THAT(facts->reasoning.supported_efforts, ElementsAre("max", "xhigh", "high", "medium", "low"));
    EXPECT_EQ(facts->reasoning.default_effort, "high");
    EXPECT_EQ(facts->reasoning.supports_max_tokens, false);
    EXPECT_EQ(facts->reasoning.mandatory, false);
}

TEST(Catalogue, TellsATextModelFromOneThatSees)
{
    EXPECT_FALSE(sample_catalogue().find("openai/gpt-oss-120b")->takes_images());
    EXPECT_TRUE(sample_catalogue().find("google/gemini-2.5-flash")->takes_images());
    EXPECT_TRUE(sample_catalogue().facts("who/knows")->takes_images());
}

TEST(Catalogue, TakesThePriceOfARouterAsUnknownAndOfAFreeModelAsZero)
{
    EXPECT_FALSE(sample_catalogue().find("openrouter/auto")->prices.prompt);
    EXPECT_EQ(sample_catalogue().find("openai/gpt-oss-120b:free")->prices.prompt, 0.0);
    EXPECT_FALSE(sample_catalogue().find("openai/gpt-oss-120b:free")->max_output);
}

TEST(Catalogue, FindsVariantsCanonicalSlugsAndTheNewestOfAFamily) // R63
{
    const auto catalogue = sample_catalogue();
    EXPECT_EQ(catalogue.find("qwen/qwen3-coder:nitro")->context_length, 262144U);
    EXPECT_EQ(catalogue.find("qwen/qwen3-coder:nitro")->id, "qwen/qwen3-coder:nitro");
    EXPECT_EQ(catalogue.find("openai/gpt-5.5-20260401:online")->max_output, 128000U);
    EXPECT_EQ(catalogue.find("~anthropic/claude-opus-latest")->max_output, 128000U); // 4.8, not 4.1
    EXPECT_EQ(catalogue.find("~anthropic/claude-opus-latest")->id, "~anthropic/claude-opus-latest");
    EXPECT_FALSE(catalogue.find("~anthropic/claude-nothing-latest"));
    EXPECT_FALSE(catalogue.find("openai/gpt-9"));
    EXPECT_FALSE(catalogue.find(""));
    EXPECT_FALSE(catalogue.find(":free"));
    EXPECT_FALSE(catalogue.find("~"));
}

TEST(Catalogue, NeverGivesNullFacts)
{
    const auto facts = Catalogue().facts("a/b");
    ASSERT_TRUE(facts);
    EXPECT_FALSE(facts->known);
    EXPECT_EQ(facts->id, "a/b");
    EXPECT_TRUE(facts->supports("anything"));
    EXPECT_TRUE(facts->thinks());
    EXPECT_FALSE(facts->context_length);
}

TEST(Catalogue, CorrectsDashesWhereTheListHasDots)
{
    const auto catalogue = sample_catalogue();
    EXPECT_EQ(catalogue.corrected("anthropic/claude-haiku-4-5"), "anthropic/claude-haiku-4.5");
    EXPECT_EQ(
        catalogue.corrected("anthropic/claude-haiku-4-5:thinking"), "anthropic/claude-haiku-4.5:thinking");
    EXPECT_EQ(catalogue.corrected("OpenAI/GPT-OSS-120b:free"), "openai/gpt-oss-120b:free");
    EXPECT_EQ(catalogue.corrected("anthropic/claude-haiku-4.5"), std::nullopt);
    EXPECT_EQ(catalogue.corrected("anthropic/claude-haiku-9-9"), std::nullopt);
    EXPECT_EQ(Catalogue().corrected("anthropic/claude-haiku-4-5"), std::nullopt);
}

TEST(Catalogue, SkipsWhatItCannotUseAndKeepsTheRest)
{
    const auto catalogue = Catalogue::parse(R"({"extra":[1],"data":[
        7, null, {}, {"id":""}, {"id":5}, {"id":"a b"}, {"id":"x/bare"}, {"id":"x/bare"},
        {"id":"x/odd","name":[],"created":"soon","context_length":"many","architecture":"text","pricing":
         {"prompt":0.001,"completion":"free","input_cache_read":null,"input_cache_write":true},"top_provider":null,
         "supported_parameters":["tools",3,null],"reasoning":"yes"},
        {"id":"x/negative","context_length":-5,"top_provider":{"context_length":4096,"max_completion_tokens":0}}]})");
    ASSERT_TRUE(catalogue);
    EXPECT_EQ(catalogue->models().size(), 3U);
    EXPECT_EQ(catalogue->skipped(), 7U);
    const auto bare = catalogue->find("x/bare");
    EXPECT_EQ(bare->name, "x/bare");
    EXPECT_TRUE(bare->supports("tools") && bare->takes_images());
    const auto odd = catalogue->find("x/odd");
    EXPECT_EQ(odd->name, "x/odd");
    EXPECT_FALSE(odd->created || odd->context_length || odd->input_image || odd->has_reasoning);
    EXPECT_EQ(odd->prices.prompt, 0.001);
    EXPECT_FALSE(odd->prices.completion || odd->prices.cache_read || odd->prices.cache_write);
    EXPECT_TRUE(odd->supports("tools"));
    EXPECT_FALSE(odd->supports("top_p"));
    EXPECT_EQ(catalogue->find("x/negative")->context_length, 4096U);
    EXPECT_FALSE(catalogue->find("x/negative")->max_output);
}

TEST(Catalogue, ReadsTheListsOfOtherServers)
{
    const auto catalogue = Catalogue::parse(R"({"object":"list","data":[
        {"id":"qwen3-coder","object":"model","owned_by":"vllm","max_model_len":65536},
        {"id":"llama-3.3-70b","context_window":131072,"max_completion_tokens":32768},
        {"type":"model","id":"claude-opus-4-8","display_name":"Claude Opus 4.8","max_input_tokens":1000000,"max_tokens":128000},
        {"id":"my-haiku","object":"model","max_input_tokens":200000,"max_output_tokens":64000}]})");
    ASSERT_TRUE(catalogue);
    EXPECT_EQ(catalogue->find("qwen3-coder")->context_length, 65536U);
    EXPECT_EQ(catalogue->find("llama-3.3-70b")->context_length, 131072U);
    EXPECT_EQ(catalogue->find("llama-3.3-70b")->max_output, 32768U);
    EXPECT_EQ(catalogue->find("claude-opus-4-8")->name, "Claude Opus 4.8");
    EXPECT_EQ(catalogue->find("claude-opus-4-8")->context_length, 1000000U);
    EXPECT_EQ(catalogue->find("claude-opus-4-8")->max_output, 128000U);
    EXPECT_EQ(catalogue->find("my-haiku")->context_length, 200000U);
    EXPECT_EQ(catalogue->find("my-haiku")->max_output, 64000U);
}

TEST(Catalogue, ReadsLimitsThatStandInAnObjectOfTheirOwn)
{
    const auto catalogue = Catalogue::parse(R"([
        {"id":"openai/gpt-4.1","name":"OpenAI GPT-4.1","limits":{"max_input_tokens":1048576,"max_output_tokens":32768}},
        {"id":"x/both","context_length":1000,"limits":{"max_input_tokens":2000}},
        {"id":"x/odd","limits":"none"}])");
    ASSERT_TRUE(catalogue);
    EXPECT_EQ(catalogue->find("openai/gpt-4.1")->context_length, 1048576U);
    EXPECT_EQ(catalogue->find("openai/gpt-4.1")->max_output, 32768U);
    EXPECT_EQ(catalogue->find("x/both")->context_length, 1000U);
    EXPECT_FALSE(catalogue->find("x/odd")->max_output);
}

TEST(Catalogue, RefusesWhatIsNoList)
{
    for (const auto* body : { "", "<html>", "{}", R"({"data":{}})", R"({"error":{"message":"no"}})", "3" }) {
        const auto catalogue = Catalogue::parse(body);
        ASSERT_FALSE(catalogue) << body;
        EXPECT_EQ(catalogue.error().kind, Error::Kind::upstream_protocol);
    }
}

TEST(Reasoning, ClampsAnEffortToTheNearestThatIsListed)
{
    const Reasoning few { .supported_efforts = { "high", "medium", "low" } };
    EXPECT_EQ(few.clamp("xhigh"), "high");
    EXPECT_EQ(few.clamp("max"), "high");
    EXPECT_EQ(few.clamp("minimal"), "low");
    EXPECT_EQ(few.clamp("none"), "low");
    EXPECT_EQ(few.clamp("medium"), "medium");
    EXPECT_EQ(Reasoning {}.clamp("max"), "max");
    const Reasoning two { .supported_efforts = { "xhigh", "none", "high" } };
    EXPECT_EQ(two.clamp("low"), "high");
    EXPECT_EQ(two.clamp("none"), "none");
}

TEST(Nearest, FindsTheIdsThatWereProbablyMeant)
{
    const auto catalogue = sample_catalogue();
    std::vector<std::string> known;
    for (const auto& model : catalogue.models())
        known.push_back(model->id);
    EXPECT_EQ(nearest("gpt-4o", known, 3).front(), "openai/gpt-4o");
    EXPECT_EQ(nearest("qwen3-codr", known, 3), std::vector<std::string> { "qwen/qwen3-coder" });
    EXPECT_EQ(nearest("gpt-oss-120", known, 2).front(), "openai/gpt-oss-120b");
    EXPECT_TRUE(nearest("zzzzzzzzzz", known, 3).empty());
    EXPECT_TRUE(nearest("", {}, 3).empty());
    EXPECT_LE(nearest(std::string(100000, 'g'), known, 3).size(), 3U);
}

TEST(CachedList, IsTheSameAfterTheDisk)
{
    const CachedList list { .fetched_at = 1763690000,
        .url = "https://openrouter.ai/api/v1/models",
        .body = testing::sample_models_json() };
    const auto back = decode_cached_list(encode(list));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->fetched_at, list.fetched_at);
    EXPECT_EQ(back->url, list.url);
    EXPECT_EQ(back->body, list.body);
}

TEST(CachedList, NoticesDamage)
{
    const auto file = encode({ .fetched_at = 5, .url = "u", .body = "{\"data\":[]}" });
    for (std::size_t size = 0; size < file.size(); ++size)
        EXPECT_FALSE(decode_cached_list(std::string_view(file).substr(0, size))) << size;
    EXPECT_FALSE(decode_cached_list(file + "x"));
    EXPECT_FALSE(decode_cached_list("{\"version\":2,\"fetched_at\":1,\"bytes\":0}\n"));
    EXPECT_FALSE(decode_cached_list("{\"version\":1,\"fetched_at\":-1,\"bytes\":0}\n"));
}

} // namespace
} // namespace dragoman::route
