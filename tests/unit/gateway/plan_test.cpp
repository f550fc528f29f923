#include "anthropic/decode_request.h"
#include "gateway/plan.h"
#include "json/document.h"

#include <fmt/format.h>

#include <gmock/gmock.h>

namespace dragoman::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PlanTest : public ::testing::Test {
protected:
    PlanTest()
    {
        config_.upstreams.clear();
        add("openrouter", "openrouter", true);
        add("home", "", false);
        add("openai", "openai", false);
        config_.models.big = "home/qwen3-coder";
    }

    void add(std::string name, std::string preset, bool vendor_in_slugs)
    {
        config::Upstream upstream;
        upstream.name = std::move(name);
        upstream.preset = std::move(preset);
        upstream.vendor_in_slugs = vendor_in_slugs;
        upstream.dialect = config::Upstream::Dialect::chat;
        config_.upstreams.push_back(std::move(upstream));
    }

    void route(route::Route route) { config_.routes.push_back(std::move(route)); }

    // Where a request goes, target by target.
    std::vector<std::string> targets(std::string_view model, Wish wish = {}, std::string_view more = "")
    {
        json::Document document;
        const std::string_view messages =
            more.contains("messages") ? "" : R"(,"messages":[{"role":"user","content":"hi"}])";
        const std::string body = fmt::format(R"({{"model":"m","max_tokens":9000{}{}}})", messages, more);
        const auto request = anthropic::decode_request(document, body);
        EXPECT_TRUE(request);
        Plan plan(config_, std::make_shared<const Routing>(routing_of(config_)), catalogues_);
        if (auto chosen = plan.choose(model, wish, *request); !chosen)
            return { std::string(error_type(chosen.error())) + ": " + chosen.error().message };
        std::vector<std::string> all;
        for (std::size_t i = 0; i < plan.size(); ++i) {
            const auto place = plan.place(i);
            all.push_back(place ? config_.upstreams[place->upstream].name + ": " + place->target->model
                                : place.error().message);
        }
        return all;
    }

    config::Config config_;
    Catalogues catalogues_;
};

TEST_F(PlanTest, ANameOfAnUpstreamCountsWhereThereIsOne)
{
    EXPECT_THAT(targets("home/qwen/coder"), ElementsAre("home: qwen/coder"));
    EXPECT_THAT(targets("openai/gpt-5.5"), ElementsAre("openai: gpt-5.5"));
    EXPECT_THAT(targets("z-ai/glm-5"), ElementsAre("openrouter: z-ai/glm-5")) << "nobody's name";
    EXPECT_THAT(targets("home,qwen"), ElementsAre("home: qwen")) << "as claude-code-router writes it";
    EXPECT_THAT(targets("claude-opus-4-5"), ElementsAre("home: qwen3-coder")) << "by the table of models";
}

TEST_F(PlanTest, OpenRoutersOwnSlugsStayWhole)
{
    EXPECT_THAT(targets("openrouter/auto"), ElementsAre("openrouter: openrouter/auto"));
    EXPECT_THAT(targets("openrouter/z-ai/glm-5"), ElementsAre("openrouter: z-ai/glm-5"));
    EXPECT_THAT(targets("openrouter/openai/gpt-5.5"), ElementsAre("openrouter: openai/gpt-5.5"))
        << "the name in front counts, not the one behind it";
}

TEST_F(PlanTest, ClientsMayBeKeptFromNamingTargets)
{
    config_.client_targets = false;
    EXPECT_THAT(targets("openai/gpt-5.5"), ElementsAre("openrouter: openai/gpt-5.5"));
    EXPECT_THAT(targets("openai,gpt-5.5"), ElementsAre("openrouter: openai/gpt-5.5"));
    EXPECT_THAT(targets("claude-opus-4-5"), ElementsAre("home: qwen3-coder")) << "the configuration may";
    EXPECT_THAT(targets("claude-opus-4-5", { .route = "home" }),
        ElementsAre(HasSubstr("permission_error: x-dragoman-route: naming a target is switched off")));
    EXPECT_THAT(targets("anthropic-via/home/qwen3-coder"), ElementsAre("home: qwen3-coder"))
        << "what the configuration names is offered, and has to be there";
    EXPECT_THAT(targets("home/other"), ElementsAre("openrouter: home/other"));
    catalogues_ = catalogues_.with("home",
        std::make_shared<const route::Catalogue>(*route::Catalogue::parse(R"({"data":[{"id":"qwen3"}]})")));
    EXPECT_TRUE(models_of_other_upstreams(config_, catalogues_).empty());
}

TEST_F(PlanTest, AHeaderNamesNothingButModels)
{
    for (const std::string model : { "", "../x", "a b", "a//b", "\xFC", "\"x" })
        EXPECT_THAT(targets("opus", { .route = "home/" + model }),
            ElementsAre(HasSubstr("no name that a model could have")))
            << model;
    EXPECT_THAT(targets("opus", { .route = "home/" + std::string(300, 'x') }),
        ElementsAre(HasSubstr("no name that a model could have")));
    EXPECT_THAT(targets("opus", { .route = "home/qwen[1m]" }), ElementsAre("home: qwen"));
}

TEST_F(PlanTest, AHeaderNamesARouteOrATarget)
{
    route({ .name = "quick",
        .model = "nothing",
        .targets = { { .upstream = "openai", .model = "gpt-5-mini" } } });
    EXPECT_THAT(targets("claude-opus-4-5", { .route = "quick" }), ElementsAre("openai: gpt-5-mini"));
    EXPECT_THAT(targets("claude-opus-4-5", { .route = "openai/gpt-5.5" }), ElementsAre("openai: gpt-5.5"));
    EXPECT_THAT(targets("z-ai/glm-5", { .route = "openrouter" }), ElementsAre("openrouter: z-ai/glm-5"));
    EXPECT_THAT(targets("z-ai/glm-5", { .route = "nobody" }),
        ElementsAre(
            HasSubstr("there is no route or upstream nobody; there are quick, openrouter, home, openai")));
}

TEST_F(PlanTest, TheFirstRouteThatFitsGivesTheTargets)
{
    route({ .scenario = route::Scenario::thinking,
        .targets = {
            { .upstream = "openai", .model = "gpt-5.5" }, { .upstream = "home", .model = "qwen" } } });
    route({ .targets = { { .upstream = "openrouter" } } });
    constexpr std::string_view thinking = R"(,"thinking":{"type":"enabled","budget_tokens":2048})";
    EXPECT_THAT(targets("claude-opus-4-5", {}, thinking), ElementsAre("openai: gpt-5.5", "home: qwen"));
    EXPECT_THAT(targets("z-ai/glm-5"), ElementsAre("openrouter: z-ai/glm-5"))
        << "the model as it was asked for";
    EXPECT_THAT(targets("home/x", {}, thinking), ElementsAre("home: x"))
        << "a client's own word counts first";
}

TEST_F(PlanTest, AnUpstreamAloneTakesModelsOfItsOwn)
{
    config_.upstreams[0].big = "openai/gpt-oss-120b";
    config_.upstreams[2].big = "gpt-5.5";
    config_.upstreams[2].middle = "gpt-5.5";
    config_.upstreams[2].small = "gpt-5-mini";
    config_.models.middle = "z-ai/glm-5";
    config_.models.small = "openai/gpt-5-nano";
    config_.models.names = { { "fast", "home/qwen3-tiny" } };
    config_.models.map = { { "claude-3-*", "z-ai/glm-4" } };
    route({ .targets = { { .upstream = "openai" }, { .upstream = "home" }, { .upstream = "openrouter" } } });
    EXPECT_THAT(targets("claude-opus-4-5"),
        ElementsAre("openai: gpt-5.5", "home: qwen3-coder", "openrouter: openai/gpt-oss-120b"))
        << "[models] counts for the upstream that it names, here home";
    EXPECT_THAT(targets("sonnet").front(), "openai: gpt-5.5") << "not the first upstream's model";
    EXPECT_THAT(targets("sonnet").back(), "openrouter: z-ai/glm-5");
    EXPECT_THAT(targets("claude-haiku-4-5").front(), "openai: gpt-5-nano");
    EXPECT_THAT(targets("claude-3-opus"),
        ElementsAre("openai: gpt-5.5", "home: qwen3-coder", "openrouter: z-ai/glm-4"))
        << "the table is the first upstream's";
    EXPECT_THAT(targets("fast"),
        ElementsAre("openai: gpt-5.5", "home: qwen3-tiny", "openrouter: openai/gpt-oss-120b"));
    EXPECT_THAT(targets("gpt-4o").front(), "openai: gpt-4o") << "as the client asked";
    EXPECT_THAT(targets("z-ai/glm-5").front(), "openai: z-ai/glm-5");
    EXPECT_THAT(targets("opus", { .route = "openai" }), ElementsAre("openai: gpt-5.5"));
    EXPECT_THAT(targets("home/x", { .route = "openai" }), ElementsAre("openai: home/x"))
        << "the header says where";
}

TEST_F(PlanTest, AnUpstreamAloneTakesTheFirstOfItsListWhereNobodyNamesAModel)
{
    config_.models.big = "z-ai/glm-5";
    route({ .targets = { { .upstream = "home" } } });
    EXPECT_THAT(targets("opus"), ElementsAre(HasSubstr("nothing says which model of")));
    catalogues_ = catalogues_.with("home",
        std::make_shared<const route::Catalogue>(*route::Catalogue::parse(
            R"({"data":[{"id":"nomic-embed-text"},{"id":"qwen3"},{"id":"gemma"}]})")));
    EXPECT_THAT(targets("opus"), ElementsAre("home: qwen3")) << "one that can answer";
    config_.routes.clear();
    config_.upstreams.erase(config_.upstreams.begin());
    config_.models.big = "";
    EXPECT_THAT(targets("opus"), ElementsAre("home: qwen3")) << "also the first upstream";
}

TEST_F(PlanTest, AModelMayBeTheNameOfARouteOrOfAnUpstream)
{
    config_.upstreams[2].big = "gpt-5.5";
    route({ .targets = { { .upstream = "home", .model = "always" } } });
    route({ .name = "quick",
        .model = "nothing",
        .targets = { { .upstream = "openai", .model = "gpt-5-mini" }, { .upstream = "openai" } } });
    route({ .name = "haiku", .model = "nothing", .targets = { { .upstream = "openai", .model = "x" } } });
    EXPECT_THAT(targets("quick"), ElementsAre("openai: gpt-5-mini", "openai: gpt-5.5"));
    EXPECT_THAT(targets("anthropic-via/quick[1m]").front(), "openai: gpt-5-mini");
    EXPECT_THAT(targets("openai"), ElementsAre("openai: gpt-5.5"));
    EXPECT_THAT(targets("haiku"), ElementsAre("home: always")) << "a name of Claude's stays one";
    config_.models.names = { { "quick", "home/short" } };
    EXPECT_THAT(targets("quick"), ElementsAre("home: always")) << "and so does a short name";
    config_.models.names.clear();
    config_.client_targets = false;
    EXPECT_THAT(targets("quick"), ElementsAre("home: always")) << "where clients name no targets";
    config_.client_targets = true;
    catalogues_ = catalogues_.with("openrouter",
        std::make_shared<const route::Catalogue>(*route::Catalogue::parse(R"({"data":[{"id":"openai"}]})")));
    EXPECT_THAT(targets("openai"), ElementsAre("home: always")) << "and a model of the first upstream's list";
}

TEST_F(PlanTest, SideRequestsAndSubagentsAreKnown)
{
    route(
        { .scenario = route::Scenario::background, .targets = { { .upstream = "home", .model = "small" } } });
    route({ .scenario = route::Scenario::subagent, .targets = { { .upstream = "home", .model = "agent" } } });
    route({ .scenario = route::Scenario::image, .targets = { { .upstream = "home", .model = "seeing" } } });
    EXPECT_THAT(targets("claude-haiku-4-5"), ElementsAre("home: small"));
    EXPECT_THAT(targets("claude-opus-4-5"), ElementsAre("home: qwen3-coder"));
    EXPECT_THAT(targets("claude-opus-4-5", { .agent_id = "a1" }), ElementsAre("home: agent"));
    EXPECT_THAT(
        targets("claude-opus-4-5", {},
            R"(,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[)"
            R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"aa"}}]}]}])"),
        ElementsAre("home: seeing"))
        << "also inside the result of a tool";
}

TEST_F(PlanTest, AStatementCountsMoreThanTheList)
{
    config_.upstreams[1].models.push_back({ .model = "qwen*",
        .context = 32768,
        .images = false,
        .tools = false,
        .thinking = false,
        .quirks = { route::Quirk::inline_think } });
    Plan plan(config_, std::make_shared<const Routing>(routing_of(config_)), catalogues_);
    ASSERT_TRUE(plan.choose("home/qwen3"));
    const auto place = plan.place(0);
    ASSERT_TRUE(place);
    const route::ModelFacts& facts = *place->target->facts;
    EXPECT_EQ(facts.context_length, 32768U);
    EXPECT_FALSE(facts.takes_images());
    EXPECT_TRUE(facts.takes_files());
    EXPECT_FALSE(facts.supports("tools"));
    EXPECT_TRUE(facts.supports("temperature"));
    EXPECT_FALSE(facts.thinks());
    EXPECT_TRUE(place->target->has(route::Quirk::inline_think));
}

TEST_F(PlanTest, ListsOfModelsNameOtherUpstreamsInFront)
{
    route({ .family = "opus", .targets = { { .upstream = "openai", .model = "gpt-5" } } });
    catalogues_ = catalogues_.with("home",
        std::make_shared<const route::Catalogue>(*route::Catalogue::parse(R"({"data":[{"id":"qwen3"}]})")));
    const route::Lookup lookup = lookup_of(config_, catalogues_);
    const auto answered_by = [&](std::string_view name) { return lookup(name).value().target.model; };
    EXPECT_EQ(answered_by("claude-opus-4-5"), "openai/gpt-5");
    EXPECT_EQ(answered_by("anthropic-via/opus"), "openai/gpt-5") << "as a client's picker writes it";
    EXPECT_EQ(answered_by("claude-haiku-4-5"), config_.models.small);
    EXPECT_EQ(answered_by("default"), "home/qwen3-coder");
    EXPECT_TRUE(lookup("home/qwen3").value().is_elsewhere);
    EXPECT_FALSE(lookup("vendor/model").value().is_elsewhere);
    EXPECT_THAT(models_of_other_upstreams(config_, catalogues_), ElementsAre("home/qwen3"));
    const auto rules = route::Rules { .big = config_.models.big };
    EXPECT_THAT(
        route::model_entry("home/qwen3", rules, {}, lookup).value(), HasSubstr(R"("id":"home/qwen3")"));
    EXPECT_THAT(route::models_list(rules, {}, lookup, { "home/qwen3" }), HasSubstr(R"("id":"home/qwen3")"));
}

TEST_F(PlanTest, ARouteIsChosenByWhatARequestWouldBe)
{
    route({ .scenario = route::Scenario::image, .targets = { { .upstream = "home", .model = "sees" } } });
    Plan plan(config_, std::make_shared<const Routing>(routing_of(config_)), catalogues_);
    ASSERT_TRUE(plan.choose("vendor/model", route::Aspects { .model = "vendor/model", .media = true }));
    EXPECT_EQ(plan.place(0)->target->model, "sees");
    Plan named(config_, std::make_shared<const Routing>(routing_of(config_)), catalogues_);
    ASSERT_TRUE(named.choose("openai/gpt-5", route::Aspects { .model = "openai/gpt-5", .media = true }));
    EXPECT_EQ(named.place(0)->target->model, "gpt-5") << "a client's word comes first";
}

} // namespace
} // namespace dragoman::gateway
