#include "translate/lesson.h"

#include "translate/error_cause.h"
#include "translate/overflow.h"
#include "translate/overflow_numbers.h"

#include <algorithm>
#include <vector>

namespace dragoman::translate {

namespace {

using route::LearnedFacts;
using route::Quirk;
using route::Target;

LearnedFacts facts_of(const Rectification& found, const Target& target)
{
    LearnedFacts facts;
    switch (found.remedy) {
    case Remedy::drop_thinking:
        facts.no_thoughts_back = true;
        break;
    case Remedy::add_reasoning_content:
        facts.needs_reasoning_content = true;
        break;
    case Remedy::drop_parameter:
        facts.refused_parameters.insert(found.parameter);
        break;
    case Remedy::rename_max_tokens:
        (target.has(Quirk::max_completion_tokens) ? facts.wants_max_tokens
                                                  : facts.wants_max_completion_tokens) = true;
        break;
    case Remedy::weaken_tool_choice:
        (found.while_thinking ? facts.no_forced_tool : facts.never_forced) = true;
        break;
    case Remedy::drop_images:
        facts.no_images = true;
        break;
    case Remedy::lower_max_tokens:
        facts.max_output = found.max_tokens;
        break;
    case Remedy::fold_system:
        facts.no_system_later = true;
        break;
    case Remedy::fold_all_system:
        facts.no_system = true;
        break;
    case Remedy::drop_strict:
        facts.no_strict = true;
        break;
    case Remedy::simplify_schemas:
        facts.simple_schemas = true;
        break;
    case Remedy::drop_cache_control:
        facts.no_cache_control = true;
        break;
    }
    return facts;
}

// Marks are worth a tenfold of the price where they count: a router's next provider may take them, and the
// maker of Claude does.
Reach reach_of(const Rectification& found, const Target& target)
{
    const bool precious = found.remedy == Remedy::drop_cache_control
        && (target.has(Quirk::routing_fields) || target.has(Quirk::first_party));
    return precious && found.reach == Reach::model ? Reach::session : found.reach;
}

LearnedFacts& part_of(Lesson& lesson, Reach reach)
{
    if (reach == Reach::model)
        return lesson.of_model;
    return reach == Reach::session ? lesson.of_session : lesson.of_request;
}

} // namespace

Lesson lesson_of(const Rectification& found, const Target& target)
{
    if (found.remedy == Remedy::rename_max_tokens && target.dialect != Target::Dialect::chat)
        return {};
    Lesson lesson;
    part_of(lesson, reach_of(found, target)) = facts_of(found, target);
    // Whether a request thinks is the model's to decide where it is not said: here it was refused.
    if (found.while_thinking)
        lesson.of_session.never_forced = true;
    // It looks at signatures after all.
    if (found.remedy == Remedy::drop_thinking && found.reach == Reach::session && target.is_messages())
        lesson.of_model.no_foreign_thinking = !target.has(Quirk::signed_thinking);
    return lesson;
}

void add(Lesson& lesson, const Lesson& more)
{
    lesson.of_model = route::merged(std::move(lesson.of_model), more.of_model);
    lesson.of_session = route::merged(std::move(lesson.of_session), more.of_session);
    lesson.of_request = route::merged(std::move(lesson.of_request), more.of_request);
}

LearnedFacts window_of(const FailureCase& one)
{
    constexpr std::uint64_t smallest_window = 1024; // less is a number of something else
    LearnedFacts facts;
    if (one.context.context_length || cause_of(one) != Cause::overflow)
        return facts;
    const auto overflow = find_overflow(one.body, overflow_context(one));
    if (!overflow || overflow->kind == Overflow::Kind::output || overflow->limit < smallest_window)
        return facts;
    const std::vector<std::uint64_t> said = counts_in(one.text);
    const bool assumed =
        one.body.context_tokens != overflow->limit && std::ranges::find(said, overflow->limit) == said.end();
    if (!assumed)
        facts.context_length = overflow->limit;
    return facts;
}

} // namespace dragoman::translate
