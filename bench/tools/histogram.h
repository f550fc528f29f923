// Times in microseconds, counted in buckets that are at most a hundredth of a percent wide: constant memory,
// whatever their number.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

class Histogram {
public:
    void add(std::uint64_t ns)
    {
        ++buckets_[bucket_of(ns)];
        ++count_;
    }

    // {"p50":…,"p99":…,"p999":…,"max":…,"count":…,"slow":…} in microseconds; null where nothing was counted.
    // Slow is what took 40 ms longer than the median: what Nagle's algorithm and a delayed acknowledgement
    // cost.
    std::string json() const;

private:
    static constexpr unsigned fine_bits = 14;
    static constexpr std::uint64_t slow_ns = 40'000'000;

    static std::size_t bucket_of(std::uint64_t ns)
    {
        const unsigned width = static_cast<unsigned>(std::bit_width(ns | 1U));
        const unsigned shift = width > fine_bits + 1 ? width - fine_bits - 1 : 0;
        return (static_cast<std::size_t>(shift) << fine_bits) + (ns >> shift);
    }

    static double ns_of(std::size_t bucket);
    std::size_t bucket_at(double share) const;
    std::string microseconds_at(double share) const;
    std::uint64_t slow() const;

    std::vector<std::uint64_t> buckets_ =
        std::vector<std::uint64_t>(std::size_t { 64 - fine_bits } << fine_bits);
    std::uint64_t count_ = 0;
};

} // namespace bench
