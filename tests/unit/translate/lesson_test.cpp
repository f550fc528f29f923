#include "translate/lesson.h"

#include <gtest/gtest.h>

namespace dragoman::translate {

namespace {

using route::Quirk;
using route::Target;

Target target(route::Quirks quirks = {}, Target::Dialect dialect = Target::Dialect::chat)
{
    return { .model = "m", .dialect = dialect, .quirks = quirks };
}

route::LearnedFacts window(int status, std::string_view body, std::optional<std::uint64_t> known = {})
{
    const UpstreamFailure failure { .status = status, .body = body };
    const ErrorContext context { .upstream_name = "home", .context_length = known, .max_tokens = 4000 };
    return window_of(read_failure(failure, context));
}

} // namespace

TEST(Lesson, HoldsForTheModelForTheSessionOrForOneRequest)
{
    const Lesson all = lesson_of({ .remedy = Remedy::drop_parameter, .parameter = "temperature" }, target());
    EXPECT_EQ(all.of_model.refused_parameters.count("temperature"), 1U);
    EXPECT_TRUE(all.of_session.empty());

    const Lesson here = lesson_of(
        { .remedy = Remedy::drop_parameter, .reach = Reach::session, .parameter = "temperature" }, target());
    EXPECT_TRUE(here.of_model.empty());
    EXPECT_EQ(here.of_session.refused_parameters.count("temperature"), 1U);

    const Lesson once = lesson_of(
        { .remedy = Remedy::lower_max_tokens, .reach = Reach::request, .max_tokens = 900 }, target());
    EXPECT_TRUE(once.of_model.empty());
    EXPECT_TRUE(once.of_session.empty());
    EXPECT_EQ(once.of_request.max_output, 900U);
}

TEST(Lesson, NeverCostsARouterOrAnthropicTheirCache)
{
    const Rectification found { .remedy = Remedy::drop_cache_control };
    EXPECT_TRUE(lesson_of(found, target()).of_model.no_cache_control);
    for (Quirk quirk : { Quirk::routing_fields, Quirk::first_party }) {
        const Lesson lesson = lesson_of(found, target({ quirk }));
        EXPECT_FALSE(lesson.of_model.no_cache_control);
        EXPECT_TRUE(lesson.of_session.no_cache_control);
    }
}

TEST(Lesson, CallsTheLimitByItsOtherName)
{
    const Rectification found { .remedy = Remedy::rename_max_tokens };
    EXPECT_TRUE(lesson_of(found, target()).of_model.wants_max_completion_tokens);
    EXPECT_TRUE(lesson_of(found, target({ Quirk::max_completion_tokens })).of_model.wants_max_tokens);
    EXPECT_TRUE(lesson_of(found, target({}, Target::Dialect::messages)).of_model.empty())
        << "it has one name there";
}

TEST(Lesson, SeesThatAnEndpointLooksAtSignatures)
{
    const Rectification found { .remedy = Remedy::drop_thinking, .reach = Reach::session };
    const Lesson vendor = lesson_of(found, target({ Quirk::keep_thinking }, Target::Dialect::messages));
    EXPECT_TRUE(vendor.of_model.no_foreign_thinking);
    EXPECT_TRUE(vendor.of_session.no_thoughts_back);
    const Lesson own = lesson_of(found, target({ Quirk::signed_thinking }, Target::Dialect::messages));
    EXPECT_TRUE(own.of_model.empty()) << "that was known";
    EXPECT_TRUE(own.of_session.no_thoughts_back);
}

TEST(Lesson, AddsUp)
{
    Lesson both = lesson_of({ .remedy = Remedy::drop_parameter, .parameter = "top_p" }, target());
    add(both, lesson_of({ .remedy = Remedy::drop_images }, target()));
    add(both, { .of_request = { .max_output = 100 } });
    add(both, {});
    EXPECT_TRUE(both.of_model.no_images);
    EXPECT_EQ(both.of_model.refused_parameters.size(), 1U);
    EXPECT_EQ(both.of_request.max_output, 100U);
}

TEST(Lesson, TakesTheWindowThatAnOverflowNames)
{
    EXPECT_EQ(
        window(400,
            R"({"error":{"message":"This model's maximum context length is 32768 tokens. However, your messages resulted in 40000 tokens."}})")
            .context_length,
        32768U);
    EXPECT_EQ(
        window(400,
            R"({"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":8192}})")
            .context_length,
        8192U);
}

TEST(Lesson, TakesNoWindowThatIsKnownOrAssumed)
{
    const std::string_view named =
        R"({"error":{"message":"This model's maximum context length is 32768 tokens. However, your messages resulted in 40000 tokens."}})";
    EXPECT_TRUE(window(400, named, 131072).empty());
    EXPECT_TRUE(
        window(400, R"({"error":{"message":"prompt too long","code":"context_length_exceeded"}})").empty());
    EXPECT_TRUE(window(400, R"({"error":{"message":"the valid range of max_tokens is [1, 2048]"}})").empty());
    EXPECT_TRUE(window(400, R"({"error":{"message":"Bad Request"}})").empty());
}

} // namespace dragoman::translate
