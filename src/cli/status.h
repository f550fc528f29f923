// `dragoman status`: what is running, and how it is doing.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

namespace dragoman::cli {

int status(const Context& context, bool json, bool watch);

} // namespace dragoman::cli
