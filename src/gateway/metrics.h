// What this process has done so far, in numbers: counted once for each request, from the same record as its
// line in the log, without locks. Read as a whole by /metrics and /api/status.
//
// Targets are the upstream's names of models. Only names that an upstream has really answered to get a place,
// at most targets_max of them, so that no client can fill it with words of its own; the rest is "other", and
// requests that never came as far as a model are "none".
#pragma once

#include "base/request_record.h"
#include "gateway/tally.h"
#include "gateway/time_histogram.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::gateway {

inline constexpr std::size_t outcome_count = 5;
std::string_view outcome_name(std::size_t outcome); // "client_cancelled", in the order of the record's enum
bool is_failure(std::size_t outcome); // neither ok nor cancelled

// The statuses that dragoman gives, and 0 for all others.
std::span<const int> counted_statuses();

inline constexpr std::size_t connection_kinds = 3;
std::string_view connection_name(std::size_t kind); // "new", "reused", "none"

// Everything up to one moment.
struct MetricsSnapshot {
    struct Target {
        std::string name {};
        std::array<std::uint64_t, outcome_count> requests {};
        Times first_byte {};
        std::uint64_t input_tokens = 0;
        std::uint64_t cached_tokens = 0;
        std::uint64_t output_tokens = 0;
        std::uint64_t cost_usd_micros = 0;

        std::uint64_t all_requests() const;
        std::uint64_t failures() const;
        Target& operator+=(const Target& other);
    };
    struct Failures {
        std::size_t outcome = 0;
        int status = 0; // 0: one that is not counted by itself
        std::uint64_t count = 0;
    };
    struct Refusals {
        int status = 0;
        std::uint64_t count = 0;
    };

    std::vector<Target>
        targets {}; // in the order in which they first answered; "other" and "none" at the end
    std::vector<Failures> failures {}; // those that happened
    std::vector<Refusals> refusals {};
    std::vector<Tally::Row> fallbacks {}; // targets that could not answer, and the next one was asked
    std::vector<Tally::Row> mended {}; // refusals after which the same target answered a request for less
    Times total_time {};
    std::array<std::uint64_t, connection_kinds> upstream_requests {};
    std::uint64_t running = 0;
    std::uint64_t token_counts = 0;

    Target all_targets() const;
};

class Metrics {
public:
    static constexpr std::size_t targets_max = 64;
    static constexpr std::size_t name_max = 128;

    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // All of these from any thread. Each begin() is followed by one finish().
    void begin() { running_.fetch_add(1, std::memory_order_relaxed); }
    void finish(const RequestRecord& record);
    void refused(int status); // before it came to an endpoint
    void counted_tokens() { token_counts_.add(); }

    // Another target is asked, since this one could not answer. `is_configured`: the configuration names it.
    void fell_back(std::string_view target, bool is_configured, std::string_view reason);

    // It answers now, what it had refused having been given up.
    void mended(const std::string& target, std::string_view remedy);

    MetricsSnapshot read() const;

private:
    struct Target;
    using Statuses = std::array<Counter, 24>;

    Target& target_of(const RequestRecord& record);
    Target* find(std::string_view name) const;
    Target& admit(const std::string& name);

    std::array<std::atomic<Target*>, targets_max> targets_ {}; // filled from the front, never emptied
    std::atomic<std::size_t> target_count_ = 0;
    std::mutex admitting_; // a new target: at most targets_max times in the life of a process
    std::vector<std::unique_ptr<Target>> owned_; // under admitting_
    std::unique_ptr<Target> other_;
    std::unique_ptr<Target> none_;
    std::array<Statuses, outcome_count> failures_ {};
    Statuses refusals_ {};
    Tally fallbacks_ {};
    Tally mended_ {};
    TimeHistogram total_time_ {};
    std::array<Counter, connection_kinds> upstream_requests_ {};
    std::atomic<std::uint64_t> running_ = 0;
    Counter token_counts_ {};
};

} // namespace dragoman::gateway
