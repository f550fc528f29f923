#include "cli/model_choice.h"
#include "support/catalogue.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string entry(std::string_view id, std::string_view completion, int created, std::string_view more = "")
{
    return fmt::format(R"({{"id":"{}","created":{},"context_length":200000,"supported_parameters":["tools"],)"
                       R"("pricing":{{"prompt":"0.000001","completion":"{}"}}{}}})",
        id, created, completion, more);
}

route::Catalogue catalogue_of(const std::vector<std::string>& entries)
{
    return *route::Catalogue::parse(fmt::format(R"({{"data":[{}]}})", fmt::join(entries, ",")));
}

std::vector<std::string> ids(const Models& models)
{
    std::vector<std::string> all;
    for (const auto& model : models)
        all.push_back(model->id);
    return all;
}

TEST(ModelChoice, TheBestRecentOneOfEachVendorWithinItsPrice)
{
    const auto catalogue = catalogue_of({ entry("openai/old", "0.00002", 1), entry("openai/a", "0.00001", 5),
        entry("openai/b", "0.000002", 6), entry("openai/c", "0.000001", 7), entry("openai/d", "0.000003", 8),
        entry("openai/dear", "0.0002", 9), entry("anthropic/x", "0.000025", 3),
        entry("google/y:free", "0.000001", 3),
        entry("z-ai/gone", "0.000001", 3, R"(,"expiration_date":"2027-01-01")"),
        entry("nobody/z", "0.000001", 3) });
    EXPECT_THAT(ids(suggested_models(catalogue, Size::big, "openai/b", 9)),
        ElementsAre("openai/b", "anthropic/x", "openai/a"));
    EXPECT_THAT(ids(suggested_models(catalogue, Size::small, "openai/b", 9)), ElementsAre("openai/b"));
    EXPECT_THAT(ids(suggested_models(catalogue, Size::small, "none/at-all", 9)), ElementsAre("openai/b"));
}

TEST(ModelChoice, AServerOfOnesOwnShowsWhatItHas)
{
    const auto catalogue = *route::Catalogue::parse(R"({"data":[{"id":"one"},{"id":"two"},{"id":"three"}]})");
    EXPECT_THAT(ids(suggested_models(catalogue, Size::big, "two", 2)), ElementsAre("two", "one"));
}

TEST(ModelChoice, IdsAreCheckedAndMended)
{
    const auto catalogue = catalogue_of({ entry("anthropic/claude-haiku-4.5", "0.000005", 1) });
    EXPECT_EQ(*checked_model("anthropic/claude-haiku-4-5", catalogue), "anthropic/claude-haiku-4.5");
    EXPECT_EQ(
        *checked_model("anthropic/claude-haiku-4.5:online", catalogue), "anthropic/claude-haiku-4.5:online");
    EXPECT_EQ(*checked_model("@preset/mine", catalogue), "@preset/mine");
    EXPECT_EQ(*checked_model("what/ever", route::Catalogue()), "what/ever") << "nothing is known";
    const auto dated = catalogue_of({ entry("claude-opus-4-5-20251101", "0.000005", 1) });
    EXPECT_EQ(*checked_model("claude-opus-4-5", dated), "claude-opus-4-5");
    EXPECT_FALSE(checked_model("claude-opus-4", dated));
    const auto wrong = checked_model("anthropic/claude-haiku-4.4", catalogue);
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().message, HasSubstr("the nearest are anthropic/claude-haiku-4.5"));
}

} // namespace
} // namespace dragoman::cli
