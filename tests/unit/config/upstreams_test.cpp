#include "config/presets.h"
#include "load_support.h"

#include <map>
#include <set>

namespace dragoman::config {
namespace {

using route::Quirk;
using route::Scenario;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> names_of(const std::vector<UpstreamKey>& keys)
{
    std::vector<std::string> names;
    for (const UpstreamKey& key : keys)
        names.push_back(fmt::format("{} x{}", key.value.reveal(), key.weight));
    return names;
}

TEST_F(LoadTest, UpstreamsKeepTheOrderOfTheFile)
{
    file("[upstreams.zebra]\nbase_url = \"http://127.0.0.1:1/v1\"\n"
         "[upstreams.anthropic]\n"
         "[upstreams.openrouter]\n");
    environment_["ANTHROPIC_API_KEY"] = "sk-ant-1";
    environment_["OPENROUTER_API_KEY"] = "sk-or-1";
    const Config config = loaded();
    ASSERT_EQ(config.upstreams.size(), 3U);
    EXPECT_EQ(config.main().name, "zebra");
    EXPECT_EQ(config.upstreams[1].key().reveal(), "sk-ant-1");
    EXPECT_EQ(config.upstreams[2].key().reveal(), "sk-or-1");
    EXPECT_TRUE(config.main().keys.empty()) << "nobody else's key goes there";
    EXPECT_EQ(config.upstream("openrouter"), &config.upstreams[2]);
    EXPECT_EQ(config.upstream("home"), nullptr);
}

TEST_F(LoadTest, WhatJsonHasNoWordForIsNoPreference)
{
    for (const char* value : { "inf", "nan", "1979-05-27", "[1, [inf]]", "{ c = 07:32:00 }" }) {
        file(fmt::format("[upstreams.openrouter]\n[[routes]]\n"
                         "targets = [{{ target = \"openrouter/a/b\", provider = {{ sort = {} }} }}]\n",
            value));
        EXPECT_THAT(
            mistakes(), ElementsAre(HasSubstr("routes.targets.provider holds what JSON has no word for")))
            << value;
    }
}

TEST_F(LoadTest, TellsWhichKeysAreMissing)
{
    environment_.clear();
    file("");
    EXPECT_EQ(loaded().missing_keys(), "OPENROUTER_API_KEY");
    file("[upstreams.groq]\n[upstreams.other]\npreset = \"groq\"\n[upstreams.xai]\n");
    EXPECT_TRUE(loaded().degraded());
    EXPECT_EQ(loaded().missing_keys(), "GROQ_API_KEY or XAI_API_KEY");
}

TEST_F(LoadTest, ModelsThatNobodyHasNamedAreTheFirstUpstreams)
{
    file("[upstreams.openrouter]\n[upstreams.openai]\n");
    EXPECT_EQ(loaded().models.big, "openrouter/openai/gpt-oss-120b") << "not OpenAI's";
    EXPECT_EQ(loaded().models.small, "openrouter/openai/gpt-oss-120b");
    file("[upstreams.groq]\n[upstreams.openai]\n[models]\nsmall = \"openai/gpt-5-mini\"\n");
    EXPECT_EQ(loaded().models.big, "groq/openai/gpt-oss-120b");
    EXPECT_EQ(loaded().models.small, "openai/gpt-5-mini") << "what somebody writes is what they mean";
    file("[upstreams.openai]\n[upstreams.openrouter]\n");
    EXPECT_EQ(loaded().models.big, "gpt-5.5");
}

TEST_F(LoadTest, OpenRoutersOwnModelsAreTargets)
{
    file("[upstreams.openrouter]\n[[routes]]\ntargets = [\"openrouter/auto\", \"openrouter/z-ai/glm-5\"]\n");
    const Config config = loaded();
    EXPECT_EQ(config.routes.at(0).targets.at(0).model, "openrouter/auto");
    EXPECT_EQ(config.routes.at(0).targets.at(1).model, "z-ai/glm-5");
}

TEST_F(LoadTest, APresetAndAKeyAreAWholeUpstream)
{
    for (const Preset& preset : presets()) {
        SCOPED_TRACE(preset.name);
        const std::string url =
            preset.base_url.empty() ? "base_url = \"https://r.openai.azure.com/openai/v1\"\n" : "";
        file(fmt::format("[upstreams.mine]\npreset = \"{}\"\n{}", preset.name, url));
        environment_ = { { std::string(preset.key_env), "sk-or-key" } };
        const Config config = loaded();
        EXPECT_EQ(config.main().key().reveal(), "sk-or-key");
        EXPECT_EQ(config.main().title, preset.title);
        EXPECT_EQ(config.main().dialect, preset.dialect);
        EXPECT_EQ(config.main().quirks, preset.quirks);
        EXPECT_THAT(config.main().chat_url, HasSubstr("/chat/completions"));
        EXPECT_FALSE(config.degraded());
        EXPECT_THAT(warnings_, IsEmpty());
        environment_.clear();
        EXPECT_EQ(loaded().degraded(), preset.key_required);
    }
}

TEST_F(LoadTest, PresetsKnowWhereMessagesAreSpoken)
{
    const std::map<std::string_view, std::string_view> urls {
        { "openrouter", "https://openrouter.ai/api/v1/messages" },
        { "anthropic", "https://api.anthropic.com/v1/messages" },
        { "deepseek", "https://api.deepseek.com/anthropic/v1/messages" },
        { "zai", "https://api.z.ai/api/anthropic/v1/messages" },
        { "moonshot", "https://api.moonshot.ai/anthropic/v1/messages" },
        { "minimax", "https://api.minimax.io/anthropic/v1/messages" },
        { "fireworks", "https://api.fireworks.ai/inference/v1/messages" },
        { "vllm", "http://127.0.0.1:8000/v1/messages" },
        { "sglang", "http://127.0.0.1:30000/v1/messages" },
        { "llamacpp", "http://127.0.0.1:8080/v1/messages" },
        { "ollama", "http://127.0.0.1:11434/v1/messages" },
        { "lmstudio", "http://127.0.0.1:1234/v1/messages" },
        { "litellm", "http://127.0.0.1:4000/v1/messages" },
    };
    for (const Preset& preset : presets()) {
        SCOPED_TRACE(preset.name);
        const auto url = urls.find(preset.name);
        ASSERT_EQ(preset.has_messages, url != urls.end());
        if (url == urls.end())
            continue;
        file(fmt::format("[upstreams.mine]\npreset = \"{}\"\ndialect = \"messages\"\n", preset.name));
        environment_ = { { std::string(preset.key_env), "sk-or-key" } };
        const Config config = loaded();
        EXPECT_EQ(config.main().messages_url, url->second);
        EXPECT_EQ(config.main().auth,
            preset.name == "anthropic" ? Upstream::Auth::x_api_key : Upstream::Auth::bearer);
        EXPECT_THAT(warnings_, IsEmpty());
    }
}

TEST(Presets, HaveNamesOfTheirOwn)
{
    std::set<std::string_view> names;
    for (const Preset& preset : presets())
        EXPECT_TRUE(names.insert(preset.name).second) << preset.name;
    EXPECT_EQ(preset_of("openrouter")->title, "OpenRouter");
    EXPECT_EQ(preset_of("nobody"), nullptr);
}

TEST_F(LoadTest, APresetKnowsWhereMessagesStand)
{
    file("[upstreams.deepseek]\n");
    EXPECT_EQ(loaded().main().chat_url, "https://api.deepseek.com/v1/chat/completions");
    EXPECT_EQ(loaded().main().messages_url, "https://api.deepseek.com/anthropic/v1/messages");
    file("[upstreams.deepseek]\nbase_url = \"https://proxy.example/v1\"\n");
    EXPECT_EQ(loaded().main().messages_url, "https://proxy.example/v1/messages")
        << "who has another base URL means another server";
    file("[upstreams.openai]\n");
    EXPECT_EQ(loaded().main().responses_url, "https://api.openai.com/v1/responses");
}

TEST_F(LoadTest, OpenAisKeyBelongsToOpenAiWhereItIsAnUpstream)
{
    file("[upstreams.openrouter]\n[upstreams.openai]\n");
    environment_["OPENAI_API_KEY"] = "sk-or-1";
    const Config config = loaded();
    EXPECT_TRUE(config.main().keys.empty());
    EXPECT_EQ(config.upstreams[1].key().reveal(), "sk-or-1");
    EXPECT_FALSE(config.degraded()) << "one of them can answer";
}

TEST_F(LoadTest, QuirksAreAddedAndTakenAway)
{
    file("[upstreams.deepseek]\nquirks = [\"own_ids\", \"-require_reasoning_content\"]\n");
    const auto quirks = loaded().main().all_quirks();
    EXPECT_TRUE(quirks.has(Quirk::own_ids));
    EXPECT_TRUE(quirks.has(Quirk::thinking_object)) << "the preset's";
    EXPECT_FALSE(quirks.has(Quirk::require_reasoning_content));
    file("[upstreams.deepseek]\nquirks = [\"own_id\", \"-\"]\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(
            HasSubstr(
                "config.toml:2:11: upstreams.deepseek.quirks: own_id is no quirk; did you mean own_ids? docs/"
                "providers.md lists them"),
            HasSubstr("config.toml:2:21: upstreams.deepseek.quirks: - is no quirk; docs/providers.md")));
}

TEST_F(LoadTest, APoolTakesKeysFromEverywhere)
{
    file(fmt::format("[upstreams.groq]\nkeys = [{{ env = \"A_KEY\", weight = 3 }}, {{ file = \"{}\" }}, "
                     "{{ key = \"gsk-3\" }}]\n",
        secret_file("second", "gsk-2\n")));
    environment_["A_KEY"] = "gsk-1";
    EXPECT_THAT(names_of(loaded().main().keys), ElementsAre("gsk-1 x3", "gsk-2 x1", "gsk-3 x1"));
    environment_.clear();
    EXPECT_THAT(names_of(loaded().main().keys), ElementsAre("gsk-2 x1", "gsk-3 x1"));
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("config.toml:2:9: the key A_KEY is not set")));
    file("[upstreams.groq]\nkeys = [{ env = \"A_KEY\" }]\n");
    const Config without = loaded();
    EXPECT_TRUE(without.degraded());
    EXPECT_EQ(without.main().key_name, "A_KEY") << "the variable to name when there is no key";
}

TEST_F(LoadTest, SaysWhatIsWrongWithAPool)
{
    file("[upstreams.groq]\nkey_env = \"X\"\nkeys = [{ env = \"A\", file = \"/b\" }, { weight = 1 }]\n"
         "[upstreams.xai]\nkeys = \"A\"\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(
            HasSubstr("config.toml:3:8: upstreams.groq.keys and key, key_file or key_env cannot both"),
            HasSubstr("config.toml:3:9: upstreams.groq.keys needs one of env, file and key"),
            HasSubstr("config.toml:3:37: upstreams.groq.keys needs one of env, file and key"),
            HasSubstr("config.toml:5:8: upstreams.xai.keys must be written as")));
}

TEST_F(LoadTest, HeadersAreSentButNeverTheProgramsOwn)
{
    file("[upstreams.home]\nbase_url = \"http://127.0.0.1:1/v1\"\n[upstreams.home.headers]\nX-Team = "
         "\"blue\"\n");
    EXPECT_THAT(loaded().main().headers, ElementsAre(std::pair<std::string, std::string>("x-team", "blue")));
    file("[upstreams.home]\nbase_url = \"http://127.0.0.1:1/v1\"\n[upstreams.home.headers]\n"
         "Authorization = \"Bearer x\"\n\"a b\" = \"c\"\nok = \"line\\nbreak\"\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(HasSubstr("headers.Authorization cannot be set here"),
            HasSubstr("is no name of a header"), HasSubstr("headers.ok must be printable ASCII")));
}

TEST_F(LoadTest, ModelsAreStatedWhereNoListTells)
{
    file("[upstreams.home]\nbase_url = \"http://127.0.0.1:1/v1\"\n"
         "[upstreams.home.models.\"qwen3-*\"]\ncontext = 32768\nimages = false\nquirks = "
         "[\"inline_think\"]\n");
    const auto models = loaded().main().models;
    ASSERT_EQ(models.size(), 1U);
    EXPECT_EQ(models[0].model, "qwen3-*");
    EXPECT_EQ(models[0].context, 32768U);
    EXPECT_EQ(models[0].images, false);
    EXPECT_EQ(models[0].thinking, std::nullopt);
    EXPECT_TRUE(models[0].quirks.has(Quirk::inline_think));
}

TEST_F(LoadTest, ThoughtsInTheTextAreStatedOrDenied)
{
    const auto quirks_with = [&](const std::string& setting) {
        file("[upstreams.home]\nbase_url = \"http://127.0.0.1:1/v1\"\n" + setting);
        const Config config = loaded();
        const Upstream& upstream = config.main();
        return std::pair(
            upstream.stated.has(Quirk::inline_think), upstream.not_stated.has(Quirk::inline_think));
    };
    EXPECT_EQ(quirks_with(""), std::pair(false, false)) << "to be found out";
    EXPECT_EQ(quirks_with("inline_think = true\n"), std::pair(true, false));
    EXPECT_EQ(quirks_with("inline_think = false\n"), std::pair(false, true))
        << "not only where a preset has it";
    EXPECT_EQ(quirks_with("preset = \"vllm\"\ninline_think = false\n"), std::pair(false, true));
    EXPECT_EQ(quirks_with("quirks = [\"inline_think\"]\ninline_think = false\n"), std::pair(false, true));
}

TEST_F(LoadTest, RoutesNameUpstreamsAndModels)
{
    file(
        "[upstreams.home]\nbase_url = \"http://127.0.0.1:1/v1\"\n[upstreams.openrouter]\n"
        "[[routes]]\nname = \"cheap\"\nwhen = { family = \"haiku\", scenario = \"background\" }\n"
        "targets = [\"home/qwen/coder\", { target = \"openrouter/openai/gpt-oss-20b\", first_byte = \"20s\", "
        "provider = { order = [\"Groq\", \"Cerebras\"], allow_fallbacks = false } }]\nmidstream = "
        "\"resume\"\n"
        "[[routes]]\nwhen = { tokens_over = 100000 }\ntargets = [\"openrouter\"]\n");
    const auto routes = loaded().routes;
    ASSERT_EQ(routes.size(), 2U);
    EXPECT_EQ(routes[0].name, "cheap");
    EXPECT_EQ(routes[0].family, "haiku");
    EXPECT_EQ(routes[0].scenario, Scenario::background);
    EXPECT_TRUE(routes[0].resume);
    ASSERT_EQ(routes[0].targets.size(), 2U);
    EXPECT_EQ(routes[0].targets[0].upstream, "home");
    EXPECT_EQ(routes[0].targets[0].model, "qwen/coder");
    EXPECT_EQ(routes[0].targets[1].model, "openai/gpt-oss-20b");
    EXPECT_EQ(routes[0].targets[1].first_byte, Milliseconds(20'000));
    EXPECT_EQ(routes[0].targets[1].provider, R"({"order":["Groq","Cerebras"],"allow_fallbacks":false})");
    EXPECT_EQ(routes[1].scenario, Scenario::long_context);
    EXPECT_EQ(routes[1].tokens_over, 100'000U);
    EXPECT_EQ(routes[1].targets[0].upstream, "openrouter");
    EXPECT_EQ(routes[1].targets[0].model, "") << "as the client asked";
}

TEST_F(LoadTest, SaysWhatIsWrongWithARoute)
{
    file("[upstreams.home]\nbase_url = \"http://127.0.0.1:1/v1\"\n"
         "[[routes]]\nwhen = { scenario = \"thinkin\" }\ntargets = [\"hom/x\"]\n"
         "[[routes]]\n"
         "[[routes]]\ntargets = [{ target = \"home/x\", models = [\"a\"] }]\nretries = 3\n"
         "[[routes]]\nname = \"a\"\nwhen = { scenario = \"image\", tokens_over = 5 }\ntargets = [\"home/\"]\n"
         "[[routes]]\nname = \"a\"\ntargets = [\"home/x\"]\n");
    EXPECT_THAT(mistakes(),
        ElementsAre(HasSubstr("config.toml:4:21: routes.when.scenario must be"),
            HasSubstr("config.toml:6:1: routes needs targets"),
            HasSubstr("config.toml:9:1: unknown key routes.retries"),
            HasSubstr(R"(routes.when.tokens_over belongs to scenario = "long_context")"),
            HasSubstr("config.toml:5:12: routes.targets: the target hom/x names no upstream of this file; "
                      "there is one: home; "
                      "did you mean home/x?"),
            HasSubstr("config.toml:8:12: routes.targets: the target home/x: models, provider and plugins are "
                      "for routers"),
            HasSubstr("config.toml:13:12: routes.targets: the target home/ names no model"),
            HasSubstr("config.toml:15:8: routes.name: there is another route of the name a")));
}

TEST_F(LoadTest, LimitsAreForEachTokenAndInAll)
{
    EXPECT_EQ(loaded().limits.all.body_bytes, limits::request_bodies_in_memory);
    file("[limits]\neach = { requests = 8, requests_a_minute = 120 }\nall = { requests = 100, body_bytes = "
         "\"64MiB\" }\n");
    const Limits given = loaded().limits;
    EXPECT_EQ(given.each.requests, 8);
    EXPECT_EQ(given.each.requests_a_minute, 120);
    EXPECT_EQ(given.each.body_bytes, 0U);
    EXPECT_EQ(given.all.requests, 100);
    EXPECT_EQ(given.all.body_bytes, 64 * limits::MiB);
}

} // namespace
} // namespace dragoman::config
