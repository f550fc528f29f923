#include "cli/terminal.h"

#include "base/limits.h"
#include "base/log_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <sys/ioctl.h>
#include <unistd.h>

namespace dragoman::cli {
namespace {

struct Range {
    std::uint32_t first, last;
};

// From Unicode's EastAsianWidth.txt, by blocks. https://www.unicode.org/reports/tr11/
constexpr std::array<Range, 13> wide { { { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0x33FF },
    { 0x3400, 0x4DBF }, { 0x4E00, 0x9FFF }, { 0xA000, 0xA4CF }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF },
    { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1FAFF },
    { 0x20000, 0x3FFFD } } };
constexpr std::array<Range, 5> combining { { { 0x0300, 0x036F }, { 0x200B, 0x200F }, { 0x20D0, 0x20FF },
    { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F } } };

template <std::size_t N> bool within(std::uint32_t code, const std::array<Range, N>& ranges)
{
    return std::ranges::any_of(
        ranges, [&](const Range& range) { return code >= range.first && code <= range.last; });
}

// The first character's bytes and columns. What is no UTF-8 counts byte by byte.
struct Glyph {
    std::size_t bytes = 1;
    std::size_t columns = 1;
};

Glyph first_glyph(std::string_view text)
{
    const auto first = static_cast<std::uint8_t>(text[0]);
    const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    if (bytes == 1 || bytes > text.size())
        return {};
    std::uint32_t code = first & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i)
        code = (code << 6U) | (static_cast<std::uint8_t>(text[i]) & 0x3FU);
    return { bytes, within(code, combining) ? 0U : within(code, wide) ? 2U : 1U };
}

} // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

bool can_ask() { return is_terminal(STDIN_FILENO) && is_terminal(STDOUT_FILENO); }

std::size_t width_of(int fd, const Environment& environment)
{
    winsize size {};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    std::size_t columns = 0;
    if (const auto set = lookup(environment, "COLUMNS"))
        std::from_chars(set->data(), set->data() + set->size(), columns);
    return columns >= 20 && columns <= 10000 ? columns : 80;
}

Style Style::of(int fd, const Environment& environment)
{
    return is_terminal(fd) ? unless_forbidden(environment) : Style();
}

Style Style::unless_forbidden(const Environment& environment)
{
    Style style;
    style.coloured_ = !lookup(environment, "NO_COLOR") && lookup(environment, "TERM") != "dumb";
    return style;
}

std::string Style::marked(std::string_view code, std::string_view text) const
{
    if (!coloured_ || text.empty())
        return std::string(text);
    std::string out = "\033[";
    return out.append(code).append("m").append(text).append("\033[0m");
}

std::size_t columns_of(std::string_view text)
{
    std::size_t columns = 0;
    while (!text.empty()) {
        const Glyph glyph = first_glyph(text);
        columns += glyph.columns;
        text.remove_prefix(glyph.bytes);
    }
    return columns;
}

std::string pad_right(std::string_view text, std::size_t columns)
{
    std::string out(text);
    const std::size_t taken = columns_of(text);
    out.append(columns > taken ? columns - taken : 0, ' ');
    return out;
}

std::string pad_left(std::string_view text, std::size_t columns)
{
    const std::size_t taken = columns_of(text);
    std::string out(columns > taken ? columns - taken : 0, ' ');
    return out.append(text);
}

std::string fit(std::string_view text, std::size_t columns)
{
    if (columns_of(text) <= columns)
        return std::string(text);
    std::string out;
    std::size_t taken = 0;
    while (!text.empty() && columns > 0) {
        const Glyph glyph = first_glyph(text);
        if (taken + glyph.columns > columns - 1)
            break;
        taken += glyph.columns;
        out.append(text.substr(0, glyph.bytes));
        text.remove_prefix(glyph.bytes);
    }
    return columns > 0 ? out + "…" : out;
}

std::string wrap(std::string_view text, std::size_t columns, std::size_t indent)
{
    std::string out;
    std::size_t taken = indent;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t wanted = columns_of(word);
        if (taken > indent && taken + 1 + wanted > columns) {
            out.append("\n").append(indent, ' ');
            taken = indent;
        } else if (taken > indent) {
            out += ' ';
            ++taken;
        }
        out.append(word);
        taken += wanted;
    }
    return out;
}

std::string explained(const std::vector<std::pair<std::string, std::string>>& rows, std::size_t columns)
{
    const std::size_t most = columns * 2 / 5;
    std::size_t width = 0;
    for (const auto& [name, what] : rows)
        width = std::max(width, columns_of(name) <= most ? columns_of(name) : 0);
    std::string out;
    for (const auto& [name, what] : rows) {
        const bool alone = columns_of(name) > width;
        out += "  " + (alone ? name + "\n" + std::string(width + 2, ' ') : pad_right(name, width));
        out += "  " + wrap(what, columns, width + 4) + "\n";
    }
    return out;
}

std::string plain(std::string_view text)
{
    std::string out;
    log::append_plain_text(out, text, 4 * limits::log_field);
    return out;
}

} // namespace dragoman::cli
