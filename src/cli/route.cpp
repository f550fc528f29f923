#include "cli/route.h"

#include "cli/catalogue.h"
#include "cli/route_report.h"

#include <fmt/format.h>

#include <unistd.h>

namespace dragoman::cli {

int route(const Context& context, const RouteOptions& options, bool json)
{
    const auto loaded = load_or_complain(context);
    if (!loaded)
        return exit_usage;
    const Environment& environment = context.sources.environment;
    const config::Config& config = loaded->config;
    const bool asks = config.catalogue.enabled && !options.offline;
    const auto known = known_upstreams(config, environment, context.version,
        asks ? Network::asked_for_what_is_missing : Network::left_alone);
    for (const KnownUpstream& one : known)
        if (!one.models && asks)
            complain(fmt::format("the list of models of {} could not be had: {}", one.upstream->name,
                one.models.error().message));
    const auto report = route_report(config, catalogues_of(known), options.model, options.scenario);
    if (!report) {
        complain(report.error().message);
        return exit_failed;
    }
    print(json ? route_json(*report) : route_text(*report, Style::of(STDOUT_FILENO, environment)));
    return exit_ok;
}

} // namespace dragoman::cli
