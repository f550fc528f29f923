#include "net/http_syntax.h"

#include "base/limits.h"
#include "base/recycled.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace dragoman::net {
namespace {

constexpr std::array<bool, 256> token_characters = [] {
    std::array<bool, 256> table {};
    for (char c :
        std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::uint64_t eight_times(std::uint64_t byte) { return 0x0101010101010101 * byte; }

// Whether one of eight bytes is below the blank, as the tab is, or DEL.
bool holds_control_or_tab(std::uint64_t bytes)
{
    const std::uint64_t below_blank = (bytes - eight_times(' ')) & ~bytes;
    const std::uint64_t deletes = bytes ^ eight_times(0x7f);
    const std::uint64_t is_delete = (deletes - eight_times(1)) & ~deletes;
    return ((below_blank | is_delete) & eight_times(0x80)) != 0;
}

bool holds_no_control(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

bool is_field_value(std::string_view value)
{
    std::uint64_t eight = 0;
    for (; value.size() >= sizeof eight; value.remove_prefix(sizeof eight)) {
        std::memcpy(&eight, value.data(), sizeof eight);
        if (holds_control_or_tab(eight) && !holds_no_control(value.substr(0, sizeof eight)))
            return false;
    }
    return holds_no_control(value);
}

bool is_port(std::string_view digits)
{
    if (digits.empty() || digits.size() > 5 || !std::ranges::all_of(digits, is_digit))
        return false;
    unsigned port = 0;
    for (char c : digits)
        port = port * 10 + static_cast<unsigned>(c - '0');
    return port <= 65535;
}

bool is_host_name(std::string_view host)
{
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return std::string_view("-._~%!$&'()*+;=").contains(c) || is_digit(c)
            || (lower(c) >= 'a' && lower(c) <= 'z');
    });
}

bool is_address_literal(std::string_view host)
{
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return c == ':' || c == '.' || is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
    });
}

Parsed<Field> parse_field(std::string_view line)
{
    if (line.starts_with(' ') || line.starts_with('\t'))
        return std::unexpected(Problem { 400, "A header field is folded over several lines" });
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return std::unexpected(Problem { 400, "A header line has no colon" });
    if (!is_token(line.substr(0, colon)))
        return std::unexpected(Problem { 400, "A header field has no valid name" });
    std::string_view value = line.substr(colon + 1);
    if (!is_field_value(value))
        return std::unexpected(Problem { 400, "A header field holds control characters" });
    return Field { line.substr(0, colon), value };
}

} // namespace

bool same_but_for_case(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return x == y || lower(x) == lower(y); });
}

bool is_clean(const Field& field) { return is_token(field.name) && is_field_value(field.value); }

bool is_token(std::string_view text)
{
    return !text.empty()
        && std::ranges::all_of(text, [](char c) { return token_characters[static_cast<unsigned char>(c)]; });
}

std::string_view trim_blanks(std::string_view text)
{
    std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_authority(std::string_view text)
{
    if (text.starts_with('[')) {
        std::size_t end = text.find(']');
        if (end == std::string_view::npos || !is_address_literal(text.substr(1, end - 1)))
            return false;
        std::string_view rest = text.substr(end + 1);
        return rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1)));
    }
    std::size_t colon = text.find(':');
    if (colon != std::string_view::npos && !is_port(text.substr(colon + 1)))
        return false;
    return is_host_name(text.substr(0, colon));
}

std::optional<std::uint64_t> parse_length(std::string_view text)
{
    if (text.empty() || text.size() > 19 || !std::ranges::all_of(text, is_digit))
        return std::nullopt;
    if (text.size() > 1 && text.front() == '0')
        return std::nullopt;
    std::uint64_t length = 0; // 19 digits fit.
    for (char c : text)
        length = length * 10 + static_cast<unsigned>(c - '0');
    if (length >> 63 != 0)
        return std::nullopt;
    return length;
}

Parsed<std::vector<Field>> parse_fields(std::string_view lines)
{
    constexpr std::size_t usual = 24;
    auto fields = recycled::take<std::vector<Field>>(usual);
    while (!lines.empty()) {
        std::size_t end = lines.find("\r\n");
        Parsed<Field> field = parse_field(lines.substr(0, end));
        if (!field)
            return std::unexpected(field.error());
        if (fields.size() == limits::http_fields)
            return std::unexpected(Problem { 431, "There are more than 100 header fields" });
        fields.push_back(*field);
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 2);
    }
    // Framing is judged before the trimming: "5 " is not what everybody would send.
    Parsed<Framing> framing = parse_framing(fields);
    if (!framing)
        return std::unexpected(framing.error());
    for (Field& field : fields)
        field.value = trim_blanks(field.value);
    return fields;
}

bool has_token(std::span<const Field> fields, std::string_view name, std::string_view token)
{
    for (const Field& field : fields) {
        if (!same_name(field.name, name))
            continue;
        for (std::string_view rest = field.value; !rest.empty();) {
            std::size_t comma = rest.find(',');
            if (same_name(trim_blanks(rest.substr(0, comma)), token))
                return true;
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
    }
    return false;
}

Parsed<Framing> parse_framing(std::span<const Field> fields)
{
    Framing framing;
    for (const Field& field : fields) {
        // One blank behind the colon is everybody's habit; any more, or one at the end, is an attempt.
        std::string_view value = field.value.starts_with(' ') ? field.value.substr(1) : field.value;
        if (same_name(field.name, "transfer-encoding")) {
            if (framing.chunked)
                return std::unexpected(Problem { 400, "There are two Transfer-Encoding fields" });
            if (!same_name(value, "chunked"))
                return std::unexpected(Problem { 400, "The Transfer-Encoding is not exactly 'chunked'" });
            framing.chunked = true;
        } else if (same_name(field.name, "content-length")) {
            if (framing.length)
                return std::unexpected(Problem { 400, "There are two Content-Length fields" });
            framing.length = parse_length(value);
            if (!framing.length)
                return std::unexpected(Problem { 400, "The Content-Length is not a plain number" });
        }
    }
    if (framing.chunked && framing.length)
        return std::unexpected(Problem { 400, "Both Content-Length and Transfer-Encoding are given" });
    return framing;
}

HeadScanner::State HeadScanner::scan(std::string_view bytes)
{
    for (;;) {
        std::size_t newline = bytes.find('\n', line_start_);
        std::string_view line = bytes.substr(line_start_, newline - line_start_);
        std::size_t carriage = line.find('\r');
        if (newline == std::string_view::npos) {
            bool bare = carriage != std::string_view::npos && carriage + 1 < line.size();
            return bare ? State::bad : State::more;
        }
        if (carriage == std::string_view::npos || carriage + 1 != line.size())
            return State::bad;
        line_start_ = static_cast<std::uint32_t>(newline + 1);
        if (line.size() == 1)
            return State::complete;
        if (first_line_ == 0)
            first_line_ = static_cast<std::uint32_t>(line.size() - 1);
    }
}

} // namespace dragoman::net
