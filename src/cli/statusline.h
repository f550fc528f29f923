// `dragoman statusline`: one line for Claude Code's status line, which hands its state over on standard
// input.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

namespace dragoman::cli {

int statusline(const Context& context);

} // namespace dragoman::cli
