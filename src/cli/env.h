// `dragoman env`: the environment that Claude Code needs, for a shell to read.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

namespace dragoman::cli {

int env(const Context& context, const CodeOptions& options, std::optional<Shell> shell);

} // namespace dragoman::cli
