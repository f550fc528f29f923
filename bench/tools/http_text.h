// What both readers of HTTP need: fields and numbers.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bench {

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline bool same_word(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

struct Field {
    std::string_view name;
    std::string_view value;
};

inline std::optional<Field> field_of(std::string_view line)
{
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' '))
        value.remove_prefix(1);
    while (value.ends_with(' '))
        value.remove_suffix(1);
    return Field { line.substr(0, colon), value };
}

template <class Number = std::uint64_t> std::optional<Number> number_of(std::string_view text, int base = 10)
{
    Number number {};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc {} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

// Calls `line` for each line before the empty one at the end of a head; stops when it says false.
template <class Line> bool each_line(std::string_view head, Line&& line)
{
    while (!head.empty()) {
        const std::size_t end = head.find("\r\n");
        if (end == std::string_view::npos || end == 0)
            return true;
        if (!line(head.substr(0, end)))
            return false;
        head.remove_prefix(end + 2);
    }
    return true;
}

} // namespace bench
