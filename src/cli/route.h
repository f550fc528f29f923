// `dragoman route`: where a request for a model would go, and why.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"

namespace dragoman::cli {

int route(const Context& context, const RouteOptions& options, bool json);

} // namespace dragoman::cli
