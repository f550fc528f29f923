// Time as a parameter, so that tests own it. Waiting is measured by Clock, which never jumps.
#pragma once

#include <chrono>

namespace dragoman {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using WallClock = std::chrono::system_clock; // only for what people read: logs, created_at

} // namespace dragoman
