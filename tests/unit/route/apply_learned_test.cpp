#include "route/apply_learned.h"

#include <gtest/gtest.h>

namespace dragoman::route {

namespace {

Target target(ModelFacts facts = {})
{
    return { .model = "some-model", .facts = std::make_shared<const ModelFacts>(std::move(facts)) };
}

Target after(const LearnedFacts& learned, Target before = target())
{
    apply_learned(learned, before);
    return before;
}

} // namespace

TEST(ApplyLearned, LeavesATargetOfWhichNothingWasLearnedAsItIs)
{
    Target one = target();
    const auto* facts = one.facts.get();
    apply_learned({}, one);
    EXPECT_EQ(one.facts.get(), facts) << "not even copied";
    EXPECT_EQ(one.quirks, Quirks {});
}

TEST(ApplyLearned, LowersLimitsAndNeverRaisesThem)
{
    const LearnedFacts learned { .context_length = 32768, .max_output = 8192 };
    EXPECT_EQ(after(learned).facts->context_length, 32768U);
    EXPECT_EQ(after(learned).facts->max_output, 8192U);
    const Target small = after(learned, target({ .context_length = 4096, .max_output = 1024 }));
    EXPECT_EQ(small.facts->context_length, 4096U);
    EXPECT_EQ(small.facts->max_output, 1024U);
}

TEST(ApplyLearned, RefusesParametersOfALongList)
{
    ModelFacts listed;
    listed.supported_parameters = { "temperature", "top_p" };
    const Target one = after({ .refused_parameters = { "temperature" } }, target(listed));
    EXPECT_FALSE(one.facts->supports("temperature"));
    EXPECT_TRUE(one.facts->refuses("temperature"));
    EXPECT_TRUE(one.facts->supports("top_p"));
}

TEST(ApplyLearned, TakesPicturesAwayWhateverTheListSays)
{
    ModelFacts listed;
    listed.input_image = true;
    EXPECT_FALSE(after({ .no_images = true }, target(listed)).facts->takes_images());
}

TEST(ApplyLearned, SetsAndTakesAwayQuirks)
{
    struct {
        LearnedFacts learned;
        Quirks before;
        Quirks after;
    } table[] = {
        { { .no_forced_tool = true }, {}, { Quirk::no_forced_tool } },
        { { .never_forced = true }, {}, { Quirk::never_forced } },
        { { .no_system_later = true }, { Quirk::system_anywhere },
            { Quirk::system_anywhere, Quirk::system_first } },
        { { .no_system = true }, {}, { Quirk::no_system, Quirk::system_first } },
        { { .no_strict = true }, { Quirk::strict_tools }, { Quirk::strict_tools, Quirk::no_strict } },
        { { .simple_schemas = true }, {}, { Quirk::simple_schemas } },
        { { .no_cache_control = true }, { Quirk::cache_marks }, { Quirk::no_cache_marks } },
        { { .no_foreign_thinking = true }, { Quirk::keep_thinking }, { Quirk::signed_thinking } },
        { { .no_thoughts_back = true }, { Quirk::reasoning_details },
            { Quirk::reasoning_details, Quirk::no_thoughts_back } },
        { { .needs_reasoning_content = true }, {},
            { Quirk::require_reasoning_content, Quirk::keep_thinking } },
        { { .wants_max_completion_tokens = true }, {}, { Quirk::max_completion_tokens } },
        { { .wants_max_tokens = true }, { Quirk::max_completion_tokens }, {} },
        { { .thinks_in_text = true }, {}, { Quirk::inline_think } },
    };
    for (const auto& row : table) {
        Target one = target();
        one.quirks = row.before;
        apply_learned(row.learned, one);
        EXPECT_EQ(one.quirks, row.after) << descriptions(row.learned).front();
        apply_learned(row.learned, one);
        EXPECT_EQ(one.quirks, row.after) << "twice: " << descriptions(row.learned).front();
    }
}

} // namespace dragoman::route
