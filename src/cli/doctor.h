// `dragoman doctor`: every finding has a remedy.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

namespace dragoman::cli {

int doctor(const Context& context, bool offline, bool json);

} // namespace dragoman::cli
