// The bodies of GET /api/status and GET /api/session/ID. https://www.rfc-editor.org/rfc/rfc8259
#pragma once

#include "gateway/metrics.h"
#include "gateway/sessions.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dragoman::gateway {

// How one upstream is doing.
struct UpstreamState {
    struct Breaker {
        std::string target {}; // "home/qwen3-coder"
        std::string state {}; // "closed", "open", "half-open"
        int failures = 0; // in a row
    };
    struct RestingKey {
        std::string target {};
        int key = 1; // which of the upstream's
        std::string source {}; // where it comes from
        std::int64_t seconds = 0;
    };
    std::string name {};
    bool degraded = false; // it has no key
    std::size_t keys = 0;
    std::vector<Breaker> breakers {}; // of targets that failed and have not succeeded since
    std::vector<RestingKey> resting_keys {};
};

// What is no count of requests.
struct StatusContext {
    std::string version {};
    int pid = 0;
    std::int64_t started = 0; // seconds since 1970
    std::int64_t uptime_s = 0;
    std::string config {}; // the configuration file; empty: none
    std::string metrics {}; // where Prometheus finds the figures; empty: nowhere
    bool demonstration = false;
    bool degraded = false;
    std::size_t sessions = 0;
    std::optional<std::uint64_t> resident_bytes {};
    std::vector<UpstreamState> upstreams {};
};

std::string status_report(const MetricsSnapshot& metrics, const StatusContext& context);
// `next`: who would answer now to a name that was asked about.
std::string session_report(std::string_view id, const SessionFigures& figures,
    const std::optional<SessionFigures::Answering>& next = std::nullopt);

} // namespace dragoman::gateway
