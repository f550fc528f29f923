// What `status` shows of one instance: pure, so that it can be tested.
#pragma once

#include "cli/terminal.h"
#include "gateway/instance.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::cli {

// One that was found, and its own word for how it is doing: the body of /api/status, or empty when it did not
// answer, or could not prove to be the one whose file was found.
struct Seen {
    gateway::Instance instance {};
    std::string report {};
};

// `now` in seconds since 1970. Ends in a line end; lines may be longer than the terminal is wide.
std::string status_text(const std::vector<Seen>& all, std::int64_t now, const Style& style);

// {"running":true,"instances":[{"pid":1,...,"status":{...}}]}, `status` being null for one that does not
// answer.
std::string status_json(const std::vector<Seen>& all);

} // namespace dragoman::cli
