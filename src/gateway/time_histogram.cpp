#include "gateway/time_histogram.h"

#include <algorithm>
#include <numeric>

namespace dragoman::gateway {

namespace {

constexpr std::array<std::int64_t, 20> steps_of_a_decade { 10, 11, 12, 14, 16, 18, 20, 22, 25, 28, 32, 36, 40,
    45, 50, 56, 63, 71, 80, 90 };

// 1 to 9 ms one by one, then five decades in twenty steps each, and 1000 s.
constexpr auto make_bounds()
{
    std::array<std::int64_t, time_buckets - 1> bounds {};
    std::size_t next = 0;
    for (std::int64_t ms = 1; ms < 10; ++ms)
        bounds[next++] = ms;
    for (std::int64_t scale = 1; scale <= 10000; scale *= 10)
        for (std::int64_t step : steps_of_a_decade)
            bounds[next++] = step * scale;
    bounds[next] = 1'000'000;
    return bounds;
}

constexpr auto bounds = make_bounds();
static_assert(bounds.back() == 1'000'000 && bounds[bounds.size() - 2] == 900'000);

std::size_t bucket_of(std::int64_t ms)
{
    return static_cast<std::size_t>(std::ranges::lower_bound(bounds, ms) - bounds.begin());
}

} // namespace

std::int64_t upper_bound_ms(std::size_t bucket) { return bounds.at(bucket); }

Times& Times::operator+=(const Times& other)
{
    for (std::size_t i = 0; i < time_buckets; ++i)
        counts[i] += other.counts[i];
    sum_ms += other.sum_ms;
    return *this;
}

std::uint64_t Times::count() const { return std::accumulate(counts.begin(), counts.end(), std::uint64_t {}); }

std::uint64_t Times::up_to(std::int64_t ms) const
{
    const auto end = counts.begin() + static_cast<std::ptrdiff_t>(bucket_of(ms)) + 1;
    return std::accumulate(counts.begin(), end, std::uint64_t {});
}

std::optional<double> Times::percentile_ms(double percent) const
{
    const std::uint64_t all = count();
    if (all == 0)
        return std::nullopt;
    const double rank = std::clamp(percent / 100 * static_cast<double>(all), 1.0, static_cast<double>(all));
    double below = 0;
    for (std::size_t i = 0; i + 1 < time_buckets; ++i) {
        const auto here = static_cast<double>(counts[i]);
        if (below + here >= rank) {
            const auto upper = static_cast<double>(bounds[i]);
            const double lower = i == 0 ? 0 : static_cast<double>(bounds[i - 1]);
            return lower + (upper - lower) * (rank - below - 0.5) / here;
        }
        below += here;
    }
    return static_cast<double>(bounds.back());
}

void TimeHistogram::add(std::int64_t ms)
{
    ms = std::max<std::int64_t>(ms, 0);
    counts_[bucket_of(ms)].add();
    sum_ms_.add(static_cast<std::uint64_t>(ms));
}

Times TimeHistogram::read() const
{
    Times times;
    for (std::size_t i = 0; i < time_buckets; ++i)
        times.counts[i] = counts_[i].get();
    times.sum_ms = sum_ms_.get();
    return times;
}

} // namespace dragoman::gateway
