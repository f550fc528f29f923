// How long things took: counted without locks, read as percentiles for people and as cumulative buckets for
// Prometheus. The bounds lie 10 to 15 % apart, from a millisecond to a thousand seconds, and include those
// that Prometheus is shown, so that one set of counts serves both.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace dragoman::gateway {

// A number that only grows. Relaxed: nothing is concluded from one counter about another.
class Counter {
public:
    void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
    std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};

inline constexpr std::size_t time_buckets = 111; // the last one has no upper bound

// The largest number of milliseconds that `bucket` counts; not for the last one.
std::int64_t upper_bound_ms(std::size_t bucket);

// What was counted up to one moment.
struct Times {
    std::array<std::uint64_t, time_buckets> counts {};
    std::uint64_t sum_ms = 0;

    Times& operator+=(const Times& other);
    std::uint64_t count() const;
    std::uint64_t up_to(std::int64_t ms) const; // `ms` must be one of the bounds

    // Between the bounds of its bucket by proportion: a single value in the middle. nullopt when nothing was
    // counted; beyond the last bound that bound.
    std::optional<double> percentile_ms(double percent) const;
};

class TimeHistogram {
public:
    void add(std::int64_t ms); // from any thread
    Times read() const;

private:
    std::array<Counter, time_buckets> counts_ {};
    Counter sum_ms_ {};
};

} // namespace dragoman::gateway
