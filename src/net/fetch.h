// One request and its whole answer, for commands that wait: a loop of its own, the caller's thread blocked
// until the answer is there or the time is up. Proxies and certificates are those of the environment, as for
// upstreams; redirects are reported, never followed.
#pragma once

#include "base/environment.h"
#include "base/limits.h"
#include "base/result.h"
#include "net/exchange_io.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::net {

struct FetchRequest {
    std::string method = "GET";
    std::string url {};
    std::vector<std::pair<std::string, std::string>> fields {};
    std::string body {};
    std::chrono::milliseconds time { 10000 }; // for everything
    std::size_t bytes_max = 16 * limits::MiB;
};

struct FetchedAnswer {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields {};
    std::string body {};

    std::string_view field(std::string_view name) const; // the first of that name, or empty
};

// Errors: unreachable, timed_out, upstream_protocol (and internal for a URL that is none).
Result<FetchedAnswer> fetch(const FetchRequest& request, const Environment& environment);

} // namespace dragoman::net
