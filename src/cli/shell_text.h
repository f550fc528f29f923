// A change of the environment in the syntax of a shell, for it to evaluate.
#pragma once

#include "cli/client_environment.h"
#include "cli/command_line.h"

#include <string>
#include <string_view>

namespace dragoman::cli {

std::string shell_text(const EnvironmentChange& change, Shell shell);

// The shell of $SHELL: fish, or one that reads sh.
Shell shell_of(const Environment& environment);

} // namespace dragoman::cli
