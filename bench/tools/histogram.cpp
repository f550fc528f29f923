#include "histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace bench {

// The bucket in which the share of all times is reached.
std::size_t Histogram::bucket_at(double share) const
{
    const double wanted = std::max(1.0, std::ceil(share * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    while (static_cast<double>(seen += buckets_[bucket]) < wanted)
        ++bucket;
    return bucket;
}

// The middle of a bucket.
double Histogram::ns_of(std::size_t bucket)
{
    const std::size_t fine = std::size_t { 1 } << fine_bits;
    const std::size_t shift = bucket < 2 * fine ? 0 : (bucket >> fine_bits) - 1;
    const double low =
        std::ldexp(static_cast<double>(bucket - (shift << fine_bits)), static_cast<int>(shift));
    const double width = std::ldexp(1.0, static_cast<int>(shift));
    return low + width / 2;
}

std::string Histogram::microseconds_at(double share) const
{
    return count_ == 0 ? "null" : fmt::format("{:.1f}", ns_of(bucket_at(share)) / 1000);
}

std::uint64_t Histogram::slow() const
{
    if (count_ == 0)
        return 0;
    const auto limit = static_cast<std::uint64_t>(ns_of(bucket_at(0.5))) + slow_ns;
    return std::accumulate(buckets_.begin() + static_cast<std::ptrdiff_t>(bucket_of(limit)), buckets_.end(),
        std::uint64_t { 0 });
}

std::string Histogram::json() const
{
    return fmt::format(R"({{"p50":{},"p99":{},"p999":{},"max":{},"count":{},"slow":{}}})",
        microseconds_at(0.5), microseconds_at(0.99), microseconds_at(0.999), microseconds_at(1), count_,
        slow());
}

} // namespace bench
