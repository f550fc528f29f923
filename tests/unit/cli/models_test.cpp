#include "cli/catalogue.h"
#include "cli/models_table.h"
#include "support/catalogue.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

route::Catalogue some_models()
{
    auto catalogue = route::Catalogue::parse(R"({"data":[
        {"id":"b/two","name":"B: Second","context_length":1310720,"supported_parameters":["tools"],
         "pricing":{"prompt":"0.00000005","completion":"0.0000002"},
         "architecture":{"input_modalities":["text","image"]},"expiration_date":"2027-01-31T00:00:00Z"},
        {"id":"a/one","canonical_slug":"a/one-20250101","name":"A: First","context_length":131072,
         "supported_parameters":["temperature"],"pricing":{"prompt":"0","completion":"0","request":"0.01"}},
        {"id":"c/three.five","name":"\u001b[31mevil","pricing":{"prompt":"0","completion":"0"}}]})");
    return std::move(*catalogue);
}

std::vector<std::string> ids(const Models& models)
{
    std::vector<std::string> all;
    for (const auto& model : models)
        all.push_back(model->id);
    return all;
}

TEST(Models, NumbersAreWrittenAsPeopleReadThem)
{
    EXPECT_EQ(window_text(512), "512");
    EXPECT_EQ(window_text(131072), "131k");
    EXPECT_EQ(window_text(999999), "999k");
    EXPECT_EQ(window_text(1048576), "1M");
    EXPECT_EQ(window_text(1310720), "1.3M");
    EXPECT_EQ(price_text(0), "free");
    EXPECT_EQ(price_text(0.00000005), "$0.05");
    EXPECT_EQ(price_text(0.000015), "$15.00");
    EXPECT_EQ(price_text(0.000000075), "$0.075");
    EXPECT_EQ(price_text(0.0000000375), "$0.0375");
    EXPECT_EQ(price_text(0.00000000123456), "$0.0012");
    EXPECT_EQ(age_text(59), "a moment");
    EXPECT_EQ(age_text(60), "1 minute");
    EXPECT_EQ(age_text(7199), "1 hour");
    EXPECT_EQ(age_text(3 * 86400), "3 days");
}

TEST(Models, EveryWordMustMatchIdOrName)
{
    const route::Catalogue catalogue = some_models();
    EXPECT_THAT(ids(chosen_models(catalogue, {})), ElementsAre("a/one", "b/two", "c/three.five"));
    EXPECT_THAT(ids(chosen_models(catalogue, { .words = { "SECOND", "b/" } })), ElementsAre("b/two"));
    EXPECT_THAT(ids(chosen_models(catalogue, { .words = { "second", "first" } })), ElementsAre());
}

TEST(Models, WishesLeaveOutWhatIsKnownNotToFulfilThem)
{
    const route::Catalogue catalogue = some_models();
    EXPECT_THAT(ids(chosen_models(catalogue, { .free = true })), ElementsAre("c/three.five"))
        << "a price for each request is a price";
    EXPECT_THAT(ids(chosen_models(catalogue, { .tools = true })), ElementsAre("b/two", "c/three.five"));
    EXPECT_THAT(ids(chosen_models(catalogue, { .context = 200000 })), ElementsAre("b/two", "c/three.five"));
    EXPECT_THAT(ids(chosen_models(catalogue, { .sort = ModelsOptions::Sort::context })),
        ElementsAre("b/two", "a/one", "c/three.five"));
    EXPECT_THAT(ids(chosen_models(catalogue, { .sort = ModelsOptions::Sort::price })),
        ElementsAre("a/one", "c/three.five", "b/two"));
}

TEST(Models, TheConfiguredOnesAreFoundHoweverTheyAreSpelled)
{
    const route::Catalogue catalogue = some_models();
    const Roles roles =
        roles_of({ .big = "a/one-20250101", .middle = "c/three-five", .small = "a/one" }, catalogue);
    EXPECT_EQ(roles.of(*catalogue.find("a/one")), "big,small");
    EXPECT_EQ(roles.of(*catalogue.find("c/three.five")), "middle");
    EXPECT_EQ(roles.of(*catalogue.find("b/two")), "");
}

TEST(Models, TheTableFitsAndNothingInItSteersATerminal)
{
    const route::Catalogue catalogue = some_models();
    const Models all = chosen_models(catalogue, {});
    const std::string wide = models_table(all, {}, {});
    EXPECT_THAT(wide, HasSubstr("B: Second"));
    EXPECT_THAT(wide, HasSubstr("\\u001b[31mevil"));
    EXPECT_THAT(wide, Not(HasSubstr("\033")));
    EXPECT_THAT(wide, Not(HasSubstr("used as"))) << "nothing is used, so that column goes";
    const std::string narrow = models_table(all, {}, { .width = 45 });
    EXPECT_THAT(narrow, Not(HasSubstr("name")));
    EXPECT_THAT(narrow, HasSubstr("c/three.five"));
    EXPECT_THAT(narrow, HasSubstr("$0.05"));
}

TEST(Models, JsonSaysNullForWhatIsNotKnown)
{
    const route::Catalogue catalogue = some_models();
    const std::string json = models_json(chosen_models(catalogue, {}), { .big = "b/two", .small = "b/two" });
    const auto parsed = nlohmann::json::parse(json);
    ASSERT_EQ(parsed.size(), 3U);
    EXPECT_EQ(parsed[1]["id"], "b/two");
    EXPECT_DOUBLE_EQ(parsed[1]["input_per_million"], 0.05);
    EXPECT_EQ(parsed[1]["reads"], nlohmann::json({ "text", "image" }));
    EXPECT_EQ(parsed[1]["used_as"], nlohmann::json({ "big", "small" }));
    EXPECT_EQ(parsed[1]["expires"], "2027-01-31");
    EXPECT_TRUE(parsed[2]["tools"].is_null());
    EXPECT_TRUE(parsed[2]["context_length"].is_null());
    EXPECT_EQ(parsed[2]["name"], "\033[31mevil") << "programs get it as it is, escaped";
}

TEST(Models, OfSeveralUpstreamsEachHasTheUpstreamsNameInFront)
{
    config::Config config;
    config.upstreams = { { .name = "openrouter" },
        { .name = "home", .preset = "", .vendor_in_slugs = false } };
    config.upstreams[1].models = { { .model = "stated", .context = 4096 }, { .model = "pattern-*" } };
    config.models = { .big = "a/one", .middle = "home/stated", .small = "home/stated" };
    std::vector<KnownUpstream> known;
    known.push_back({ &config.upstreams[0], KnownModels { .catalogue = some_models() } });
    known.push_back({ &config.upstreams[1], Failure(Error::unreachable("no list")) });
    const Models all = models_of(config, known);
    EXPECT_THAT(ids(chosen_models(all, {})),
        ElementsAre("home/stated", "openrouter/a/one", "openrouter/b/two", "openrouter/c/three.five"));
    EXPECT_THAT(ids(chosen_models(all, { .words = { "home" } })), ElementsAre("home/stated"));
    EXPECT_EQ(chosen_models(all, { .words = { "home" } }).front()->context_length, 4096U);
    const Roles roles = roles_of(config, known);
    EXPECT_EQ(roles.big, "openrouter/a/one");
    EXPECT_EQ(roles.small, "home/stated");
    config.upstreams.pop_back();
    known.pop_back();
    known.front().upstream = &config.upstreams.front();
    EXPECT_THAT(ids(models_of(config, known)), ElementsAre("b/two", "a/one", "c/three.five"))
        << "alone it needs none";
}

} // namespace
} // namespace dragoman::cli
