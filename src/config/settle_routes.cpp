// Names of upstreams inside names of models: "home/qwen3-coder" is the model qwen3-coder of the upstream home
// if there is one of that name, and otherwise a model of the first upstream.
#include "config/draft.h"
#include "config/values.h"
#include "route/model_pattern.h"
#include "route/resolve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
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

// What somebody probably meant by a target whose upstream is not there.
std::string meant_by(const Draft& draft, const std::string& text)
{
    const auto names = names_of_upstreams(draft.config);
    if (route::route_named(draft.config.routes, text) != nullptr)
        return "; a route cannot be a target of another: write its targets here";
    const std::size_t end = text.find_first_of("/,");
    if (end == std::string::npos)
        return fmt::format("; a target is upstream/model, such as {}/{}", names.front(), text);
    const auto near = nearest(std::string_view(text).substr(0, end), names);
    return near.empty() ? std::string() : fmt::format("; did you mean {}/{}?", near, text.substr(end + 1));
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
        draft.mistakes.add(place,
            fmt::format("routes.targets: the target {} names no upstream of this file; there {}: {}{}", text,
                names.size() == 1 ? "is one" : "are", fmt::join(names, ", "), meant_by(draft, text)));
    } else if (slash != std::string::npos && (target.model.empty() || !is_header_word(target.model))) {
        draft.mistakes.add(place,
            fmt::format("routes.targets: the target {0} names no model behind its upstream; write "
                        "{1}/MODEL, or {1} alone for the model that the client asks for",
                text, name));
    }
    const bool has_preferences =
        !target.models.empty() || !target.provider.empty() || !target.plugins.empty();
    const Upstream* upstream = draft.config.upstream(target.upstream);
    if (has_preferences && upstream != nullptr && !upstream->all_quirks().has(route::Quirk::routing_fields))
        draft.mistakes.add(place,
            fmt::format(
                "routes.targets: the target {}: models, provider and plugins are for routers such as "
                "OpenRouter; {} takes none of them: take them out, or give it quirks = [\"routing_fields\"]",
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
                fmt::format("routes.targets: the target {} stands there twice: a fallback has to be another "
                            "one; take "
                            "one out",
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

// By its name a client asks for a route, in x-dragoman-route or as the model.
void check_name(Draft& draft, const Route& own, const std::string& place)
{
    if (draft.config.upstream(own.name) != nullptr)
        return draft.mistakes.add(place,
            fmt::format(
                "routes.name: {} is the name of an upstream as well, and a client that asks for it could "
                "mean either; call the route something else",
                own.name));
    const Models& models = draft.config.models;
    const bool is_short_name =
        std::ranges::find(models.names, own.name, &ModelMapping::from) != models.names.end();
    const bool is_model = own.name == models.big || own.name == models.middle || own.name == models.small;
    if (draft.config.client_targets && (is_short_name || is_model))
        draft.mistakes.warn(place,
            fmt::format(
                "routes.name: a client that asks for the model {0} gets the one of {1}, and this route only "
                "by x-dragoman-route; call the route something else if {0} shall lead to it",
                own.name, is_short_name ? "[models.names]" : "[models]"));
}

// Names of all families, as clients write them.
constexpr std::array<std::string_view, 6> claude_names { "claude-opus-4-5", "claude-sonnet-4-5",
    "claude-haiku-4-5", "opus", "sonnet", "haiku" };

// An upstream alone needs a model of its own for Claude's names.
void check_upstream_alone(Draft& draft, const Route& own, const RouteTarget& target, const std::string& place)
{
    const Upstream* upstream = draft.config.upstream(target.upstream);
    const auto is_asked = [&](std::string_view name) { return route::matches(own.model, name); };
    if (upstream == nullptr || !target.model.empty() || !upstream->big.empty() || upstream->claude_names
        || (!own.model.empty() && std::ranges::none_of(claude_names, is_asked)))
        return;
    const Models& models = draft.config.models;
    const auto is_its = [&](const std::string& model) { return model.starts_with(upstream->name + "/"); };
    if (is_its(models.big) && is_its(models.middle) && is_its(models.small))
        return;
    draft.mistakes.warn(place,
        fmt::format(
            "routes.targets: nothing says which model of {0} answers for Claude's names, so that it is the "
            "first of its list; write {0}/MODEL",
            upstream->name));
}

} // namespace

void check_pattern(Mistakes& mistakes, const Placed& pattern, std::string_view key)
{
    const std::size_t sign = pattern.text.find_first_of("[]{}()?|^$+,");
    if (sign == std::string::npos)
        return;
    if (const std::size_t mark = pattern.text.find('['); mark != std::string::npos
        && pattern.text.ends_with(']') && pattern.text[mark + 1] >= '0' && pattern.text[mark + 1] <= '9'
        && !pattern.text.substr(mark).contains('-'))
        return mistakes.warn(pattern.place,
            fmt::format("{}: a mark such as {} is taken off a name before anybody looks at it: leave it out",
                key, pattern.text.substr(mark)));
    if (pattern.text[sign] == ',' && !pattern.text.contains('*'))
        return; // "vendor,model"
    mistakes.warn(pattern.place,
        fmt::format(
            "{}: in a pattern only * is special, and {} stands for itself; write an entry for each name", key,
            pattern.text[sign]));
}

void settle_routes(Draft& draft)
{
    std::set<std::string> names;
    for (std::size_t i = 0; i < draft.config.routes.size(); ++i) {
        Route& own = draft.config.routes[i];
        const Draft::RoutePlace& place = draft.route_places[i];
        for (std::size_t j = 0; j < own.targets.size(); ++j)
            settle_target(draft, place.targets[j], own.targets[j]);
        find_repeated_targets(draft, own, place);
        if (!own.name.empty())
            check_name(draft, own, place.name);
        if (!own.name.empty() && !names.insert(own.name).second)
            draft.mistakes.add(place.name,
                fmt::format(
                    "routes.name: there is another route of the name {}; call one of them something else",
                    own.name));
        for (std::size_t j = 0; j < own.targets.size(); ++j)
            check_upstream_alone(draft, own, own.targets[j], place.targets[j]);
    }
    if (!draft.mistakes.mistakes.empty())
        return; // What is wrong may be why.
    for (std::size_t i = 0; i < draft.config.routes.size(); ++i)
        if (const std::string why = why_never(draft, i); !why.empty() && draft.config.routes[i].name.empty())
            draft.mistakes.warn(draft.route_places[i].route, why);
}

} // namespace dragoman::config
