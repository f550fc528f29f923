#include "cli/amounts.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

namespace dragoman::cli {

namespace {

// Three digits that say something: 1.23, 12.3, 123.
std::string three_digits(double value)
{
    return fmt::format("{:.{}f}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

} // namespace

std::string count_text(std::uint64_t count)
{
    constexpr std::uint64_t exact_below = 10'000;
    if (count < exact_below)
        return std::to_string(count);
    auto value = static_cast<double>(count);
    std::string_view unit;
    for (std::string_view next : { "k", "M", "G" }) {
        if (value < 999.5)
            break;
        value /= 1000;
        unit = next;
    }
    return three_digits(value) + std::string(unit);
}

std::string dollars_text(double dollars)
{
    if (dollars <= 0)
        return "$0.00";
    if (dollars < 0.0000005)
        return "<$0.000001";
    const int digits = dollars >= 99.995 ? 0 : dollars >= 0.00995 ? 2 : dollars >= 0.0000995 ? 4 : 6;
    return fmt::format("${:.{}f}", dollars, digits);
}

std::string milliseconds_text(std::int64_t ms)
{
    if (ms < 1000)
        return fmt::format("{} ms", ms);
    return three_digits(static_cast<double>(ms) / 1000) + " s";
}

std::string duration_text(std::chrono::seconds time)
{
    constexpr std::array<std::pair<std::int64_t, std::string_view>, 4> units { { { 86400, "d" },
        { 3600, "h" }, { 60, "min" }, { 1, "s" } } };
    std::int64_t rest = time.count();
    std::string text;
    int shown = 0;
    for (const auto& [seconds, name] : units) {
        if (shown == 2 || (rest < seconds && shown == 0 && seconds != 1))
            continue;
        if (rest >= seconds || shown == 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : " ", rest / seconds, name);
        rest %= seconds;
        ++shown;
    }
    return text;
}

std::string bytes_text(std::uint64_t bytes)
{
    constexpr double mebi = 1024.0 * 1024.0;
    return three_digits(static_cast<double>(bytes) / mebi) + " MiB";
}

} // namespace dragoman::cli
