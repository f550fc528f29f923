#include "cli/env.h"

#include "cli/client_environment.h"
#include "cli/client_program.h"
#include "cli/client_settings.h"
#include "cli/running.h"
#include "cli/shell_text.h"

#include <fmt/format.h>

namespace dragoman::cli {
namespace {

// Where `dragoman serve` would be found, and with what.
void describe_future(const config::Config& config, ClientSetup& setup)
{
    config::Endpoint endpoint = config.server.listen.front();
    if (endpoint.host == "0.0.0.0")
        endpoint.host = "127.0.0.1";
    if (endpoint.host == "::")
        endpoint.host = "::1";
    setup.url = "http://" + config::to_string(endpoint);
    if (!config.state_directory.empty())
        setup.token = gateway::lasting_instance_token(config.state_directory).reveal();
    else if (config.client_token_required())
        setup.token = config.server.client_tokens.front().reveal();
    else
        setup.token = "dragoman"; // any text will do
    complain(
        fmt::format("nothing is running yet; start `dragoman serve`, which will listen on {}", setup.url));
}

// Only an argument of the client's wins over its settings, and a shell hands none on.
void warn_of_settings(const SettingsVerdict& verdict)
{
    for (const std::string& one : verdict.overridden)
        complain(one.substr(0, one.find(';'))
            + ", which counts more than the environment: take it out there, "
              "or use `dragoman code`");
    for (const std::string& one : verdict.in_the_way)
        complain(one);
}

} // namespace

int env(const Context& context, const CodeOptions& options, std::optional<Shell> shell)
{
    if (context.sources.flags.demo) {
        complain("a demonstration of `code` ends with its client, and has no environment to print; "
                 "`dragoman serve --demo` prints one");
        return exit_usage;
    }
    const Environment& person = context.sources.environment;
    const auto loaded = load_or_complain(context);
    if (!loaded)
        return exit_usage;
    const config::Config& config = loaded->config;
    const bool may_share = !options.own && !context.sources.flags.config;
    const auto running = may_share ? find_running(person, Health::any) : std::nullopt;
    const ModelSource source = running ? models_of_instance(running->url, running->token)
                                       : models_of_configuration(config, person, context.version);
    ClientSetup setup;
    if (running) {
        setup.url = running->url;
        setup.token = running->token.reveal();
    } else {
        describe_future(config, setup);
    }
    auto models = choose_models(source, options.model, options.client_arguments);
    if (!models) {
        complain(models.error().message);
        return models.error().kind == Error::Kind::not_found ? exit_usage : exit_failed;
    }
    for (const std::string& warning : models->warnings)
        complain(warning);
    if (!config.routes.empty())
        ask_by_family(*models, options.model, options.client_arguments);
    setup.models = std::move(*models);
    if (options.isolated) {
        const auto directory = isolated_directory(config.state_directory);
        if (!directory) {
            complain(directory.error().message);
            return exit_failed;
        }
        setup.config_directory = *directory;
    }
    const auto files =
        read_settings(settings_places(person, setup.config_directory), options.client_arguments);
    const auto change = client_environment(setup, with_settings(person, files));
    warn_of_settings(judge_settings(files, change, setup.models));
    print(shell_text(change, shell.value_or(shell_of(person))));
    return exit_ok;
}

} // namespace dragoman::cli
