// The parts of doctor's look at Claude Code that need nothing but their arguments.
#pragma once

#include "cli/doctor_checks.h"

namespace dragoman::cli {

// The environment as the client sees it in the end.
void check_client_environment(const Environment& environment, Findings& findings);

// What `claude --version` said.
void check_version(std::string_view said, const std::string& path, Findings& findings);

} // namespace dragoman::cli
