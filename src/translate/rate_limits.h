// The fields in which an upstream tells of its limits, in any of their families:
//
//     x-ratelimit-remaining-tokens: 0             x-ratelimit-reset-tokens: 6m0s
//     anthropic-ratelimit-requests-remaining: 49  anthropic-ratelimit-requests-reset: 2026-11-21T03:00:45Z
//     anthropic-ratelimit-unified-5h-status: rejected, and its -reset
//
// A reset belongs to the limit that is called like it. Which limit was met is seen by what remains of it.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

namespace dragoman::translate {

struct LimitField {
    std::string_view name; // in any case
    std::string_view value;
};

struct LimitWaits {
    std::optional<std::chrono::milliseconds> used_up {}; // until all limits that are used up are filled again
    std::optional<std::chrono::milliseconds>
        longest {}; // of all that may be meant; of a day's only if used up
};

bool is_limit_field(std::string_view name);

LimitWaits waits_of_limits(std::span<const LimitField> fields, WallClock::time_point now);

} // namespace dragoman::translate
