// The arguments, and nothing else: which command, with which options, and what to print when there is nothing
// more to do.
#pragma once

#include "base/exit_code.h"
#include "config/load.h"
#include "route/route_table.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::cli {

// The shells whose syntax `env` and `code --print-env` can write.
enum class Shell : std::uint8_t { sh, fish, powershell, cmd };

struct CodeOptions {
    bool isolated = false; // a configuration folder of its own for the client
    bool own = false; // serve from this process even if a dragoman is running
    bool print_env = false;
    std::string model {}; // empty: the configured one
    std::vector<std::string> client_arguments {};
};

struct InitOptions {
    std::string key_file {};
    std::string big {};
    std::string middle {};
    std::string small {};
    std::string import {}; // an .env, config.json or config.yaml of another proxy
    bool statusline = false;
    bool yes = false; // ask nothing
    bool offline = false;
};

struct ModelsOptions {
    enum class Sort : std::uint8_t { name, price, context };
    std::vector<std::string> words {};
    bool free = false;
    bool tools = false;
    std::uint64_t context = 0; // at least so many tokens
    Sort sort = Sort::name;
};

struct RouteOptions {
    std::string model {};
    route::Scenario scenario = route::Scenario::any;
    bool offline = false; // ask nobody for a list of models
    bool clear_learned = false; // of these targets; without a model of all
};

struct ServiceOptions {
    enum class Action : std::uint8_t { install, uninstall, status };
    Action action = Action::status;
    bool system = false;
    bool print = false; // show what would be written
};

struct CommandLine {
    enum class Command : std::uint8_t {
        serve,
        check_config,
        code,
        env,
        init,
        doctor,
        models,
        route,
        status,
        statusline,
        service,
        completion,
        done,
    };
    Command command = Command::serve;
    config::Flags flags {};
    CodeOptions code {}; // also what `env` needs: the model
    std::optional<Shell> shell {};
    InitOptions init {};
    ModelsOptions models {};
    RouteOptions route {};
    ServiceOptions service {};
    bool offline = false; // doctor
    bool json = false; // doctor, models, route, status
    bool watch = false; // status
    std::string completion {}; // bash, zsh, fish, or models
    int exit_code = exit_ok; // when done
    std::string out {}; // for stdout, when done: the help, the version
    std::string err {}; // for stderr, when done: what is wrong with the arguments
};

CommandLine parse_command_line(int argc, const char* const* argv, std::string_view version);

// The same as a description, for what completes it in a shell.
struct OptionText {
    std::string name {}; // "--config"
    std::string short_name {}; // "-c", or empty
    std::string value {}; // "FILE"; empty for a flag
    std::string what {};
};
struct CommandText {
    std::string name {}; // empty: dragoman itself, whose options serve and check-config share
    std::string what {};
    std::string argument {}; // "MODEL"; empty when it takes none
    std::vector<OptionText> options {};
};
std::vector<CommandText> describe_commands();

} // namespace dragoman::cli
