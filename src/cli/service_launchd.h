// `dragoman service` on macOS: an agent of one person, who needs no root.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"
#include "cli/service_text.h"

namespace dragoman::cli {

int launchd_service(const Context& context, const ServiceOptions& options, const Started& started);

} // namespace dragoman::cli
