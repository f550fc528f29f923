#include "cli/route.h"

#include "cli/catalogue.h"
#include "cli/route_report.h"
#include "gateway/learned_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unistd.h>

namespace dragoman::cli {

namespace {

Result<RouteReport> report_of(const Context& context, const config::Config& config,
    const RouteOptions& options, const route::LearnedMemory& learned)
{
    const bool asks = config.catalogue.enabled && !options.offline;
    const auto known = known_upstreams(config, context.sources.environment, context.version,
        asks ? Network::asked_for_what_is_missing : Network::left_alone);
    for (const KnownUpstream& one : known)
        if (!one.models && asks)
            complain(fmt::format("the list of models of {} could not be had: {}", one.upstream->name,
                one.models.error().message));
    return route_report(config, catalogues_of(known), options.model, options.scenario, learned);
}

// People ask for "opus" where Claude Code asks for a whole name, which other routes may be for.
std::string hint_of_whole_name(const Context& context, const config::Config& config,
    const RouteOptions& options, const RouteReport& report)
{
    constexpr std::array<std::string_view, 3> families { "opus", "sonnet", "haiku" };
    if (std::ranges::find(families, options.model) == families.end())
        return {};
    RouteOptions whole = options;
    whole.model = fmt::format("claude-{}-4-5", options.model);
    whole.offline = true;
    const auto other = report_of(context, config, whole, route::LearnedMemory());
    if (!other || other->route_name == report.route_name || other->stops.empty())
        return {};
    return fmt::format("\n  Claude Code asks for whole names, and {0} goes elsewhere, to {1}/{2}: "
                       "`dragoman route {0}`\n",
        whole.model, other->stops.front().upstream, other->stops.front().model);
}

int tell(const Error& error)
{
    complain(error.message);
    return exit_failed;
}

int forget(const Context& context, const config::Config& config, const RouteOptions& options, bool json)
{
    std::vector<gateway::LearnedTarget> targets;
    if (!options.model.empty()) {
        const auto report = report_of(context, config, options, route::LearnedMemory());
        if (!report)
            return tell(report.error());
        for (const RouteStop& stop : report->stops)
            targets.push_back({ stop.upstream, stop.model });
    }
    const auto forgotten = gateway::clear_learned(gateway::learned_path(config), targets);
    if (!forgotten)
        return tell(forgotten.error());
    const Style style = Style::of(STDOUT_FILENO, context.sources.environment);
    print(json ? forgotten_json(*forgotten) : forgotten_text(*forgotten, style));
    return exit_ok;
}

} // namespace

int route(const Context& context, const RouteOptions& options, bool json)
{
    const auto loaded = load_or_complain(context);
    if (!loaded)
        return exit_usage;
    const config::Config& config = loaded->config;
    if (options.clear_learned)
        return forget(context, config, options, json);
    if (options.model.empty()) {
        complain("which model? For example: dragoman route opus");
        return exit_usage;
    }
    route::LearnedMemory learned;
    if (auto read = gateway::read_learned(gateway::learned_path(config), learned); !read)
        complain(fmt::format("what was learned of models could not be read: {}", read.error().message));
    const auto report = report_of(context, config, options, learned);
    if (!report)
        return tell(report.error());
    const Style style = Style::of(STDOUT_FILENO, context.sources.environment);
    print(json ? route_json(*report)
               : route_text(*report, style) + hint_of_whole_name(context, config, options, *report));
    return exit_ok;
}

} // namespace dragoman::cli
