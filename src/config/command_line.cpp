#include "config/command_line.h"

#include "base/log_text.h"
#include "config/values.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <optional>

namespace dragoman::config {
namespace {

constexpr std::array<std::string_view, 10> options { "--config", "--host", "--port", "--workers",
    "--log-level", "--log-file", "--capture", "--demo", "--version", "--help" };
constexpr std::array<std::string_view, 2> commands { "serve", "check-config" };

void describe_options(CLI::App& app, Flags& flags)
{
    app.add_option("-c,--config", flags.config, "the configuration file")->type_name("FILE");
    app.add_option("--host", flags.host, "the address to listen on (default 127.0.0.1, and ::1)")
        ->type_name("HOST");
    app.add_option("-p,--port", flags.port, "the port to listen on (default 8080)")
        ->type_name("PORT")
        ->check(CLI::Range(0, 65535).description(""));
    app.add_option("--workers", flags.workers, "threads that serve (default 1)")->type_name("N");
    app.add_option("--log-level", flags.log_level, "trace, debug, info, warning or error")
        ->type_name("LEVEL");
    app.add_option("--log-file", flags.log_file, "write JSON lines there as well")->type_name("FILE");
    app.add_option("--capture", flags.capture, "keep whole exchanges, prompts included, in this folder")
        ->type_name("FOLDER");
    app.add_flag("--demo", flags.demo, "answer from a scripted model of dragoman's own; needs no key");
}

CommandLine done(int exit_code, std::string out, std::string err)
{
    return { .command = CommandLine::Command::done,
        .exit_code = exit_code,
        .out = std::move(out),
        .err = std::move(err) };
}

// The first argument that nobody knows. Only its name is repeated: what follows '=' may be a key.
std::string unknown_argument(const std::vector<std::string>& rest)
{
    const std::string_view first = rest.empty() ? std::string_view() : std::string_view(rest.front());
    const bool option = first.starts_with('-');
    const std::string_view name = first.substr(0, option ? first.find('=') : std::string_view::npos);
    const auto near = option ? nearest(name, options) : nearest(name, commands);
    std::string text = fmt::format("unknown {} {}", option ? "option" : "command", name);
    if (!near.empty())
        text += fmt::format("; did you mean {}?", near);
    return text;
}

CommandLine wrong(std::string_view what)
{
    return done(exit_usage, "", fmt::format("dragoman: {}\nTry 'dragoman --help'.\n", what));
}

} // namespace

CommandLine parse_command_line(int argc, const char* const* argv, std::string_view version)
{
    CommandLine line;
    CLI::App app("Claude Code, and every other client of the Messages API, on any model.", "dragoman");
    app.get_formatter()->column_width(28);
    app.require_subcommand(0, 1);
    app.set_help_flag("-h,--help", "print this help");
    app.set_version_flag("-V,--version", fmt::format("dragoman {}", version), "print the version");
    describe_options(app, line.flags);
    CLI::App* serve = app.add_subcommand("serve", "serve clients; also what dragoman alone does");
    CLI::App* check = app.add_subcommand("check-config", "say what is in force, or everything that is wrong");
    for (CLI::App* command : { serve, check }) {
        command->set_help_flag();
        command->fallthrough();
    }
    app.footer(
        "The key comes from OPENROUTER_API_KEY. Exit codes: 0 fine, 1 could not run, 2 the arguments or\n"
        "the configuration are wrong.\n");
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        // Always the whole help: app.help() would be that of the command only, which has no options of its
        // own.
        return done(
            exit_ok, app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal), "");
    } catch (const CLI::CallForVersion&) {
        return done(exit_ok, fmt::format("dragoman {}\n", version), "");
    } catch (const CLI::ExtrasError&) {
        return wrong(unknown_argument(app.remaining(true)));
    } catch (const CLI::ParseError& error) {
        return wrong(error.what());
    }
    line.command = check->parsed() ? CommandLine::Command::check_config : CommandLine::Command::serve;
    return line;
}

std::string to_text(const std::vector<std::string>& warnings, const std::vector<std::string>& mistakes)
{
    std::string text;
    const auto add = [&](std::string_view what, const std::vector<std::string>& all) {
        for (const std::string& one : all) {
            text += what;
            log::append_plain_text(text, one, 4 * limits::log_field);
            text += '\n';
        }
    };
    add("warning: ", warnings);
    add("error: ", mistakes);
    return text;
}

CheckResult check_config(const Sources& sources)
{
    const auto loaded = load(sources);
    if (!loaded)
        return { .exit_code = exit_usage, .err = to_text(loaded.error().warnings, loaded.error().mistakes) };
    return { .out = describe(loaded->config), .err = to_text(loaded->warnings, {}) };
}

} // namespace dragoman::config
