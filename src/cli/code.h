// `dragoman code`: Claude Code on a model, through a running dragoman or one inside this process.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

namespace dragoman::cli {

int code(const Context& context, const CodeOptions& options, std::optional<Shell> shell);

} // namespace dragoman::cli
