// `dragoman completion`: what a shell needs to complete our commands and options.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

namespace dragoman::cli {

int completion(const std::string& shell);

} // namespace dragoman::cli
