// How long somebody is told to wait: in whole seconds, rounded up, and never none.
#pragma once

#include "base/clock.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace dragoman {

inline std::int64_t seconds_to_wait(Clock::duration left)
{
    return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(left).count());
}

} // namespace dragoman
