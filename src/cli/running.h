// The dragoman that already serves this user, if there is one worth using.
#pragma once

#include "base/environment.h"
#include "gateway/instance.h"

#include <cstdint>
#include <optional>

namespace dragoman::cli {

// The newest that serves, has proved itself, and is no demonstration; healthy, unless one without a key will
// do as well.
enum class Health : std::uint8_t { healthy, any };
std::optional<gateway::Instance> find_running(
    const Environment& environment, Health wanted = Health::healthy);

} // namespace dragoman::cli
