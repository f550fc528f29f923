// The dragoman that already serves this user, if there is one worth using.
#pragma once

#include "base/environment.h"
#include "gateway/instance.h"

#include <optional>

namespace dragoman::cli {

// The newest that serves, has proved itself, is healthy, and no demonstration.
std::optional<gateway::Instance> find_running(const Environment& environment);

} // namespace dragoman::cli
