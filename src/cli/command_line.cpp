#include "cli/command_line.h"

#include "cli/one_of.h"
#include "cli/split_arguments.h"
#include "config/values.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>
#include <span>

namespace dragoman::cli {
namespace {

using Command = CommandLine::Command;

constexpr std::array<std::string_view, 12> commands { "serve", "code", "env", "init", "doctor", "models",
    "route", "status", "statusline", "service", "check-config", "completion" };

CommandLine done(int exit_code, std::string out, std::string err)
{
    CommandLine line;
    line.command = Command::done;
    line.exit_code = exit_code;
    line.out = std::move(out);
    line.err = std::move(err);
    return line;
}

CommandLine wrong(std::string_view what)
{
    return done(exit_usage, "", fmt::format("dragoman: {}\nTry 'dragoman --help'.\n", what));
}

void add_config_option(CLI::App& app, config::Flags& flags)
{
    app.add_option("--config", flags.config, "the configuration file")->type_name("FILE");
}

void add_shell_option(CLI::App& app, std::optional<Shell>& shell)
{
    static const std::map<std::string, Shell> shells { { "sh", Shell::sh }, { "fish", Shell::fish },
        { "powershell", Shell::powershell }, { "cmd", Shell::cmd } };
    app.add_option("--shell", shell, "sh, fish, powershell or cmd: whose syntax to write")
        ->type_name("SHELL")
        ->transform(one_of(shells, "sh, fish, powershell, cmd"));
}

// The whole command line as CLI11 sees it: `code` only up to where the client's arguments begin.
class Parser {
public:
    explicit Parser(std::string_view version);
    CommandLine parse(std::span<const std::string> arguments);
    std::vector<CommandText> describe() const;

private:
    CLI::App& command(Command command, const std::string& name, const std::string& what);
    void describe_serving();
    void describe_code();
    void describe_init();
    void describe_models();
    void describe_route();
    void describe_service();
    void describe_small_commands();
    std::string help() const;
    CommandLine unknown_argument() const;
    std::optional<std::string> misplaced_option() const;

    CommandLine line_ {};
    std::string version_;
    CLI::App app_ { "Claude Code, and every other client of the Messages API, on any model.", "dragoman" };
    std::map<Command, CLI::App*> commands_ {};
};

Parser::Parser(std::string_view version)
    : version_(version)
{
    app_.get_formatter()->column_width(28);
    app_.require_subcommand(0, 1);
    app_.set_help_flag("-h,--help", "print this help");
    app_.set_version_flag("-V,--version", fmt::format("dragoman {}", version), "print the version");
    describe_code();
    describe_init();
    describe_serving();
    describe_models();
    describe_route();
    describe_small_commands();
    describe_service();
    app_.footer(
        "`dragoman COMMAND --help` says more about one of them. The key comes from OPENROUTER_API_KEY.\n"
        "Exit codes: 0 fine, 1 could not run or a check failed, 2 the arguments or the configuration are\n"
        "wrong; `code` ends with the client's own.\n");
}

CLI::App& Parser::command(Command command, const std::string& name, const std::string& what)
{
    CLI::App* added = app_.add_subcommand(name, what);
    commands_[command] = added;
    return *added;
}

void Parser::describe_serving()
{
    config::Flags& flags = line_.flags;
    app_.add_option("-c,--config", flags.config, "the configuration file")->type_name("FILE");
    app_.add_option("--host", flags.host, "the address to listen on (default 127.0.0.1, and ::1)")
        ->type_name("HOST");
    app_.add_option("-p,--port", flags.port, "the port to listen on (default 8080)")
        ->type_name("PORT")
        ->check(CLI::Range(0, 65535).description(""));
    app_.add_option("--workers", flags.workers, "threads that serve (default 1)")->type_name("N");
    app_.add_option("--log-level", flags.log_level, "trace, debug, info, warning or error")
        ->type_name("LEVEL");
    app_.add_option("--log-file", flags.log_file, "write JSON lines there as well")->type_name("FILE");
    app_.add_option("--capture", flags.capture, "keep whole exchanges, prompts included, in this folder")
        ->type_name("FOLDER");
    app_.add_flag("--demo", flags.demo, "answer from a scripted model of dragoman's own; needs no key");
    for (CLI::App* serving :
        { &command(Command::serve, "serve", "serve clients; also what dragoman alone does"),
            &command(Command::check_config, "check-config",
                "say what is in force, or everything that is wrong") }) {
        serving->set_help_flag();
        serving->fallthrough();
    }
}

void Parser::describe_code()
{
    CLI::App& code = command(Command::code, "code", "start Claude Code on a model");
    add_config_option(code, line_.flags);
    code.add_flag("--isolated", line_.code.isolated, "with a configuration folder of its own");
    code.add_flag("--own", line_.code.own, "serve from this process even if a dragoman is running");
    code.add_flag("--demo", line_.flags.demo, "on a scripted model of dragoman's own; needs no key");
    code.add_flag("--print-env", line_.code.print_env, "show the client's environment instead");
    add_shell_option(code, line_.shell);
    code.footer(
        "MODEL is any id (openai/gpt-oss-120b) or one of your short names; without it the configured\n"
        "one answers. Everything after it, or after --, is handed to claude as it is:\n\n"
        "  dragoman code\n"
        "  dragoman code openai/gpt-4o\n"
        "  dragoman code anthropic/claude-haiku-4.5 -p \"What is in this folder?\"\n");
    CLI::App& env = command(Command::env, "env", "print the environment that Claude Code needs");
    add_config_option(env, line_.flags);
    add_shell_option(env, line_.shell);
    env.add_option("model", line_.code.model, "any id, or one of your short names")->type_name("MODEL");
    env.footer("  eval \"$(dragoman env)\" && claude\n");
}

void Parser::describe_init()
{
    CLI::App& init = command(Command::init, "init", "set up: a key, models, a configuration file");
    InitOptions& options = line_.init;
    init.add_option("--config", line_.flags.config, "the file to write")->type_name("FILE");
    init.add_option("--key-file", options.key_file, "read the key from there")->type_name("FILE");
    init.add_option("--big", options.big, "answers for opus and fable")->type_name("MODEL");
    init.add_option("--middle", options.middle, "answers for sonnet (default: the big one)")
        ->type_name("MODEL");
    init.add_option("--small", options.small, "answers for haiku")->type_name("MODEL");
    init.add_option("--import", options.import, "take over another proxy's .env, config.json or config.yaml")
        ->type_name("FILE");
    init.add_flag("--statusline", options.statusline, "show model and cost in Claude Code's status line");
    init.add_flag("--offline", options.offline, "do not check the key, nor look at the catalogue");
    init.add_flag("-y,--yes", options.yes, "ask nothing");
}

void Parser::describe_models()
{
    CLI::App& models = command(Command::models, "models", "the upstream's models, with prices");
    ModelsOptions& options = line_.models;
    static const std::map<std::string, ModelsOptions::Sort> orders { { "name", ModelsOptions::Sort::name },
        { "price", ModelsOptions::Sort::price }, { "context", ModelsOptions::Sort::context } };
    models.add_option("words", options.words, "words that the id or the name must contain")
        ->type_name("WORDS");
    models.add_flag("--free", options.free, "only what costs nothing");
    models.add_flag("--tools", options.tools, "only what can call tools");
    models.add_option("--context", options.context, "only windows of at least N tokens (200000, 200k, 1M)")
        ->type_name("N")
        ->transform(
            CLI::AsNumberWithUnit(std::map<std::string, std::uint64_t> { { "k", 1000 }, { "m", 1000000 } },
                CLI::AsNumberWithUnit::CASE_INSENSITIVE)
                .description(""));
    models.add_option("--sort", options.sort, "name, price or context")
        ->type_name("ORDER")
        ->transform(one_of(orders, "name, price, context"));
    models.add_flag("--json", line_.json, "as JSON");
    add_config_option(models, line_.flags);
}

void Parser::describe_route()
{
    CLI::App& app = command(Command::route, "route", "where a request for a model would go, and why");
    RouteOptions& options = line_.route;
    static const std::map<std::string, route::Scenario> scenarios = [] {
        std::map<std::string, route::Scenario> all;
        for (const std::string_view name : route::scenario_names())
            all.emplace(name, static_cast<route::Scenario>(all.size() + 1));
        return all;
    }();
    app.add_option("model", options.model, "as a client asks for it: opus, upstream/model, a short name")
        ->type_name("MODEL");
    app.add_option(
           "--scenario", options.scenario, "background, thinking, long_context, web_search, image, subagent")
        ->type_name("SCENARIO")
        ->transform(one_of(scenarios, "background, thinking, long_context, web_search, image, subagent"));
    app.add_flag("--offline", options.offline, "ask nobody for a list of models");
    app.add_flag("--clear-learned", options.clear_learned,
        "forget what refusals and answers taught about its targets; without a MODEL, about all");
    app.add_flag("--json", line_.json, "as JSON");
    add_config_option(app, line_.flags);
}

void Parser::describe_service()
{
    CLI::App& service = command(Command::service, "service", "run in the background, from login or boot on");
    static const std::map<std::string, ServiceOptions::Action> actions {
        { "install", ServiceOptions::Action::install }, { "uninstall", ServiceOptions::Action::uninstall },
        { "status", ServiceOptions::Action::status }
    };
    service.add_option("action", line_.service.action, "install, uninstall or status")
        ->type_name("ACTION")
        ->required()
        ->transform(one_of(actions, "install, uninstall, status"));
    service.add_flag("--system", line_.service.system, "for the whole machine; needs root");
    service.add_flag("--print", line_.service.print, "only show what would be written");
    add_config_option(service, line_.flags);
}

void Parser::describe_small_commands()
{
    CLI::App& doctor = command(Command::doctor, "doctor", "find what is wrong, and say what to do about it");
    doctor.add_flag("--offline", line_.offline, "skip what costs or needs the network");
    doctor.add_flag("--json", line_.json, "as JSON");
    add_config_option(doctor, line_.flags);
    CLI::App& status = command(Command::status, "status", "what is running, and how it is doing");
    status.add_flag("--json", line_.json, "as JSON");
    status.add_flag("--watch", line_.watch, "keep looking");
    command(Command::statusline, "statusline", "one line for Claude Code's status line");
    CLI::App& completion = command(Command::completion, "completion", "print a shell's completions");
    completion
        .add_option(
            "shell", line_.completion, "bash, zsh or fish; models: the ids at hand, for these scripts")
        ->type_name("SHELL")
        ->required()
        ->check(CLI::IsMember({ "bash", "zsh", "fish", "models" }).description(""));
}

// That of the command that was named; serve and check-config share the whole program's.
std::string Parser::help() const
{
    for (const auto& [command, app] : commands_) {
        if (!app->parsed() || command == Command::serve || command == Command::check_config)
            continue;
        std::string text =
            app_.get_formatter()->make_help(app, "dragoman " + app->get_name(), CLI::AppFormatMode::Normal);
        const std::string_view usage = "dragoman code [OPTIONS]";
        if (const std::size_t place = text.find(usage); place != std::string::npos)
            text.insert(place + usage.size(), " [MODEL] [CLAUDE ARGUMENTS...]");
        return text;
    }
    return app_.get_formatter()->make_help(&app_, app_.get_name(), CLI::AppFormatMode::Normal);
}

// The first argument that nobody knows. Only its name is repeated: what follows '=' may be a key.
CommandLine Parser::unknown_argument() const
{
    const std::vector<std::string> rest = app_.remaining(true);
    const std::string_view first = rest.empty() ? std::string_view() : std::string_view(rest.front());
    const bool option = first.starts_with('-');
    const std::string_view name = first.substr(0, option ? first.find('=') : std::string_view::npos);
    const CLI::App* used = &app_;
    for (const auto& [command, app] : commands_)
        if (app->parsed() && command != Command::serve && command != Command::check_config)
            used = app;
    std::vector<std::string> own;
    for (const CLI::Option* known : used->get_options())
        for (const std::string& spelling : known->get_lnames())
            own.push_back("--" + spelling);
    std::vector<std::string_view> known(own.begin(), own.end());
    if (!option)
        known.assign(commands.begin(), commands.end());
    std::string text = fmt::format("unknown {} {}",
        option              ? "option"
            : used == &app_ ? "command"
                            : "argument",
        name);
    const std::string_view near = config::nearest(name, known);
    if (!near.empty() && (option || used == &app_))
        text += fmt::format("; did you mean {}?", near);
    return wrong(text);
}

// `dragoman --port 80 models` has an option that models does not know.
std::optional<std::string> Parser::misplaced_option() const
{
    if (line_.command == Command::serve || line_.command == Command::check_config)
        return std::nullopt;
    const CLI::App* used = commands_.at(line_.command);
    for (const CLI::Option* option : app_.get_options()) {
        const std::string name = option->get_lnames().empty() ? "" : option->get_lnames().front();
        if (option->count() > 0 && used->get_option_no_throw("--" + name) == nullptr)
            return "--" + name;
    }
    return std::nullopt;
}

CommandLine Parser::parse(std::span<const std::string> arguments)
{
    try {
        app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        return done(exit_ok, help(), "");
    } catch (const CLI::CallForVersion&) {
        return done(exit_ok, fmt::format("dragoman {}\n", version_), "");
    } catch (const CLI::ExtrasError&) {
        return unknown_argument();
    } catch (const CLI::ParseError& error) {
        return wrong(error.what());
    }
    for (const auto& [command, app] : commands_)
        if (app->parsed())
            line_.command = command;
    if (auto option = misplaced_option())
        return wrong(fmt::format("{} is an option of serve", *option));
    return std::move(line_);
}

CommandText describe(const CLI::App& app)
{
    CommandText text { .name = app.get_name(), .what = app.get_description() };
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_lnames().empty()) {
            text.argument = option->get_type_name();
            continue;
        }
        const std::vector<std::string>& short_names = option->get_snames();
        text.options.push_back({ .name = "--" + option->get_lnames().front(),
            .short_name = short_names.empty() ? "" : "-" + short_names.front(),
            .value = option->get_expected_min() == 0 ? "" : option->get_type_name(),
            .what = option->get_description() });
    }
    return text;
}

std::vector<CommandText> Parser::describe() const
{
    std::vector<CommandText> all { cli::describe(app_) };
    all.front().name.clear();
    for (const CLI::App* command : app_.get_subcommands([](const CLI::App*) { return true; }))
        all.push_back(cli::describe(*command));
    return all;
}

} // namespace

std::vector<CommandText> describe_commands() { return Parser("").describe(); }

CommandLine parse_command_line(int argc, const char* const* argv, std::string_view version)
{
    SplitArguments split = split_arguments({ argv + std::min(argc, 1), argv + argc });
    CommandLine line = Parser(version).parse(split.own);
    if (line.command != Command::code)
        return line;
    if (split.model && split.model->empty())
        return wrong("code: the model is an empty word; leave it out for the configured one");
    line.code.model = split.model.value_or("");
    line.code.client_arguments = std::move(split.client);
    return line;
}

} // namespace dragoman::cli
