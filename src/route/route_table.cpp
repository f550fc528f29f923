#include "route/route_table.h"

#include "route/model_pattern.h"
#include "route/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dragoman::route {
namespace {

constexpr std::array<std::string_view, 7> names { "any", "background", "thinking", "long_context",
    "web_search", "image", "subagent" };

// "claude-haiku-4-5", "haiku": a name of Claude's that has the family's in it.
bool is_of_family(std::string_view model, std::string_view family)
{
    return is_claude_name(model) && matches(fmt::format("*{}*", family), model);
}

} // namespace

std::string_view name_of(Scenario scenario) { return names[static_cast<std::size_t>(scenario)]; }

std::span<const std::string_view> scenario_names() { return std::span(names).subspan(1); }

std::string to_string(const RouteTarget& target)
{
    return target.model.empty() ? target.upstream : target.upstream + "/" + target.model;
}

bool is_in_scenario(Scenario scenario, const Aspects& aspects, std::uint64_t tokens_over)
{
    switch (scenario) {
    case Scenario::any:
        return true;
    case Scenario::background:
        return aspects.side_request || is_of_family(aspects.model, "haiku");
    case Scenario::thinking:
        return aspects.thinking;
    case Scenario::long_context:
        return aspects.tokens > tokens_over;
    case Scenario::web_search:
        return aspects.web_search;
    case Scenario::image:
        return aspects.media;
    case Scenario::subagent:
        return aspects.subagent;
    }
    return false;
}

bool fits(const Route& route, const Aspects& aspects)
{
    return (route.model.empty() || matches(route.model, aspects.model))
        && (route.family.empty() || is_of_family(aspects.model, route.family))
        && is_in_scenario(route.scenario, aspects, route.tokens_over);
}

const Route* route_for(std::span<const Route> routes, const Aspects& aspects)
{
    const auto found = std::ranges::find_if(routes, [&](const Route& route) { return fits(route, aspects); });
    return found == routes.end() ? nullptr : &*found;
}

const Route* route_named(std::span<const Route> routes, std::string_view name)
{
    const auto found = std::ranges::find(routes, name, &Route::name);
    return name.empty() || found == routes.end() ? nullptr : &*found;
}

std::string describe_condition(const Route& route)
{
    std::string text;
    const auto add = [&](std::string_view what) { text.append(text.empty() ? "" : ", ").append(what); };
    if (!route.model.empty())
        add("model " + route.model);
    if (!route.family.empty())
        add("family " + route.family);
    if (route.scenario == Scenario::long_context)
        add(fmt::format("more than {} tokens", route.tokens_over));
    else if (route.scenario != Scenario::any)
        add(name_of(route.scenario));
    return text.empty() ? "always" : text;
}

} // namespace dragoman::route
