#include "histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bench {

// The middle of the bucket in which the share of all times is reached.
std::string Histogram::microseconds_at(double share) const
{
    if (count_ == 0)
        return "null";
    const double wanted = std::max(1.0, std::ceil(share * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    while (static_cast<double>(seen += buckets_[bucket]) < wanted)
        ++bucket;
    const std::size_t fine = std::size_t { 1 } << fine_bits;
    const std::size_t shift = bucket < 2 * fine ? 0 : (bucket >> fine_bits) - 1;
    const double low =
        std::ldexp(static_cast<double>(bucket - (shift << fine_bits)), static_cast<int>(shift));
    const double width = std::ldexp(1.0, static_cast<int>(shift));
    return fmt::format("{:.1f}", (low + width / 2) / 1000);
}

std::string Histogram::json() const
{
    return fmt::format(R"({{"p50":{},"p99":{},"p999":{},"max":{},"count":{}}})", microseconds_at(0.5),
        microseconds_at(0.99), microseconds_at(0.999), microseconds_at(1), count_);
}

} // namespace bench
