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

int nothing_found(const KnownModels& known, const ModelsOptions& options)
{
    if (known.catalogue.empty()) {
        complain("the upstream's list of models is empty");
        return exit_failed;
    }
    const std::string words = fmt::format("{}", fmt::join(options.words, " "));
    const Models named = chosen_models(known.catalogue, { .words = options.words });
    if (has_wishes(options) && !named.empty()) {
        complain(fmt::format("no model{} is like that; {} would match without --free, --tools and --context",
            words.empty() ? "" : " named " + words, named.size()));
        return exit_failed;
    }
    const std::string near = nearest_ids(words, known.catalogue, 5);
    complain(fmt::format("no model matches {}{}", words,
        near.empty() ? fmt::format("; `dragoman models` shows all {}", known.catalogue.models().size())
                     : "; the nearest are " + near));
    return exit_failed;
}

void say_how_old(const KnownModels& known)
{
    if (!known.trouble.empty())
        complain(fmt::format(
            "this list is {} old: no newer one could be had ({})", age_text(known.age_s), known.trouble));
}

} // namespace

int models(const Context& context, const ModelsOptions& options, bool json)
{
    const auto loaded = load_or_complain(context);
    if (!loaded)
        return exit_usage;
    const Environment& environment = context.sources.environment;
    auto known = known_models(loaded->config, environment, context.version, Network::may_be_asked);
    if (!known) {
        complain(fmt::format("the list of models could not be had from {}: {}",
            loaded->config.main().models_url, known.error().message));
        return exit_failed;
    }
    say_how_old(*known);
    const Models found = chosen_models(known->catalogue, options);
    const Roles roles = roles_of(loaded->config.models, known->catalogue);
    if (json) {
        print(models_json(found, roles));
        return found.empty() ? nothing_found(*known, options) : exit_ok;
    }
    if (found.empty())
        return nothing_found(*known, options);
    const bool person = is_terminal(STDOUT_FILENO);
    print(models_table(found, roles,
        { .style = Style::of(STDOUT_FILENO, environment),
            .width = person ? width_of(STDOUT_FILENO, environment) : 0 }));
    if (person)
        say(fmt::format("{} of {} models; dollars are for a million tokens", found.size(),
            known->catalogue.models().size()));
    return exit_ok;
}

} // namespace dragoman::cli
