#include "translate/messages_usage.h"

#include "json/members.h"

#include <cmath>

namespace dragoman::translate {

namespace {

// More tokens than any model can read or write: a broken counter.
constexpr double count_max = 1e12;
constexpr std::int64_t whole_max = 1'000'000'000'000;

std::optional<std::uint64_t> count_at(const json::Members& members, const json::Name& name)
{
    const json::Value found = members.find(name);
    if (!found.is_there())
        return std::nullopt;
    if (auto whole = found.integer())
        return *whole > 0 && *whole <= whole_max ? std::optional(static_cast<std::uint64_t>(*whole))
                                                 : std::nullopt;
    auto number = found.number();
    if (!number || !(*number > 0) || *number > count_max)
        return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

std::optional<std::uint64_t> count_inside(
    const json::Members& members, const json::Name& outer, const json::Name& name)
{
    const json::Value found = members.find(outer);
    auto inner = found.is_there() ? found.object() : std::nullopt;
    return inner ? count_at(json::Members(*inner), name) : std::nullopt;
}

} // namespace

void merge_usage(const json::Value& usage, AnswerFacts& facts)
{
    auto object = usage.object();
    if (!object)
        return;
    if (!facts.usage)
        facts.usage.emplace();
    Usage& known = *facts.usage;
    const json::Members members(*object);
    auto merge = [&](std::uint64_t& member, const json::Name& name) {
        member = count_at(members, name).value_or(member);
    };
    merge(known.input_tokens, "input_tokens");
    merge(known.output_tokens, "output_tokens");
    merge(known.cache_read_input_tokens, "cache_read_input_tokens");
    merge(known.cache_creation_input_tokens, "cache_creation_input_tokens");
    if (auto thinking = count_inside(members, "output_tokens_details", "thinking_tokens"))
        known.thinking_tokens = thinking;
    if (auto searches = count_inside(members, "server_tool_use", "web_search_requests"))
        known.web_search_requests = searches;
    const json::Value cost = members.find("cost");
    if (auto dollars = cost.is_there() ? cost.number() : std::nullopt;
        dollars && std::isfinite(*dollars) && *dollars >= 0)
        facts.cost_usd = dollars;
}

} // namespace dragoman::translate
