// What the log says about one request: one line at info. What is not known stays unset, and is then left out
// of the JSON line and shown as "-" to people. It never holds text of a prompt or a key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dragoman {

struct RequestRecord {
    enum class Outcome : std::uint8_t { ok, client_cancelled, upstream_error, proxy_error, client_error };

    std::string request_id {};
    std::string method { "POST" };
    std::string path {};
    std::string client_model {}; // as the client asked for it
    std::string upstream {}; // who was asked last; empty where there is only one
    std::string upstream_model {}; // as it was sent
    std::string provider {}; // who answered behind the upstream
    std::string upstream_request_id {};
    int status = 0; // 0: nothing was sent
    int upstream_status = 0; // 0: the upstream never answered
    bool stream = false;
    int attempts = 0; // requests that reached the upstream
    std::string tried {}; // targets that failed or were passed over, and how; empty: the first one answered
    std::optional<bool> connection_reused {}; // of the upstream's answer; counted, not logged
    Outcome outcome = Outcome::ok;
    std::optional<std::int64_t> first_byte_ms {};
    std::optional<std::int64_t> total_ms {};
    std::optional<std::int64_t> input_tokens {}; // not counting what was read from a cache
    std::optional<std::int64_t> cached_tokens {};
    std::optional<std::int64_t> output_tokens {};
    std::optional<std::int64_t> cost_usd_micros {};
    std::string error {}; // the sentence the client got; of an upstream's own words only their kind
    std::vector<std::string> dropped {}; // names of fields that no upstream got; said at debug
    std::vector<std::string> repaired {}; // names of repairs; said at debug
};

} // namespace dragoman
