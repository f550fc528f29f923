// What bench_load is asked to do.
#pragma once

#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

extern const std::string_view load_usage;

struct LoadOptions {
    static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

    std::uint16_t port = 0;
    bool tls = false;
    std::string path = "/v1/messages";
    std::vector<std::string> bodies; // their contents, taken in turn; none: GET
    std::vector<std::string> headers;
    std::uint64_t connections = 1;
    std::uint64_t requests = no_limit;
    double seconds = 0; // 0: as long as it takes
    double rate = 0; // requests per second; 0: the next one follows the last one's end
    std::uint64_t warmup = 0; // so many first answers are checked, but not timed
    double timeout = 30; // seconds without a byte of an answer
    double hold = 0; // seconds for which the connections stay open after the last answer
    std::optional<std::uint64_t> expect_events;
    std::optional<std::string> expect_end;
};

std::expected<LoadOptions, std::string> parse_load_options(std::span<char*> words);

// One request for each body, ready to be sent.
std::vector<std::string> prepared_requests(const LoadOptions& options);

} // namespace bench
