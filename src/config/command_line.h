// The arguments, and nothing else: what to do, what overrides the configuration, and what to print when there
// is nothing more to do. Exit codes: 0 fine, 1 could not run, 2 the arguments or the configuration are wrong.
#pragma once

#include "config/load.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::config {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

struct CommandLine {
    enum class Command : std::uint8_t { serve, check_config, done };
    Command command = Command::serve;
    Flags flags {};
    int exit_code = exit_ok; // when done
    std::string out {}; // for stdout, when done: the help, the version
    std::string err {}; // for stderr, when done: what is wrong with the arguments
};

CommandLine parse_command_line(int argc, const char* const* argv, std::string_view version);

// `check-config`, whole: the text for stdout, for stderr, and the exit code.
struct CheckResult {
    int exit_code = exit_ok;
    std::string out {};
    std::string err {};
};
CheckResult check_config(const Sources& sources);

// Warnings and mistakes as they are printed to stderr, one a line, harmless for a terminal.
std::string to_text(const std::vector<std::string>& warnings, const std::vector<std::string>& mistakes);

} // namespace dragoman::config
