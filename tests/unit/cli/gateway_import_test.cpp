#include "cli/gateway_import.h"
#include "cli/import_kind.h"
#include "cli/import_servers.h"
#include "cli/init_plan.h"
#include "cli/litellm_import.h"
#include "cli/router_import.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class GatewayImportTest : public ::testing::Test {
protected:
    void import(std::string_view text)
    {
        const auto file = recognise(text);
        ASSERT_TRUE(file) << file.error().message;
        json::Document document;
        const auto root = document.parse(file->json);
        import_ = file->kind == ForeignFile::Kind::router ? import_router(*root->object(), environment_)
                                                          : import_litellm(*root->object(), environment_);
    }
    std::string why_left(std::string_view name) const { return line_of(import_.left, name); }
    std::string carried(std::string_view name) const { return line_of(import_.carried, name); }
    static std::string line_of(const std::vector<Import::Line>& lines, std::string_view name)
    {
        for (const Import::Line& line : lines)
            if (line.name == name)
                return line.what;
        return "";
    }
    std::string text() const { return gateway_config_text(import_, "/keys"); }

    // What becomes of it, as dragoman reads it: every result has to be a configuration.
    config::Config loaded()
    {
        Environment environment { { "HOME", directory_.path() } };
        for (const std::string& name : variables_of(import_))
            environment[name] = "key-of-" + name;
        for (const SecretFile& file : key_files(import_, directory_.path()))
            directory_.put(
                std::filesystem::path(file.path).filename().string(), std::string(file.content.reveal()));
        if (!import_.client_tokens.empty())
            directory_.put("client-tokens", std::string(import_.client_tokens.front().reveal()));
        const auto result = load_text(
            directory_ / "config.toml", gateway_config_text(import_, directory_.path()), environment);
        EXPECT_TRUE(result) << ::testing::PrintToString(
            result ? std::vector<std::string> {} : result.error().mistakes)
                            << gateway_config_text(import_, directory_.path());
        return result ? result->config : config::Config {};
    }
    static std::vector<std::string> targets(const route::Route& route)
    {
        std::vector<std::string> all;
        for (const route::RouteTarget& target : route.targets)
            all.push_back(to_string(target));
        return all;
    }

    dragoman::testing::TemporaryDirectory directory_;
    Environment environment_ { { "BASE", "https://relay.example/v1" } };
    GatewayImport import_;
};

// The example of claude-code-router's README, with what its documents say besides.
constexpr std::string_view router_example = R"({
  // keys of my own
  "APIKEY": "your-secret-key", "HOST": "0.0.0.0", "PORT": 3456, "API_TIMEOUT_MS": "300000",
  "PROXY_URL": "http://user:password@127.0.0.1:7890", "LOG": true, "LOG_LEVEL": "debug",
  "NON_INTERACTIVE_MODE": false, "CUSTOM_ROUTER_PATH": "$HOME/router.js", "OPENAI_API_KEY": "$OPENAI_API_KEY",
  "VOLC_KEY": "volc-literal", "somethingElse": 1,
  "transformers": [{ "path": "$HOME/x.js" }],
  "Providers": [
    { name: "openrouter", api_base_url: "https://openrouter.ai/api/v1/chat/completions", api_key: "sk-or-literal",
      models: ["google/gemini-2.5-pro-preview", "moonshotai/kimi-k2"],
      transformer: { use: ["openrouter"], "moonshotai/kimi-k2": { use: [["openrouter", { provider: { only: ["moonshotai/fp8"] } }]] } } },
    { name: "deepseek", api_base_url: "https://api.deepseek.com/chat/completions", api_key: "${DEEPSEEK_API_KEY}",
      models: ["deepseek-chat", "deepseek-reasoner"],
      transformer: { use: ["deepseek"], "deepseek-chat": { use: ["tooluse"] } } },
    { name: "ollama", api_base_url: "http://localhost:11434/v1/chat/completions", api_key: "ollama",
      models: ["qwen2.5-coder:latest"] },
    { name: "gemini", api_base_url: "https://generativelanguage.googleapis.com/v1beta/models/", api_key: "$MY_GEMINI",
      models: ["gemini-2.5-flash"], transformer: { use: ["gemini"] } },
    { name: "volcengine", api_base_url: "https://ark.cn-beijing.volces.com/api/v3/chat/completions", api_key: "$VOLC_KEY",
      models: ["deepseek-r1-250528"], transformer: { use: [["maxtoken", { max_tokens: 16384 }], "enhancetool", "mine"],
        "deepseek-r1-250528": { use: ["maxcompletiontokens"] } } },
    { name: "openai", api_base_url: "$BASE/chat/completions", api_key: "", models: ["gpt-5"] },
    { name: "z ai", api_base_url: "https://api.z.ai/api/anthropic/v1/messages", api_key: "zk", models: ["glm-4.6"],
      transformer: { use: ["Anthropic"] } },
    { name: "lost", api_base_url: "$NOT_SET/v1", api_key: "x", models: [] },
  ],
  "Router": { default: "deepseek,deepseek-chat", background: "ollama,qwen2.5-coder:latest",
    think: "deepseek,deepseek-reasoner", longContext: "openrouter,google/gemini-2.5-pro-preview",
    longContextThreshold: 60001, webSearch: "openrouter,moonshotai/kimi-k2", image: "nobody,x", custom: "a,b" },
  "fallback": { default: ["z ai,glm-4.6", "deepseek,deepseek-chat", "nobody,x"], think: ["openrouter,moonshotai/kimi-k2"] },
})";

TEST_F(GatewayImportTest, TheRoutersProvidersBecomeUpstreams)
{
    import(router_example);
    const config::Config config = loaded();
    std::vector<std::string> names;
    for (const config::Upstream& one : config.upstreams)
        names.push_back(one.name);
    EXPECT_THAT(names,
        ElementsAre("deepseek", "openrouter", "ollama", "gemini", "volcengine", "openai-server", "z-ai"))
        << "the default's provider is the first";
    EXPECT_EQ(config.main().base_url, "https://api.deepseek.com/v1") << "the preset's own";
    EXPECT_EQ(config.upstream("ollama")->preset, "ollama");
    EXPECT_TRUE(config.upstream("ollama")->keys.empty());
    EXPECT_EQ(config.upstream("gemini")->base_url, "https://generativelanguage.googleapis.com/v1beta/openai");
    EXPECT_EQ(config.upstream("volcengine")->base_url, "https://ark.cn-beijing.volces.com/api/v3");
    EXPECT_EQ(config.upstream("volcengine")->preset, "");
    EXPECT_EQ(config.upstream("openai-server")->base_url, "https://relay.example/v1");
    EXPECT_EQ(config.upstream("openai-server")->preset, "") << "by its name alone it would be OpenAI";
    EXPECT_EQ(config.upstream("z-ai")->preset, "zai");
    EXPECT_EQ(config.upstream("z-ai")->dialect, config::Upstream::Dialect::messages);
    EXPECT_EQ(config.upstream("z-ai")->messages_url, "https://api.z.ai/api/anthropic/v1/messages");
    EXPECT_THAT(why_left("Providers lost"), HasSubstr("a variable that is not set"));
    EXPECT_EQ(config.main().first_byte, config::Milliseconds(300'000));
}

TEST_F(GatewayImportTest, TheRoutersKeysStayWhereTheyAre)
{
    import(router_example);
    const config::Config config = loaded();
    EXPECT_EQ(config.upstream("openrouter")->key().reveal(), "sk-or-literal");
    EXPECT_EQ(config.upstream("gemini")->key().reveal(), "key-of-MY_GEMINI");
    EXPECT_EQ(config.upstream("gemini")->key_source().name, "MY_GEMINI");
    EXPECT_EQ(config.upstream("volcengine")->key().reveal(), "volc-literal")
        << "the file gives it to the variable";
    EXPECT_EQ(config.main().key_name, "DEEPSEEK_API_KEY");
    EXPECT_THAT(text(), Not(HasSubstr("DEEPSEEK_API_KEY"))) << "the preset looks there by itself";
    EXPECT_THAT(text(), Not(HasSubstr("literal")));
    for (const auto& lines : { import_.carried, import_.left })
        for (const Import::Line& line : lines)
            for (const std::string_view secret : { "literal", "password", "your-secret-key" })
                EXPECT_THAT(line.name + line.what, Not(HasSubstr(std::string(secret))));
    EXPECT_EQ(config.server.client_tokens.front().reveal(), "your-secret-key");
    EXPECT_EQ(config.server.listen.front().host, "0.0.0.0") << "with a token it may";
}

TEST_F(GatewayImportTest, TheRoutersScenariosBecomeRoutesInItsOrder)
{
    import(router_example);
    const config::Config config = loaded();
    ASSERT_EQ(config.routes.size(), 5U);
    EXPECT_EQ(describe_condition(config.routes[0]), "more than 60001 tokens");
    EXPECT_EQ(describe_condition(config.routes[1]), "background");
    EXPECT_EQ(describe_condition(config.routes[2]), "web_search");
    EXPECT_EQ(config.routes[2].targets[0].provider, R"({"only":["moonshotai/fp8"]})");
    EXPECT_EQ(describe_condition(config.routes[3]), "thinking");
    EXPECT_THAT(targets(config.routes[3]),
        ElementsAre("deepseek/deepseek-reasoner", "openrouter/moonshotai/kimi-k2"));
    EXPECT_EQ(describe_condition(config.routes[4]), "always");
    EXPECT_THAT(targets(config.routes[4]), ElementsAre("deepseek/deepseek-chat", "z-ai/glm-4.6"))
        << "what stands there twice is asked once";
    EXPECT_EQ(config.models.big, "deepseek/deepseek-chat");
    EXPECT_EQ(config.models.small, "ollama/qwen2.5-coder:latest");
    EXPECT_THAT(config.models.favourites, Contains("openrouter/moonshotai/kimi-k2"));
    EXPECT_THAT(why_left("Router.image"), HasSubstr("names no provider"));
    EXPECT_THAT(why_left("Router.custom"), HasSubstr("[[routes]]"));
    EXPECT_THAT(why_left("fallback.default"), HasSubstr("names no provider"));
}

TEST_F(GatewayImportTest, TheRoutersTransformersAreQuirksOrAreNamed)
{
    import(router_example);
    const config::Config config = loaded();
    const auto& models = config.upstream("volcengine")->models;
    ASSERT_EQ(models.size(), 2U);
    EXPECT_EQ(models[0].model, "deepseek-r1-250528") << "the first that matches counts";
    EXPECT_EQ(models[0].output, 16384U) << "what is said of all is said of this one, too";
    EXPECT_TRUE(models[0].quirks.has(route::Quirk::max_completion_tokens));
    EXPECT_EQ(models[1].model, "*");
    EXPECT_THAT(why_left("volcengine transformer mine"), HasSubstr("JavaScript"));
    EXPECT_THAT(why_left("deepseek transformer tooluse of deepseek-chat"), HasSubstr("text_tool_calls"));
    EXPECT_THAT(carried("volcengine transformer enhancetool"), HasSubstr("nothing has to be said"));
}

TEST_F(GatewayImportTest, TheRoutersTransformersAreReadHoweverTheyAreWritten)
{
    import(R"({"Providers": [
        {"name": "one", "api_base_url": "https://one.example/v1", "api_key": "k", "models": ["m"],
         "transformer": "maxcompletiontokens"},
        {"name": "two", "api_base_url": "https://two.example/v1", "api_key": "k", "models": ["m"],
         "transformer": ["extrathinktag", ["maxtoken", {"max_tokens": 5}]]},
        {"name": "three", "api_base_url": "https://three.example/v1", "api_key": ["k1", "$K2"], "models": ["m"],
         "transformer": {"use": "cerebras", "m": "extrathinktag"}},
        {"name": "four", "api_base_url": "https://four.example/v1", "api_key": "k", "models": ["m"],
         "transformer": {"use": [["sampling", {"max_tokens": 7, "temperature": 0.2}]]}}],
        "Router": {"default": "one,m"}})");
    const config::Config config = loaded();
    EXPECT_TRUE(config.upstream("one")->all_quirks().has(route::Quirk::max_completion_tokens));
    EXPECT_TRUE(config.upstream("two")->all_quirks().has(route::Quirk::inline_think));
    EXPECT_EQ(config.upstream("two")->models.at(0).output, 5U);
    EXPECT_THAT(carried("three transformer cerebras"), HasSubstr("nothing has to be said"));
    EXPECT_TRUE(config.upstream("three")->models.at(0).quirks.has(route::Quirk::inline_think));
    EXPECT_EQ(config.upstream("three")->keys.size(), 2U);
    EXPECT_EQ(config.upstream("four")->models.at(0).output, 7U);
    EXPECT_THAT(why_left("four transformer sampling temperature"), HasSubstr("CLAUDE_CODE_EXTRA_BODY"));
}

TEST_F(GatewayImportTest, TheRoutersNumbersMayBeTextsAndItsSearchesNeedAServerThatSearches)
{
    constexpr std::string_view file = R"({"Providers": [
        {"name": "ds", "api_base_url": "https://api.deepseek.com/anthropic", "api_key": "k", "models": ["m"],
         "transformer": {"use": ["Anthropic"]}},
        {"name": "gemini", "api_base_url": "https://generativelanguage.googleapis.com/v1beta/models/",
         "api_key": "k", "models": ["g"], "transformer": {"use": [["maxtoken", {"max_tokens": "65536"}]]}}],
        "Router": {"default": "ds,m", "longContext": "gemini,g", "longContextThreshold": "80000",
                   "webSearch": "SEARCH"}})";
    const auto with = [&](std::string_view target) {
        std::string text(file);
        return text.replace(text.find("SEARCH"), 6, target);
    };
    import(with("gemini,g"));
    config::Config config = loaded();
    EXPECT_EQ(config.upstream("ds")->messages_url, "https://api.deepseek.com/anthropic/v1/messages");
    EXPECT_EQ(config.upstream("gemini")->models.at(0).output, 65536U);
    EXPECT_EQ(config.routes.at(0).tokens_over, 80000U);
    EXPECT_THAT(why_left("Router.webSearch itself"), HasSubstr("answers without searching"));
    import(with("ds,m"));
    EXPECT_EQ(why_left("Router.webSearch itself"), "");
}

// A key of one half of the world goes nowhere else, and neither does the question for the list of models.
TEST_F(GatewayImportTest, AMessagesEndpointInChinaBringsItsOtherAddressesAlong)
{
    import(R"({"Providers": [
        {"name": "kimi", "api_base_url": "https://api.moonshot.cn/anthropic/v1/messages", "api_key": "k",
         "models": ["kimi-k2.5"], "transformer": {"use": ["Anthropic"]}},
        {"name": "minimax", "api_base_url": "https://api.minimaxi.com/anthropic/v1/messages", "api_key": "k",
         "models": ["MiniMax-M3"], "transformer": {"use": ["Anthropic"]}},
        {"name": "zhipu", "api_base_url": "https://open.bigmodel.cn/api/anthropic/v1/messages", "api_key": "k",
         "models": ["glm-5"], "transformer": {"use": ["Anthropic"]}}],
        "Router": {"default": "kimi,kimi-k2.5"}})");
    const config::Config config = loaded();
    EXPECT_EQ(config.upstream("kimi")->models_url, "https://api.moonshot.cn/v1/models");
    EXPECT_EQ(config.upstream("kimi")->messages_url, "https://api.moonshot.cn/anthropic/v1/messages");
    EXPECT_EQ(config.upstream("minimax")->models_url, "https://api.minimaxi.com/v1/models");
    EXPECT_EQ(config.upstream("minimax")->messages_url, "https://api.minimaxi.com/anthropic/v1/messages");
    EXPECT_EQ(config.upstream("zhipu")->models_url, "https://open.bigmodel.cn/api/paas/v4/models");
    EXPECT_EQ(config.upstream("zhipu")->messages_url, "https://open.bigmodel.cn/api/anthropic/v1/messages");
}

TEST_F(GatewayImportTest, WhatTheRouterKnowsAndDragomanDoesNotHasARemedy)
{
    import(router_example);
    EXPECT_THAT(why_left("PROXY_URL"), HasSubstr("HTTPS_PROXY"));
    EXPECT_THAT(why_left("CUSTOM_ROUTER_PATH"), HasSubstr("[[routes]]"));
    EXPECT_THAT(why_left("transformers"), HasSubstr("quirks"));
    EXPECT_THAT(why_left("OPENAI_API_KEY"), HasSubstr("where a provider refers to it"));
    EXPECT_EQ(why_left("somethingElse"), "dragoman knows no such setting");
    EXPECT_EQ(why_left("APIKEY"), "");
    import(R"({ "Providers": [], "HOST": "0.0.0.0", "PORT": 99999, "LOG_LEVEL": "loud", "API_TIMEOUT_MS": -3,
        "APIKEY": "$TOKEN" })");
    EXPECT_THAT(why_left("HOST"), HasSubstr("other machines could spend your keys"));
    EXPECT_THAT(why_left("PORT"), HasSubstr("no port"));
    EXPECT_THAT(why_left("LOG_LEVEL"), HasSubstr("no level"));
    EXPECT_THAT(why_left("API_TIMEOUT_MS"), HasSubstr("no time"));
    EXPECT_THAT(why_left("APIKEY"), HasSubstr("DRAGOMAN_CLIENT_TOKEN"));
    EXPECT_THAT(why_left("Router.default"), HasSubstr("there is none"));
}

// After the examples of LiteLLM's documents.
constexpr std::string_view litellm_example = R"(
model_list:
  - model_name: gpt-4o ### RECEIVED MODEL NAME ###
    litellm_params:
      model: azure/gpt-4o-eu
      api_base: https://my-endpoint-europe.openai.azure.com/
      api_key: "os.environ/AZURE_API_KEY_EU"
      api_version: "2023-05-15"
      rpm: 6
  - model_name: gpt-4o
    litellm_params:
      model: azure/gpt-4o-ca
      api_base: https://my-endpoint-canada.openai.azure.com/
      api_key: os.environ/AZURE_API_KEY_CA
      rpm: 6
  - model_name: fast
    litellm_params: &groq
      model: groq/openai/gpt-oss-20b
      api_key: os.environ/GROQ_A
      rpm: 600
      temperature: 0.2
  - model_name: fast
    litellm_params:
      <<: *groq
      api_key: gsk-literal
      rpm: 200
  - model_name: claude-sonnet-4-5
    litellm_params:
      model: anthropic/claude-sonnet-4-5-20250929
      api_key: os.environ/ANTHROPIC_API_KEY
  - model_name: claude-haiku
    litellm_params: { model: openai/qwen3, api_base: "http://127.0.0.1:8000/v1", api_key: none }
    model_info: { max_input_tokens: 32768, supports_vision: false, supports_function_calling: true }
  - model_name: "openrouter/*"
    litellm_params: { model: "openrouter/*" }
  - model_name: "gpt-*"
    litellm_params: { model: openai/gpt-5 }
  - model_name: team/*
    litellm_params: { model: openai/* }
  - model_name: bedrock-claude
    litellm_params: { model: bedrock/anthropic.claude-v2, aws_region_name: us-east-1 }
  - model_name: embeddings
    litellm_params: { model: openai/text-embedding-3-small }
    model_info: { mode: embedding }
  - model_name: kept
    litellm_params: { model: deepseek/deepseek-chat, litellm_credential_name: ds, timeout: 90,
        max_parallel_requests: 4, extra_headers: { X-Team: blue, Authorization: "Bearer sk-literal" } }
credential_list:
  - credential_name: ds
    credential_values: { api_key: sk-ds-literal }
router_settings:
  model_group_alias: {"gpt-4": "gpt-4o", "hidden": {"model": "fast", "hidden": true}}
  fallbacks: [{"fast": ["claude-haiku", "nothing"]}]
  allowed_fails: 3
  cooldown_time: 45
  routing_strategy: simple-shuffle
litellm_settings:
  context_window_fallbacks: [{"claude-haiku": ["claude-sonnet-4-5"]}]
  default_fallbacks: ["kept"]
  request_timeout: 120
  drop_params: True
  success_callback: ["langfuse"]
general_settings:
  master_key: sk-1234-literal
  database_url: "postgresql://user:literal@host/db"
)";

TEST_F(GatewayImportTest, LitellmsDeploymentsBecomeUpstreamsAndPools)
{
    import(litellm_example);
    const config::Config config = loaded();
    std::vector<std::string> names;
    for (const config::Upstream& one : config.upstreams)
        names.push_back(one.name);
    EXPECT_THAT(names,
        ElementsAre("azure", "azure-2", "groq", "anthropic", "local", "openrouter", "openai", "deepseek"));
    EXPECT_EQ(config.main().base_url, "https://my-endpoint-europe.openai.azure.com/openai/v1");
    EXPECT_EQ(config.upstreams[1].preset, "azure");
    EXPECT_EQ(config.upstreams[1].key().reveal(), "key-of-AZURE_API_KEY_CA");
    const auto& groq = config.upstream("groq")->keys;
    ASSERT_EQ(groq.size(), 2U);
    EXPECT_EQ(groq[0].value.reveal(), "key-of-GROQ_A");
    EXPECT_EQ(groq[0].weight, 3) << "600 to 200";
    EXPECT_EQ(groq[1].value.reveal(), "gsk-literal");
    EXPECT_EQ(groq[1].weight, 1);
    EXPECT_TRUE(config.upstream("local")->keys.empty());
    EXPECT_EQ(config.upstream("local")->models[0].context, 32768U);
    EXPECT_EQ(config.upstream("local")->models[0].images, false);
    const config::Upstream& deepseek = *config.upstream("deepseek");
    EXPECT_EQ(deepseek.key().reveal(), "sk-ds-literal");
    EXPECT_EQ(deepseek.parallel, 4);
    EXPECT_EQ(deepseek.first_byte, config::Milliseconds(90'000));
    EXPECT_THAT(deepseek.headers, ElementsAre(std::pair<std::string, std::string>("x-team", "blue")));
    EXPECT_EQ(config.main().first_byte, config::Milliseconds(120'000));
    EXPECT_EQ(config.main().breaker_failures, 4);
    EXPECT_EQ(config.main().breaker_rest, config::Milliseconds(45'000));
    EXPECT_THAT(text(), Not(HasSubstr("literal")));
}

TEST_F(GatewayImportTest, LitellmsGroupsBecomeNamesAndRoutes)
{
    import(litellm_example);
    const config::Config config = loaded();
    const auto to = [&](std::string_view name) {
        for (const config::ModelMapping& one : config.models.names)
            if (one.from == name)
                return one.to;
        return std::string();
    };
    EXPECT_EQ(to("gpt-4o"), "azure/gpt-4o-eu");
    EXPECT_EQ(to("gpt-4"), "azure/gpt-4o-eu");
    EXPECT_EQ(to("claude-sonnet-4-5"), "anthropic/claude-sonnet-4-5-20250929");
    const auto route_of = [&](std::string_view model) {
        for (const route::Route& one : config.routes)
            if (one.model == model)
                return targets(one);
        return std::vector<std::string> {};
    };
    EXPECT_THAT(
        route_of("gpt-4o"), ElementsAre("azure/gpt-4o-eu", "azure-2/gpt-4o-ca", "deepseek/deepseek-chat"));
    EXPECT_THAT(route_of("hidden"), ElementsAre("groq/openai/gpt-oss-20b", "deepseek/deepseek-chat"));
    EXPECT_THAT(
        route_of("fast"), ElementsAre("groq/openai/gpt-oss-20b", "local/qwen3", "deepseek/deepseek-chat"));
    EXPECT_THAT(route_of("claude-haiku"),
        ElementsAre("local/qwen3", "anthropic/claude-sonnet-4-5-20250929", "deepseek/deepseek-chat"));
    EXPECT_THAT(route_of("openrouter/*"), IsEmpty()) << "a client names the upstream";
    EXPECT_THAT(why_left("fallbacks openrouter/*"), HasSubstr("has no fallbacks"));
    EXPECT_THAT(route_of("gpt-*"), ElementsAre("openai/gpt-5", "deepseek/deepseek-chat"));
    EXPECT_THAT(route_of("kept"), IsEmpty()) << "its only fallback is itself";
    EXPECT_EQ(config.models.big, "anthropic/claude-sonnet-4-5-20250929");
    EXPECT_EQ(config.models.small, "local/qwen3");
}

TEST_F(GatewayImportTest, LitellmsPatternsOrdersAndClaudeAtAzure)
{
    import(R"(model_list:
- model_name: claude-*
  litellm_params: { model: anthropic/claude-*, api_key: os.environ/ANTHROPIC_API_KEY }
- model_name: claude-opus-4-5
  litellm_params: { model: openrouter/z-ai/glm-5 }
- model_name: deep
  litellm_params: { model: deepseek/deepseek-chat, order: 2 }
- model_name: deep
  litellm_params: { model: openrouter/deepseek/deepseek-chat, order: 1 }
- model_name: mine/*
  litellm_params: { model: together_ai/meta-llama/* }
- model_name: foundry
  litellm_params:
    model: azure_ai/claude-sonnet-4-5
    api_base: https://res.services.ai.azure.com/anthropic/v1/messages
    api_key: os.environ/AZURE_AI_KEY
)");
    const config::Config config = loaded();
    ASSERT_EQ(config.routes.size(), 3U);
    EXPECT_EQ(config.routes[0].model, "claude-opus-4-5") << "before the pattern in which it is";
    EXPECT_THAT(targets(config.routes[0]), ElementsAre("openrouter/z-ai/glm-5"));
    EXPECT_THAT(targets(config.routes[1]),
        ElementsAre("openrouter/deepseek/deepseek-chat", "deepseek/deepseek-chat"));
    EXPECT_EQ(config.routes[2].model, "claude-*");
    EXPECT_THAT(targets(config.routes[2]), ElementsAre("anthropic"));
    EXPECT_THAT(why_left("model_list mine/*"), HasSubstr("[models.names] gives each model a name"));
    const config::Upstream* foundry = config.upstream("anthropic-2");
    ASSERT_NE(foundry, nullptr);
    EXPECT_EQ(foundry->messages_url, "https://res.services.ai.azure.com/anthropic/v1/messages");
    EXPECT_EQ(foundry->auth, config::Upstream::Auth::x_api_key);
}

TEST_F(GatewayImportTest, WhatLitellmKnowsAndDragomanDoesNotHasARemedy)
{
    import(litellm_example);
    EXPECT_THAT(why_left("model_list bedrock-claude"), HasSubstr("preset = \"litellm\""));
    EXPECT_THAT(why_left("model_list embeddings"), HasSubstr("Messages API"));
    EXPECT_THAT(why_left("model_list team/*"), HasSubstr("its *"));
    EXPECT_THAT(why_left("model_list fast temperature"), HasSubstr("CLAUDE_CODE_EXTRA_BODY"));
    EXPECT_THAT(why_left("model_list fast rpm, tpm"), HasSubstr("share"));
    EXPECT_THAT(why_left("model_list kept extra_headers Authorization"), HasSubstr("program's own"));
    EXPECT_THAT(why_left("fallbacks fast"), HasSubstr("nothing is no model"));
    EXPECT_THAT(why_left("router_settings.routing_strategy"), HasSubstr("in their order"));
    EXPECT_THAT(why_left("litellm_settings.success_callback"), HasSubstr("Prometheus"));
    EXPECT_THAT(why_left("general_settings.database_url"), HasSubstr("no database"));
    EXPECT_EQ(import_.client_tokens.front().reveal(), "sk-1234-literal");
    for (const auto& lines : { import_.carried, import_.left })
        for (const Import::Line& line : lines)
            EXPECT_THAT(line.name + line.what, Not(HasSubstr("literal")));
    import("model_list:\n  - model_name: x\n    litellm_params: {model: openai/x}\ngeneral_settings:\n"
           "  master_key: os.environ/MASTER\n");
    EXPECT_THAT(why_left("general_settings.master_key"), HasSubstr("DRAGOMAN_CLIENT_TOKEN"));
}

TEST_F(GatewayImportTest, AServerIsKnownByItsAddress)
{
    const auto at = [](std::string_view url, std::string_view name = "x", Speaks speaks = Speaks::chat) {
        const auto server = server_at(url, name, speaks);
        return server ? fmt::format("{} {} {}", server->preset, server->base_url, server->messages_url)
                      : server.error();
    };
    EXPECT_EQ(at("https://openrouter.ai/api/v1/chat/completions"), "openrouter  ");
    EXPECT_EQ(at("https://api.deepseek.com"), "deepseek  ");
    EXPECT_EQ(at("https://api.z.ai/api/coding/paas/v4/chat/completions"),
        "zai https://api.z.ai/api/coding/paas/v4 ");
    EXPECT_EQ(at("https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024"),
        "azure https://r.openai.azure.com/openai/v1 ");
    EXPECT_EQ(at("https://api.anthropic.com/v1/messages", "x", Speaks::messages), "anthropic  ");
    EXPECT_EQ(at("https://api.deepseek.com/anthropic/v1/messages", "x", Speaks::messages), "deepseek  ");
    EXPECT_EQ(at("https://relay.example/claude/v1/messages", "x", Speaks::messages),
        " https://relay.example/claude/v1 ");
    EXPECT_EQ(at("http://192.168.1.9:8000/v1", "vLLM"), "vllm http://192.168.1.9:8000/v1 ");
    EXPECT_EQ(at("http://127.0.0.1:1234/v1/chat/completions"), "lmstudio  ");
    EXPECT_EQ(at("https://evil.example/openrouter.ai"), " https://evil.example/openrouter.ai ");
    EXPECT_THAT(at("ftp://x"), HasSubstr("is no URL"));
    EXPECT_THAT(at("https://x.example/v1?key=secret"), HasSubstr("must not hold a query"));
}

} // namespace
} // namespace dragoman::cli
