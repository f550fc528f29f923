// Names of upstreams inside names of models: "home/qwen3-coder" is the model qwen3-coder of the upstream home
// if there is one of that name, and otherwise a model of the first upstream.
#include "config/draft.h"
#include "config/values.h"

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
    const std::size_t slash = text.find('/');
    const std::string name = text.substr(0, slash);
    target.model = slash == std::string::npos ? std::string() : text.substr(slash + 1);
    target.upstream = name;
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

} // namespace

void settle_routes(Draft& draft)
{
    std::set<std::string> names;
    for (std::size_t i = 0; i < draft.config.routes.size(); ++i) {
        Route& own = draft.config.routes[i];
        const std::string& place = draft.route_places[i];
        for (RouteTarget& target : own.targets)
            settle_target(draft, place, target);
        if (!own.name.empty() && !names.insert(own.name).second)
            draft.mistakes.add(place, fmt::format("there is another route of the name {}", own.name));
        const bool always = own.model.empty() && own.family.empty() && own.scenario == route::Scenario::any;
        if (always && own.name.empty() && i + 1 < draft.config.routes.size())
            draft.mistakes.warn(place, "fits every request: the routes behind it never count");
    }
}

} // namespace dragoman::config
