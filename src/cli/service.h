// `dragoman service`: in the background, from login or boot on.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

namespace dragoman::cli {

int service(const Context& context, const ServiceOptions& options);

} // namespace dragoman::cli
