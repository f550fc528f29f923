#include "route/apply_learned.h"

#include <algorithm>

namespace dragoman::route {

namespace {

struct Row {
    bool LearnedFacts::* learned;
    Quirks added;
    Quirks removed;
};

using enum Quirk;

constexpr Row rows[] = {
    { &LearnedFacts::no_forced_tool, { no_forced_tool }, {} },
    { &LearnedFacts::never_forced, { never_forced }, {} },
    { &LearnedFacts::no_system_later, { system_first }, {} },
    { &LearnedFacts::no_system, { no_system, system_first }, {} },
    { &LearnedFacts::no_strict, { no_strict }, {} },
    { &LearnedFacts::simple_schemas, { simple_schemas }, {} },
    { &LearnedFacts::no_cache_control, { no_cache_marks }, { cache_marks } },
    { &LearnedFacts::no_foreign_thinking, { signed_thinking }, { keep_thinking } },
    { &LearnedFacts::needs_reasoning_content, { require_reasoning_content, keep_thinking },
        { signed_thinking } },
    { &LearnedFacts::no_thoughts_back, { no_thoughts_back }, {} },
    { &LearnedFacts::wants_max_completion_tokens, { max_completion_tokens }, {} },
    { &LearnedFacts::wants_max_tokens, {}, { max_completion_tokens } },
    { &LearnedFacts::thinks_in_text, { inline_think }, {} },
};

bool lowers(const std::optional<std::uint64_t>& learned, const std::optional<std::uint64_t>& known)
{
    return learned && (!known || *learned < *known);
}

bool changes(const LearnedFacts& learned, const ModelFacts& facts)
{
    return lowers(learned.context_length, facts.context_length)
        || lowers(learned.max_output, facts.max_output) || (learned.no_images && facts.takes_images())
        || !std::ranges::all_of(
            learned.refused_parameters, [&](const std::string& name) { return facts.refuses(name); });
}

ModelFacts with(const LearnedFacts& learned, ModelFacts facts)
{
    if (lowers(learned.context_length, facts.context_length))
        facts.context_length = learned.context_length;
    if (lowers(learned.max_output, facts.max_output))
        facts.max_output = learned.max_output;
    if (learned.no_images)
        facts.input_image = false;
    for (const std::string& name : learned.refused_parameters)
        if (!facts.refuses(name))
            facts.refused_parameters.push_back(name);
    return facts;
}

} // namespace

void apply_learned(const LearnedFacts& learned, Target& target)
{
    for (const Row& row : rows)
        if (learned.*row.learned)
            target.quirks = target.quirks.without(row.removed) | row.added;
    static const ModelFacts unknown;
    const ModelFacts& facts = target.facts ? *target.facts : unknown;
    if (changes(learned, facts))
        target.facts = std::make_shared<const ModelFacts>(with(learned, facts));
}

} // namespace dragoman::route
