// `dragoman service` where systemd is.
#pragma once

#include "cli/command_line.h"
#include "cli/context.h"
#include "cli/service_text.h"

namespace dragoman::cli {

int systemd_service(const Context& context, const ServiceOptions& options, const Started& started);

} // namespace dragoman::cli
