#include "cli/models.h"

#include "cli/catalogue.h"
#include "cli/models_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>

namespace dragoman::cli {
namespace {

void say(const std::string& text) { std::fputs((text + "\n").c_str(), stderr); }

bool has_wishes(const ModelsOptions& options) { return options.free || options.tools || options.context > 0; }

std::vector<std::string> ids_of(const Models& models)
{
    std::vector<std::string> ids;
    for (const auto& model : models)
        ids.push_back(model->id);
    return ids;
}

int nothing_found(const Models& all, const ModelsOptions& options)
{
    if (all.empty()) {
        complain("the upstream's list of models is empty");
        return exit_failed;
    }
    const std::string words = fmt::format("{}", fmt::join(options.words, " "));
    const Models named = chosen_models(all, { .words = options.words });
    if (has_wishes(options) && !named.empty()) {
        complain(fmt::format("no model{} is like that; {} would match without --free, --tools and --context",
            words.empty() ? "" : " named " + words, named.size()));
        return exit_failed;
    }
    const std::string near = fmt::format("{}", fmt::join(route::nearest(words, ids_of(all), 5), ", "));
    complain(fmt::format("no model matches {}{}", words,
        near.empty() ? fmt::format("; `dragoman models` shows all {}", all.size())
                     : "; the nearest are " + near));
    return exit_failed;
}

// Of each upstream whose list is old, or not to be had. False: there is none at all.
bool say_what_is_missing(const std::vector<KnownUpstream>& known)
{
    const bool several = known.size() > 1;
    bool any = false;
    for (const KnownUpstream& one : known) {
        const std::string of = several ? fmt::format(" of {}", one.upstream->name) : "";
        any = any || one.models.has_value() || !one.upstream->models.empty();
        if (!one.models)
            complain(fmt::format("the list of models{} could not be had from {}: {}", of,
                one.upstream->models_url, one.models.error().message));
        else if (!one.models->trouble.empty())
            complain(fmt::format("{} is {} old: no newer one could be had ({})",
                several ? "the list" + of : std::string("this list"), age_text(one.models->age_s),
                one.models->trouble));
    }
    return any;
}

} // namespace

int models(const Context& context, const ModelsOptions& options, bool json)
{
    const auto loaded = load_or_complain(context);
    if (!loaded)
        return exit_usage;
    const Environment& environment = context.sources.environment;
    const auto known = known_upstreams(loaded->config, environment, context.version, Network::may_be_asked);
    if (!say_what_is_missing(known))
        return exit_failed;
    const Models all = models_of(loaded->config, known);
    const Models found = chosen_models(all, options);
    const Roles roles = roles_of(loaded->config, known);
    if (json) {
        print(models_json(found, roles));
        return found.empty() ? nothing_found(all, options) : exit_ok;
    }
    if (found.empty())
        return nothing_found(all, options);
    const bool person = is_terminal(STDOUT_FILENO);
    print(models_table(found, roles,
        { .style = Style::of(STDOUT_FILENO, environment),
            .width = person ? width_of(STDOUT_FILENO, environment) : 0 }));
    if (person)
        say(fmt::format("{} of {} models; dollars are for a million tokens", found.size(), all.size()));
    return exit_ok;
}

} // namespace dragoman::cli
