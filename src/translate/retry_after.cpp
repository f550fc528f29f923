#include "translate/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace dragoman::translate {

namespace {

using std::chrono::milliseconds;

constexpr double day_max_s = 366.0 * 24 * 3600; // longer than any wait that somebody meant

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '"'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '"'))
        text.remove_suffix(1);
    return text;
}

// A decimal number at the beginning of `text`, which is shortened by it.
std::optional<double> take_number(std::string_view& text)
{
    if (text.empty() || ((text.front() < '0' || text.front() > '9') && text.front() != '.'))
        return std::nullopt;
    double number = 0;
    auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc {})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

milliseconds from_seconds(double seconds)
{
    return milliseconds(std::llround(std::clamp(seconds, 0.0, day_max_s) * 1000));
}

// The unit at the beginning of `text`, in seconds. Longer spellings stand before their beginnings.
std::optional<double> take_unit(std::string_view& text)
{
    constexpr std::array<std::pair<std::string_view, double>, 19> units { { { "milliseconds", 0.001 },
        { "millisecond", 0.001 }, { "msec", 0.001 }, { "ms", 0.001 }, { "seconds", 1 }, { "second", 1 },
        { "secs", 1 }, { "sec", 1 }, { "s", 1 }, { "minutes", 60 }, { "minute", 60 }, { "mins", 60 },
        { "min", 60 }, { "m", 60 }, { "hours", 3600 }, { "hour", 3600 }, { "h", 3600 }, { "days", 86400 },
        { "d", 86400 } } };
    for (auto [name, seconds] : units)
        if (text.starts_with(name)) {
            text.remove_prefix(name.size());
            return seconds;
        }
    return std::nullopt;
}

// "6m0s", "1h2m3.5s", "12 seconds": numbers with units, as long as they follow each other.
std::optional<double> take_duration(std::string_view& text)
{
    std::optional<double> total;
    for (;;) {
        std::string_view rest = text;
        while (!rest.empty() && rest.front() == ' ')
            rest.remove_prefix(1);
        auto number = take_number(rest);
        if (!number)
            return total;
        while (!rest.empty() && rest.front() == ' ')
            rest.remove_prefix(1);
        auto unit = take_unit(rest);
        if (!unit)
            return total;
        total = total.value_or(0) + *number * *unit;
        text = rest;
    }
}

int month_number(std::string_view name)
{
    constexpr std::string_view names = "janfebmaraprmayjunjulaugsepoctnovdec";
    const std::size_t at = name.size() == 3 ? names.find(name) : std::string_view::npos;
    return at == std::string_view::npos || at % 3 != 0 ? 0 : static_cast<int>(at / 3) + 1;
}

// All runs of digits and of letters, which is what the spellings of a date differ in the order of.
struct DateParts {
    std::array<int, 6> numbers {};
    std::size_t count = 0;
    int month = 0;
};

DateParts split_date(std::string_view text)
{
    DateParts parts;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        auto run = [&](char from, char to) {
            while (end < text.size() && text[end] >= from && text[end] <= to)
                ++end;
            return end > at;
        };
        if (run('0', '9')) {
            int number = 0;
            std::from_chars(text.data() + at, text.data() + end, number);
            if (parts.count < parts.numbers.size())
                parts.numbers[parts.count++] = number;
        } else if (run('a', 'z')) {
            if (int month = month_number(text.substr(at, end - at)))
                parts.month = month;
        } else
            end = at + 1;
        at = end;
    }
    return parts;
}

std::optional<WallClock::time_point> to_time(int year, int month, int day, const int* clock)
{
    using namespace std::chrono;
    const year_month_day date { std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
        std::chrono::day(static_cast<unsigned>(day)) };
    if (!date.ok() || clock[0] > 23 || clock[1] > 59 || clock[2] > 60)
        return std::nullopt;
    return sys_days(date) + hours(clock[0]) + minutes(clock[1]) + seconds(clock[2]);
}

// RFC 9110, section 5.6.7, in its three forms, and RFC 3339. All of them are UTC in practice.
std::optional<WallClock::time_point> parse_date(std::string_view text)
{
    const DateParts parts = split_date(text);
    const auto& n = parts.numbers;
    if (parts.month == 0)
        return parts.count >= 6 && n[0] >= 1970 ? to_time(n[0], n[1], n[2], &n[3]) : std::nullopt;
    if (parts.count < 5)
        return std::nullopt;
    if (n[4] >= 1970) // asctime: Sun Nov  6 08:49:37 1994
        return to_time(n[4], parts.month, n[0], &n[1]);
    return to_time(n[1] < 100 ? n[1] + 2000 : n[1], parts.month, n[0], &n[2]);
}

std::optional<milliseconds> until(WallClock::time_point when, WallClock::time_point now)
{
    if (now == WallClock::time_point {})
        return std::nullopt;
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(when - now));
}

} // namespace

std::optional<milliseconds> parse_wait(std::string_view value, WallClock::time_point now)
{
    const std::string text = lower(trim(value));
    std::string_view rest = text;
    if (auto number = take_number(rest); number && trim(rest).empty()) {
        constexpr double year_2001_s = 1e9; // larger numbers are points in time, not spans
        if (*number < year_2001_s)
            return from_seconds(*number);
        const double since_1970_s = *number < year_2001_s * 100 ? *number : *number / 1000;
        if (since_1970_s > 1e11)
            return std::nullopt;
        return until(
            WallClock::time_point(milliseconds(static_cast<std::int64_t>(since_1970_s * 1000))), now);
    }
    rest = text;
    if (auto seconds = take_duration(rest); seconds && trim(rest).empty())
        return from_seconds(*seconds);
    auto date = parse_date(text);
    return date ? until(*date, now) : std::nullopt;
}

std::optional<milliseconds> parse_wait_ms(std::string_view value)
{
    std::string_view rest = trim(value);
    auto number = take_number(rest);
    return number && rest.empty() ? std::optional(from_seconds(*number / 1000)) : std::nullopt;
}

std::optional<milliseconds> find_wait(std::string_view text)
{
    constexpr std::array<std::string_view, 8> introductions { "try again in ", "retry in ", "retry after ",
        "retry-after: ", "try again after ", "wait ", "available in ", "resets in " };
    const std::string lowered = lower(text);
    for (std::string_view introduction : introductions)
        for (std::size_t at = 0; (at = lowered.find(introduction, at)) != std::string::npos;) {
            at += introduction.size();
            std::string_view rest = std::string_view(lowered).substr(at);
            for (std::string_view filler : { "about ", "approximately ", "for " })
                if (rest.starts_with(filler))
                    rest.remove_prefix(filler.size());
            std::string_view number = rest;
            if (auto seconds = take_duration(rest))
                return from_seconds(*seconds);
            if (auto seconds = take_number(number); seconds && *seconds < 1e6)
                return from_seconds(*seconds);
        }
    return std::nullopt;
}

} // namespace dragoman::translate
