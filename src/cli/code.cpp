#include "cli/code.h"

#include "base/files.h"
#include "base/log.h"
#include "cli/client_environment.h"
#include "cli/client_process.h"
#include "cli/client_program.h"
#include "cli/client_settings.h"
#include "cli/env.h"
#include "cli/running.h"
#include "config/dotenv.h"
#include "gateway/demo_server.h"
#include "gateway/service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstdio>
#include <unistd.h>

namespace dragoman::cli {
namespace {

// A .env of this folder may be somebody else's, so its key is not used; but whoever put it there wonders.
bool key_is_only_in_dotenv(const std::string& directory)
{
    constexpr std::array<std::string_view, 3> names { "OPENROUTER_API_KEY", "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY" };
    const auto text = read_file(directory + "/.env", limits::MiB);
    const config::Dotenv file = text ? config::parse_dotenv(*text) : config::Dotenv {};
    for (const std::string_view name : names)
        if (const auto* entry = file.find(name); entry != nullptr && !entry->value.empty())
            return true;
    return false;
}

int complain_of_missing_key(const Context& context, const config::Config& config)
{
    complain(fmt::format("there is no key: set {}, or use one of these", config.main().key_name));
    std::fputs("  dragoman init          set up a key once and for all\n"
               "  dragoman code --demo   look around without one\n",
        stderr);
    if (key_is_only_in_dotenv(context.sources.directory))
        complain("the key in the .env of this folder does not count: `code` never reads that file, since "
                 "folders come from anywhere");
    return exit_usage;
}

// For this client and nobody else, whatever the configuration says about listening.
config::Config for_one_client(config::Config config, const Secret& token)
{
    config.server.listen = { { .host = "127.0.0.1", .port = 0 } };
    config.server.client_tokens = { token };
    config.server.client_tokens_file.clear();
    config.server.allow_unauthenticated = false;
    config.log.file = config.state_directory.empty() ? "" : config.state_directory + "/code.log";
    return config;
}

void open_log(const config::Log& settings)
{
    const auto opened = log::open({ .level = settings.level, .file = settings.file, .terminal = false });
    if (!opened)
        complain(opened.error().message + "; nothing is logged");
}

std::set<std::string> secrets_of(const config::Config& config)
{
    const config::KeySource& source = config.main().key_source();
    if (source.kind != config::KeySource::Kind::environment)
        return {};
    return { source.name };
}

class Session {
public:
    Session(const Context& context, const CodeOptions& options, std::string program, ClientProcess client)
        : context_(context)
        , options_(options)
        , program_(std::move(program))
        , client_(std::move(client))
    {
    }

    Ending run()
    {
        config::Sources sources = context_.sources;
        gateway::DemoServer demo;
        if (sources.flags.demo)
            if (auto started = gateway::set_up_demonstration(demo, sources); !started)
                return failed(started.error().message);
        Context own = context_;
        own.sources = sources;
        const auto loaded = load_or_complain(own);
        if (!loaded)
            return { .code = exit_usage };
        const config::Config& config = loaded->config;
        config::forget_keys_of_process(config);
        const bool may_share = !options_.own && !sources.flags.demo && !sources.flags.config;
        if (const auto running = may_share ? find_running(sources.environment) : std::nullopt)
            return run_on(*running, config);
        if (config.degraded())
            return { .code = complain_of_missing_key(context_, config) };
        return serve(sources, config);
    }

private:
    Ending failed(std::string_view why, int code = exit_failed) const
    {
        complain(why);
        return { .code = code };
    }

    // What the client is to become, on a dragoman that serves. Errors: not_found for arguments that are
    // wrong.
    Result<Launch> launch(const std::string& url, const Secret& token, const config::Config& config)
    {
        ASSIGN_OR_RETURN(
            models, choose_models(models_of_instance(url, token), options_.model, options_.client_arguments));
        for (const std::string& warning : models.warnings)
            complain(warning);
        if (!config.routes.empty())
            ask_by_family(models, options_.model, options_.client_arguments);
        ClientSetup setup { .url = url,
            .token = std::string(token.reveal()),
            .models = std::move(models),
            .secrets = secrets_of(config) };
        if (options_.isolated) {
            ASSIGN_OR_RETURN(directory, isolated_directory(config.state_directory));
            setup.config_directory = std::move(directory);
        }
        return under_settings(setup, config);
    }

    // The settings files have a say as well.
    Result<Launch> under_settings(const ClientSetup& setup, const config::Config& config)
    {
        const Environment& person = context_.sources.environment;
        Launch launch { .program = program_, .arguments = options_.client_arguments };
        const auto files =
            read_settings(settings_places(person, setup.config_directory), options_.client_arguments);
        const auto change = client_environment(setup, with_settings(person, files));
        const SettingsVerdict verdict = judge_settings(files, change, setup.models);
        for (const std::string& one : verdict.overridden)
            complain(one);
        if (!verdict.in_the_way.empty())
            return Failure(Error { .kind = Error::Kind::not_found,
                .message = fmt::format("{}", fmt::join(verdict.in_the_way, "; ")) });
        if (!verdict.settings.empty()) {
            ASSIGN_OR_RETURN(path, write_settings(config.state_directory, verdict.settings));
            launch.arguments = with_settings_argument(launch.arguments, path);
            settings_ = std::move(path);
        }
        launch.environment = change.applied_to(person);
        return launch;
    }

    Ending run_on(const gateway::Instance& running, const config::Config& config)
    {
        const auto prepared = launch(running.url, running.token, config);
        if (!prepared)
            return failed(prepared.error().message, code_for(prepared.error()));
        { // the child that waited is not needed
            const ClientProcess given_up(std::move(client_));
        }
        return { .code = become(*prepared) };
    }

    Ending serve(const config::Sources& sources, const config::Config& given)
    {
        const Secret token = gateway::fresh_instance_token();
        const config::Config config = for_one_client(given, token);
        open_log(config.log);
        ClientProcess::hold_signals();
        gateway::Service service(sources, config,
            { .version = context_.version,
                .kind = gateway::Instance::Kind::code,
                .instance_token = token,
                .warms_up = true });
        if (auto bound = service.bind(); !bound)
            return failed(bound.error().message);
        service.start();
        const auto prepared = launch(service.url(), token, config);
        if (!prepared)
            return failed(prepared.error().message, code_for(prepared.error()));
        client_.start(*prepared);
        const Ending ending = client_.wait();
        service.stop();
        if (!settings_.empty())
            ::unlink(settings_.c_str());
        return ending;
    }

    static int code_for(const Error& error)
    {
        return error.kind == Error::Kind::not_found ? exit_usage : exit_failed;
    }

    const Context& context_;
    const CodeOptions& options_;
    std::string program_;
    ClientProcess client_;
    std::string settings_ {}; // the file handed to the client, gone with it
};

} // namespace

int code(const Context& context, const CodeOptions& options, std::optional<Shell> shell)
{
    if (options.print_env)
        return env(context, options, shell);
    const auto program = find_client(context.sources.environment);
    if (!program) {
        complain(
            "Claude Code is not installed: there is no `claude` in PATH, ~/.local/bin or ~/.claude/local");
        std::fputs(how_to_install_client(), stderr);
        return exit_not_found;
    }
    auto client = ClientProcess::prepare();
    if (!client) {
        complain(client.error().message);
        return exit_failed;
    }
    gateway::give_large_memory_back();
    return end_like(Session(context, options, *program, std::move(*client)).run());
}

} // namespace dragoman::cli
