// `dragoman init`: a key, models, and a configuration file that says so.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

namespace dragoman::cli {

int init(const Context& context, const InitOptions& options);

} // namespace dragoman::cli
