// What `check-config` prints: what is in force, or everything that is wrong.
#pragma once

#include "base/exit_code.h"
#include "config/load.h"

#include <string>
#include <vector>

namespace dragoman::config {

struct CheckResult {
    int exit_code = exit_ok;
    std::string out {}; // for stdout
    std::string err {}; // for stderr
};
CheckResult check_config(const Sources& sources);

// Warnings and mistakes as they are printed to stderr, one a line, harmless for a terminal.
std::string to_text(const std::vector<std::string>& warnings, const std::vector<std::string>& mistakes);

} // namespace dragoman::config
