// How long an upstream wants its clients to wait, from the many places where it may say so.
//
// Clients read whole seconds and give up at once above 60, so a short wait is rounded up and given as it is,
// a somewhat longer one is clamped, and one that no retry loop outlasts is reported as final.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace dragoman::translate {

// "30", "2.5", "1s", "6m0s", "120ms", an HTTP date, or the time of day as a Unix time in seconds or
// milliseconds. nullopt: none of these, or a date while `now` is the epoch. Never negative.
std::optional<std::chrono::milliseconds> parse_wait(std::string_view value, WallClock::time_point now);

// "retry-after-ms", a plain number of milliseconds.
std::optional<std::chrono::milliseconds> parse_wait_ms(std::string_view value);

// "Please try again in 1.5s", "retry in 12s", "retry after 20 seconds", "in 2 minutes".
std::optional<std::chrono::milliseconds> find_wait(std::string_view text);

} // namespace dragoman::translate
