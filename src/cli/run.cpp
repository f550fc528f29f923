#include "cli/run.h"

#include "cli/code.h"
#include "cli/completion.h"
#include "cli/doctor.h"
#include "cli/env.h"
#include "cli/init.h"
#include "cli/models.h"
#include "cli/route.h"
#include "cli/service.h"
#include "cli/status.h"
#include "cli/statusline.h"
#include "config/check_config.h"
#include "gateway/app.h"

#include <cstdio>
#include <filesystem>
#include <vector>

namespace dragoman::cli {
namespace {

// The absolute path of this program, for units and settings that start it later.
std::string program_path(const char* name)
{
    std::error_code error;
    auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (!error)
        return self.string();
    return std::filesystem::absolute(name, error).string();
}

// Under the name of the launcher that people may be used to, dragoman is that launcher:
// `ln -s dragoman claude-openrouter`.
std::vector<const char*> with_command(int argc, const char* const* argv)
{
    std::vector<const char*> arguments(argv, argv + argc);
    if (argc > 0 && std::filesystem::path(argv[0]).filename() == "claude-openrouter")
        arguments.insert(arguments.begin() + 1, "code");
    return arguments;
}

int check_config(const Context& context)
{
    const config::CheckResult checked = config::check_config(context.sources);
    std::fputs(checked.err.c_str(), stderr);
    print(checked.out);
    return checked.exit_code;
}

int run_command(int argc, const char* const* argv, std::string_view version)
{
    using Command = CommandLine::Command;
    const std::vector<const char*> arguments = with_command(argc, argv);
    const CommandLine line =
        parse_command_line(static_cast<int>(arguments.size()), arguments.data(), version);
    Context context { .sources = { .flags = line.flags, .environment = environment_of_process() },
        .version = std::string(version),
        .program = program_path(argc > 0 ? argv[0] : "dragoman") };
    // Only what serves in this folder reads its .env.
    context.sources.dotenv = line.command == Command::serve || line.command == Command::check_config;
    switch (line.command) {
    case Command::done:
        print(line.out);
        std::fputs(line.err.c_str(), stderr);
        return line.exit_code;
    case Command::serve:
        return gateway::serve(
            context.sources, context.version, arguments.empty() ? "dragoman" : arguments.front());
    case Command::check_config:
        return check_config(context);
    case Command::code:
        return code(context, line.code, line.shell);
    case Command::env:
        return env(context, line.code, line.shell);
    case Command::init:
        return init(context, line.init);
    case Command::doctor:
        return doctor(context, line.offline, line.json);
    case Command::models:
        return models(context, line.models, line.json);
    case Command::route:
        return route(context, line.route, line.json);
    case Command::status:
        return status(context, line.json, line.watch);
    case Command::statusline:
        return statusline(context);
    case Command::service:
        return service(context, line.service);
    case Command::completion:
        return completion(context, line.completion);
    }
    return exit_failed;
}

} // namespace

int run(int argc, const char* const* argv, std::string_view version)
{
    const int exit_code = run_command(argc, argv, version);
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
        return exit_code;
    complain("standard output could not be written");
    return exit_code == exit_ok ? exit_failed : exit_code;
}

} // namespace dragoman::cli
