#include "route/model_quirks.h"

#include <gtest/gtest.h>

#include <memory>

namespace dragoman::route {
namespace {

using enum Quirk;

Quirks quirks(std::string model, Quirks upstream = {}, bool thinks = false)
{
    ModelFacts facts { .known = thinks, .has_reasoning = thinks };
    return quirks_of_model(
        upstream, { .model = std::move(model), .facts = std::make_shared<const ModelFacts>(facts) });
}

TEST(ModelQuirks, ClaudeIsClaudeWhereverItIsServed)
{
    const Quirks direct = quirks("anthropic/claude-opus-5.5");
    EXPECT_TRUE(direct.has(one_sampling) && direct.has(tools_for_calls) && direct.has(many_tools));
    EXPECT_TRUE(direct.has(trimmed_prefill) && direct.has(signed_thinking) && direct.has(context_edits));
    EXPECT_FALSE(direct.has(beta_field));
    EXPECT_TRUE(quirks("~anthropic/claude-latest", { routing_fields }).has(beta_field));
    EXPECT_FALSE(quirks("anthropic/claude-opus-5.5", { vendor_messages }).has(context_edits));
}

TEST(ModelQuirks, ARouterCanDoSomeThingsForSomeModels)
{
    const Quirks router { routing_fields, cache_marks, system_anywhere, strict_tools };
    EXPECT_TRUE(quirks("google/gemini-3-pro", router).has(cache_marks));
    EXPECT_FALSE(quirks("google/gemma-4", router).has(cache_marks));
    EXPECT_TRUE(quirks("qwen/qwen3-max", router).has(cache_marks));
    EXPECT_FALSE(quirks("qwen/qwen3-32b", router).has(cache_marks));
    EXPECT_TRUE(quirks("openai/gpt-5.5", router).has(system_anywhere));
    EXPECT_FALSE(quirks("z-ai/glm-5", router).has(system_anywhere));
    EXPECT_TRUE(quirks("anthropic/claude-opus-5.5", router).has(strict_tools));
    EXPECT_FALSE(quirks("openai/gpt-5.5", router).has(strict_tools));
    EXPECT_TRUE(quirks("z-ai/glm-5", router).has(any_strict));
    EXPECT_FALSE(quirks("openai/gpt-5.5", router).has(any_strict));
    EXPECT_FALSE(quirks("openai/gpt-5.5", router).has(no_sampling)) << "its list tells";
}

TEST(ModelQuirks, MakersInsistOnIdsAndSchemasOfTheirOwn)
{
    EXPECT_TRUE(quirks("moonshotai/kimi-k2").has(own_ids));
    EXPECT_TRUE(quirks("google/gemini-3-pro", { routing_fields }).has(own_ids));
    EXPECT_FALSE(quirks("google/gemini-3-pro").has(own_ids));
    EXPECT_TRUE(quirks("google/gemini-3-pro").has(gemini_schemas));
    EXPECT_TRUE(quirks("mistralai/devstral").has(ids_of_9));
    EXPECT_TRUE(quirks("openai/gpt-4o").has(plain_root_schemas));
    EXPECT_TRUE(quirks("anthropic/claude-sonnet-4.5", { routing_fields }).has(plain_root_schemas));
    EXPECT_TRUE(quirks("deepseek/deepseek-v3.2", {}, true).has(no_forced_tool));
    EXPECT_FALSE(quirks("deepseek/deepseek-chat").has(no_forced_tool));
}

TEST(ModelQuirks, FunctionsOrAnEffort)
{
    for (const char* later :
        { "gpt-5.4", "gpt-5.4-mini", "gpt-5.5", "gpt-5.6-terra", "gpt-6-sol", "GPT-6.1-sol" })
        EXPECT_TRUE(quirks(later).has(no_effort_with_tools)) << later;
    for (const char* earlier :
        { "gpt-5", "gpt-5.2", "gpt-5.3-codex", "gpt-4o", "o3", "gpt-oss-120b", "gpt-6-chat" })
        EXPECT_FALSE(quirks(earlier).has(no_effort_with_tools)) << earlier;
    EXPECT_FALSE(quirks("openai/gpt-5.5", { routing_fields }).has(no_effort_with_tools))
        << "the router knows";
}

TEST(ModelQuirks, ClaudeSince46FinishesNobodysSentences)
{
    for (const char* later : { "anthropic/claude-opus-4.6", "anthropic/claude-sonnet-4-6-20260217",
             "anthropic/claude-opus-5", "anthropic/claude-haiku-5.5", "anthropic/claude-fable-5" })
        EXPECT_TRUE(quirks(later).has(no_prefill)) << later;
    for (const char* earlier : { "anthropic/claude-opus-4.5", "anthropic/claude-opus-4-20250514",
             "anthropic/claude-3-7-sonnet-latest", "anthropic/claude-opus-4", "openai/gpt-5.5" })
        EXPECT_FALSE(quirks(earlier).has(no_prefill)) << earlier;
}

TEST(ModelQuirks, SomeThinkWhateverTheyAreTold)
{
    const Quirks minimax { thinking_object, adaptive_thinking };
    EXPECT_FALSE(quirks("MiniMax-M3", minimax).has(always_thinks));
    EXPECT_TRUE(quirks("MiniMax-M3.1-Flash", minimax).has(always_thinks));
    EXPECT_TRUE(quirks("MiniMax-M3.1-Flash", minimax).has(effort_config));
    EXPECT_TRUE(quirks("glm-5.3", { thinking_object }).has(always_thinks));
    EXPECT_FALSE(quirks("glm-5", { thinking_object }).has(always_thinks));
    EXPECT_TRUE(quirks("glm-5.3-flash", { thinking_object }).has(effort_low_high_max));
    EXPECT_FALSE(quirks("glm-5.3", { reasoning_enabled }).has(effort_low_high_max)) << "at somebody else's";
    EXPECT_FALSE(quirks("glm-5.1", { thinking_object }).has(reasoning_effort));
}

TEST(ModelQuirks, KnowWhoIsBlind)
{
    for (const char* blind : { "openai/gpt-oss-120b", "accounts/fireworks/models/gpt-oss-20b",
             "qwen3-coder:30b", "Qwen/Qwen3-Coder-480B-A35B-Instruct", "deepseek-ai/DeepSeek-V3.2",
             "deepseek-r1:8b", "MiniMax-M2.7", "codestral-latest", "kimi-k2-thinking",
             "moonshotai/Kimi-K2-Instruct", "glm-5", "glm-4.5-air", "zai-glm-4.7", "z-ai/glm-4.6",
             "meta-llama/Llama-3.3-70B-Instruct", "llama3.1:8b", "o3-mini", "grok-code-fast-1" })
        EXPECT_TRUE(is_known_blind({ .model = blind })) << blind;
    for (const char* seeing : { "glm-4.5v", "glm-4.6v-flash", "glm-5v-turbo", "kimi-k2.5",
             "qwen3-vl-235b-a22b", "deepseek-flash", "deepseek-v4-pro", "MiniMax-M3", "devstral-small-latest",
             "llama-4-maverick", "llama-3.2-90b-vision", "gpt-5.5", "nvidia/llama-3.1-nemotron-nano-vl-8b-v1",
             "my-model", "glm-6" })
        EXPECT_FALSE(is_known_blind({ .model = seeing })) << seeing;
}

TEST(ModelQuirks, NamesTellHowMuchAModelThinks)
{
    EXPECT_TRUE(quirks("gpt-5-mini").has(effort_minimal));
    EXPECT_TRUE(quirks("gpt-5.1").has(effort_none));
    EXPECT_FALSE(quirks("gpt-5.1").has(effort_xhigh));
    EXPECT_TRUE(quirks("gpt-5.5").has(effort_xhigh));
    EXPECT_TRUE(quirks("gpt-5.1-codex-max").has(effort_xhigh));
    EXPECT_FALSE(quirks("gpt-5.1-codex-max").has(effort_none));
    EXPECT_TRUE(quirks("o3").has(effort_low));
    EXPECT_TRUE(quirks("accounts/fireworks/models/gpt-oss-120b").has(effort_low));
    EXPECT_TRUE(quirks("gpt-5.5").has(no_sampling) && quirks("gpt-5.5").has(max_completion_tokens));
    EXPECT_TRUE(quirks("gpt-6.1-sol").has(no_sampling) && quirks("gpt-6.1-sol").has(reasoning_effort));
    EXPECT_FALSE(quirks("gpt-4.1").has(no_sampling));
    EXPECT_TRUE(quirks("llama-3.3-70b", { reasoning_effort }).has(no_reasoning));
    EXPECT_FALSE(quirks("llama-3.3-70b", { reasoning_effort }, true).has(no_reasoning)) << "its list says";
    EXPECT_FALSE(quirks("Qwen/Qwen3-32B", { reasoning_effort }).has(no_reasoning));
    EXPECT_TRUE(quirks("qwen3-coder:30b", { reasoning_effort }).has(no_reasoning));
    EXPECT_TRUE(quirks("qwen/qwen3-32b", { reasoning_effort, parsed_reasoning }).has(effort_default));
    EXPECT_FALSE(quirks("openai/gpt-oss-20b", { parsed_reasoning }).has(parsed_reasoning));
    EXPECT_TRUE(quirks("magistral-medium", { prompt_mode }).has(prompt_mode));
    EXPECT_FALSE(quirks("mistral-large-latest", { prompt_mode }).has(prompt_mode));
    EXPECT_TRUE(quirks("gemini-3-pro", { thought_signatures }).has(thought_signatures));
    EXPECT_FALSE(quirks("gemini-2.5-pro", { thought_signatures }).has(thought_signatures));
}

TEST(ModelQuirks, OnlySomeOfGrokAreToldHowMuchToThink)
{
    for (const char* name : { "grok-4", "grok-4-0709", "grok-4-fast-reasoning", "grok-4-1-fast",
             "grok-4.1-fast", "grok-4.20-0309-reasoning", "grok-code-fast-1", "grok-3", "x-ai/grok-4" })
        EXPECT_TRUE(quirks(name).has(no_effort)) << name;
    for (const char* name :
        { "grok-3-mini", "grok-4.3", "grok-4.5", "grok-4.6-latest", "grok-4.20-multi-agent" })
        EXPECT_FALSE(quirks(name).has(no_effort)) << name;
    EXPECT_TRUE(quirks("grok-4.3").has(effort_none));
    EXPECT_TRUE(quirks("grok-4.5").has(effort_low));
    EXPECT_FALSE(quirks("grok-4.5").has(effort_xhigh));
    EXPECT_TRUE(quirks("grok-4.6").has(effort_xhigh));
    EXPECT_FALSE(quirks("grok-4", { effort_low }).has(no_effort)) << "somebody knows better";
    EXPECT_FALSE(quirks("x-ai/grok-4", { routing_fields }).has(no_effort)) << "the router knows";
}

TEST(ModelQuirks, KimiHasATemperatureOfItsOwnSinceK25)
{
    for (const char* name : { "kimi-k2.5", "kimi-k2.6", "kimi-k3", "kimi-for-coding" })
        EXPECT_TRUE(quirks(name, { no_sampling }).has(no_sampling)) << name;
    for (const char* name : { "kimi-k2", "kimi-k2-0905-preview", "kimi-k2-thinking", "moonshot-v1-128k" })
        EXPECT_FALSE(quirks(name, { no_sampling }).has(no_sampling)) << name;
    EXPECT_FALSE(quirks("kimi-k2.5").has(no_sampling)) << "elsewhere it takes one";
}

TEST(ModelQuirks, AListOfEffortsCountsMoreThanAName)
{
    ModelFacts facts { .known = true, .has_reasoning = true };
    facts.reasoning.supported_efforts = { "low", "high" };
    const Quirks found =
        quirks_of_model({}, { .model = "gpt-5.5", .facts = std::make_shared<const ModelFacts>(facts) });
    EXPECT_FALSE(found.has(effort_none) || found.has(effort_xhigh));
}

TEST(ModelFamilies, AreToldByMakerOrByName)
{
    EXPECT_EQ(model_family("openai/gpt-5.5"), "openai/responses");
    EXPECT_EQ(model_family("gpt-5.5"), "openai/responses");
    EXPECT_EQ(model_family("openai/gpt-oss-120b"), "openai/open");
    EXPECT_EQ(model_family("claude-opus-4-5"), "anthropic/claude");
    EXPECT_EQ(model_family("gemini-3-pro"), "google/gemini");
    EXPECT_EQ(model_family("deepseek-v4-pro"), model_family("deepseek/deepseek-v3.2:free"));
    EXPECT_EQ(model_family("kimi-k2.5"), model_family("moonshotai/kimi-k2"));
    EXPECT_EQ(model_family("accounts/fireworks/models/glm-5"), model_family("z-ai/glm-5"));
    EXPECT_EQ(model_family("MiniMax-M2.5"), "minimax/open");
    EXPECT_NE(model_family("qwen3-coder"), model_family("kimi-k2.5"));
}

TEST(ModelFamilies, ReadTheirMakersFormatAndThoseOfNobody)
{
    EXPECT_TRUE(reads_format("anthropic/claude", "anthropic-claude-v1"));
    EXPECT_FALSE(reads_format("openai/responses", "anthropic-claude-v1"));
    EXPECT_TRUE(reads_format("deepseek/open", "unknown"));
    EXPECT_TRUE(is_open_family("deepseek/open"));
    EXPECT_FALSE(is_open_family("google/gemini"));
}

} // namespace
} // namespace dragoman::route
