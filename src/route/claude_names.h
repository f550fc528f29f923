// The names of Claude's models that clients ask for, newest first. Which model really answers them is decided
// by resolve(); this is only what GET /v1/models shows of them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace dragoman::route {

struct ClaudeName {
    std::string_view id;
    std::string_view display_name;
    std::int64_t created; // seconds since 1970; where no day is published, one that keeps the order
};

std::span<const ClaudeName> claude_models();

} // namespace dragoman::route
