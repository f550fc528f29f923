// Names of upstreams inside names of models: "home/qwen3-coder" is the model qwen3-coder of the upstream home
// if there is one of that name, and otherwise a model of the first upstream.
#include "config/draft.h"
#include "config/values.h"
#include "route/model_pattern.h"
#include "route/resolve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace dragoman::config {
namespace {

using route::Route;
using route::RouteTarget;

std::vector<std::string_view> names_of_upstreams(const Config& config)
{
    std::vector<std::string_view> names;
    for (const Upstream& upstream : config.upstreams)
        names.push_back(upstream.name);
    return names;
}

void settle_target(Draft& draft, const std::string& place, RouteTarget& target)
{
    const std::string text = std::move(target.model);
    if (text.empty())
        return; // The reader has said what it lacks.
    const std::size_t slash = text.find('/');
    const std::string name = text.substr(0, slash);
    target.model = slash == std::string::npos ? std::string() : text.substr(slash + 1);
    target.upstream = name;
    if (const Upstream* own = draft.config.upstream(name); own != nullptr && name == "openrouter"
        && own->is("openrouter") && !target.model.empty() && !target.model.contains('/'))
        target.model = text; // OpenRouter's own: "openrouter/auto"
    if (draft.config.upstream(name) == nullptr) {
        const auto names = names_of_upstreams(draft.config);
        const auto near = nearest(name, names);
        draft.mistakes.add(place,
            fmt::format("the target {} names no upstream of this file; there {}: {}{}", text,
                names.size() == 1 ? "is one" : "are", fmt::join(names, ", "),
                near.empty() ? "" : fmt::format("; did you mean {}/{}?", near, target.model)));
    } else if (slash != std::string::npos && (target.model.empty() || !is_header_word(target.model))) {
        draft.mistakes.add(place, fmt::format("the target {} names no model behind its upstream", text));
    }
    const bool has_preferences =
        !target.models.empty() || !target.provider.empty() || !target.plugins.empty();
    const Upstream* upstream = draft.config.upstream(target.upstream);
    if (has_preferences && upstream != nullptr && !upstream->all_quirks().has(route::Quirk::routing_fields))
        draft.mistakes.add(place,
            fmt::format("the target {}: models, provider and plugins are for routers such as OpenRouter; {} "
                        "takes none of them",
                text, upstream->name));
}

// The same model at the same place, asked for the same.
bool is_same(const RouteTarget& one, const RouteTarget& other)
{
    return one.upstream == other.upstream && one.model == other.model && one.models == other.models
        && one.provider == other.provider && one.plugins == other.plugins;
}

void find_repeated_targets(Draft& draft, const Route& route, const Draft::RoutePlace& place)
{
    for (std::size_t i = 1; i < route.targets.size(); ++i)
        if (std::any_of(route.targets.begin(), route.targets.begin() + static_cast<std::ptrdiff_t>(i),
                [&](const RouteTarget& before) { return is_same(before, route.targets[i]); }))
            draft.mistakes.add(place.targets[i],
                fmt::format("the target {} stands there twice: a fallback has to be another one",
                    to_string(route.targets[i])));
}

// Whether every request that fits `later` fits `earlier`, too, as far as that can be seen.
bool covers(const Route& earlier, const Route& later)
{
    const bool any_model = earlier.model.empty() || earlier.model == "*";
    const bool same_model = earlier.model == later.model
        || (!later.model.empty() && !later.model.contains('*') && route::matches(earlier.model, later.model));
    const bool scenario = earlier.scenario == route::Scenario::any
        || (earlier.scenario == later.scenario
            && (earlier.scenario != route::Scenario::long_context
                || earlier.tokens_over <= later.tokens_over));
    return (any_model || same_model) && (earlier.family.empty() || earlier.family == later.family)
        && scenario;
}

// A name that is Claude's and holds the family; of a pattern only what is certain is said.
bool can_be_of_family(std::string_view model, std::string_view family)
{
    if (!model.contains('*'))
        return route::is_claude_name(model) && route::matches(fmt::format("*{}*", family), model);
    const std::string_view start = model.substr(0, model.find('*'));
    return start.empty() || start.contains("claude-") || std::string_view("claude-").starts_with(start)
        || family.starts_with(start);
}

// Why a route can never count; empty when it can.
std::string why_never(const Draft& draft, std::size_t position)
{
    const Route& own = draft.config.routes[position];
    for (std::size_t i = 0; i < position; ++i)
        if (covers(draft.config.routes[i], own))
            return fmt::format(
                "this route never counts: whatever fits it fits the one at {} before; put it before that one",
                draft.route_places[i].route);
    if (!own.model.empty() && !own.family.empty() && !can_be_of_family(own.model, own.family))
        return fmt::format(
            "this route never counts: no name of the family {} is like {}; take one of the two out of when",
            own.family, own.model);
    const std::string before = own.model.substr(0, own.model.find('/'));
    if (own.model.contains('/') && draft.config.client_targets && draft.config.upstream(before) != nullptr)
        return fmt::format(
            "this route never counts: a client that asks for {} names a target of the upstream {} itself; "
            "with server.client_targets = false routes decide",
            own.model, before);
    return {};
}

} // namespace

void settle_routes(Draft& draft)
{
    std::set<std::string> names;
    for (std::size_t i = 0; i < draft.config.routes.size(); ++i) {
        Route& own = draft.config.routes[i];
        const Draft::RoutePlace& place = draft.route_places[i];
        for (std::size_t j = 0; j < own.targets.size(); ++j)
            settle_target(draft, place.targets[j], own.targets[j]);
        find_repeated_targets(draft, own, place);
        if (!own.name.empty() && !names.insert(own.name).second)
            draft.mistakes.add(place.route, fmt::format("there is another route of the name {}", own.name));
        if (const std::string why = why_never(draft, i); !why.empty() && own.name.empty())
            draft.mistakes.warn(place.route, why);
    }
}

} // namespace dragoman::config
