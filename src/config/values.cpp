#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>
#include <numeric>
#include <utility>

namespace dragoman::config {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

std::string lower_case(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(
        lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// Takes a number and its unit off the front of `text`; nullopt when there is none or it is out of reach.
std::optional<std::uint64_t> take_amount(std::string_view& text, std::span<const Unit> units)
{
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc {})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    text = trim(text);
    const std::size_t letters = std::min(text.find_first_of("0123456789 "), text.size());
    const auto unit = std::ranges::find(units, text.substr(0, letters), &Unit::name);
    if (unit == units.end() || number > std::numeric_limits<std::int64_t>::max() / unit->factor)
        return std::nullopt;
    text.remove_prefix(letters);
    text = trim(text);
    return number * unit->factor;
}

// How many letters to add, leave out, replace, or swap with their neighbour (optimal string alignment).
std::size_t distance_of(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t { 0 });
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before = std::exchange(above, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({ replaced, row[j - 1] + 1, above[j] + 1 });
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row.back();
}

bool is_host_character(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view(".-_:%").contains(c);
}

} // namespace

std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Parsed<Milliseconds> parse_duration(std::string_view text)
{
    static constexpr std::array units { Unit { "ms", 1 }, Unit { "s", 1000 }, Unit { "m", 60'000 },
        Unit { "min", 60'000 }, Unit { "h", 3'600'000 }, Unit { "d", 86'400'000 } };
    constexpr std::uint64_t most = 7ULL * 86'400'000; // Longer waits are typing mistakes.
    std::string_view rest = trim(text);
    std::uint64_t sum = 0;
    do {
        const auto amount = take_amount(rest, units);
        if (!amount)
            return std::unexpected(
                R"(is no duration; write a number with a unit, such as "250ms", "30s" or "5m")");
        if (*amount > most || (sum += *amount) > most)
            return std::unexpected("is longer than a week");
    } while (!rest.empty());
    return Milliseconds(static_cast<std::int64_t>(sum));
}

Parsed<std::size_t> parse_size(std::string_view text)
{
    static constexpr std::array units { Unit { "B", 1 }, Unit { "kB", 1000 }, Unit { "KB", 1000 },
        Unit { "KiB", 1024 }, Unit { "MB", 1'000'000 }, Unit { "MiB", 1024 * 1024 },
        Unit { "GB", 1'000'000'000 }, Unit { "GiB", 1024ULL * 1024 * 1024 } };
    std::string_view rest = trim(text);
    const auto amount = take_amount(rest, units);
    if (!amount || !rest.empty())
        return std::unexpected(
            R"(is no size; write a number with a unit, such as "64KiB", "32MiB" or "1GB")");
    return static_cast<std::size_t>(*amount);
}

Parsed<bool> parse_bool(std::string_view text)
{
    static constexpr std::array<std::string_view, 4> yes { "true", "yes", "on", "1" };
    static constexpr std::array<std::string_view, 4> no { "false", "no", "off", "0" };
    const std::string lower = lower_case(trim(text));
    if (std::ranges::find(yes, lower) != yes.end())
        return true;
    if (std::ranges::find(no, lower) != no.end())
        return false;
    return std::unexpected("is neither true nor false");
}

Parsed<int> parse_whole(std::string_view text, int least, int most)
{
    text = trim(text);
    int number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc {} || rest != text.data() + text.size() || number < least || number > most)
        return std::unexpected(fmt::format("is no whole number from {} to {}", least, most));
    return number;
}

Parsed<std::uint16_t> parse_port(std::string_view text)
{
    const auto port = parse_whole(text, 0, 65535);
    if (!port)
        return std::unexpected("is no port; a port is a whole number up to 65535");
    return static_cast<std::uint16_t>(*port);
}

Parsed<std::vector<Endpoint>> parse_host(std::string_view text, std::uint16_t port)
{
    std::string_view host = trim(text);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    if (lower_case(host) == "localhost")
        return std::vector<Endpoint> { { "127.0.0.1", port, false }, { "::1", port, true } };
    const bool one_colon = std::ranges::count(host, ':') == 1;
    if (host.empty() || one_colon || !std::ranges::all_of(host, is_host_character))
        return std::unexpected(R"(is no address to listen on; write "127.0.0.1", "0.0.0.0" or "::")");
    return std::vector<Endpoint> { { std::string(host), port, false } };
}

Parsed<std::vector<Endpoint>> parse_listen(std::string_view text, std::uint16_t default_port)
{
    const std::string_view all = trim(text);
    const auto colon = all.rfind(':');
    const bool has_port = colon != std::string_view::npos && (all.find(':') == colon || all[0] == '[')
        && all.find(']', colon) == std::string_view::npos;
    std::uint16_t port = default_port;
    std::string_view host = all;
    if (has_port) {
        const auto parsed = parse_port(all.substr(colon + 1));
        if (!parsed)
            return std::unexpected(parsed.error());
        port = *parsed;
        host = all.substr(0, colon);
    }
    auto endpoints = parse_host(host.empty() && has_port ? "localhost" : host, port);
    if (!endpoints)
        return std::unexpected(R"(is no address to listen on; write "127.0.0.1:8080" or "[::1]:8080")");
    return endpoints;
}

bool is_header_word(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

bool is_field_name(std::string_view text)
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || marks.contains(c);
    });
}

bool is_header_text(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> known)
{
    constexpr std::size_t longest = 64; // Nothing known is longer, and the work grows with the square.
    if (name.size() > longest)
        return "";
    std::string_view best;
    std::size_t best_distance = std::numeric_limits<std::size_t>::max();
    for (const std::string_view candidate : known) {
        const std::size_t distance = distance_of(name, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best_distance <= std::max<std::size_t>(1, std::max(best.size(), name.size()) / 3) ? best : "";
}

} // namespace dragoman::config
