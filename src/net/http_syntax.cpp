#include "net/http_syntax.h"

#include "base/limits.h"
#include "base/recycled.h"
#include "base/word.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace dragoman::net {
namespace {

constexpr std::string_view line_end = "\r\n";

using Characters = std::array<bool, 256>;

constexpr std::string_view letters_and_digits =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

constexpr Characters alphanumeric_and(std::string_view others)
{
    Characters table {};
    for (std::string_view part : { letters_and_digits, others })
        for (char c : part)
            table[static_cast<unsigned char>(c)] = true;
    return table;
}

constexpr Characters token_characters = alphanumeric_and("!#$%&'*+-.^_`|~");
constexpr Characters host_characters = alphanumeric_and("-._~%!$&'()*+;=");

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A bit in each of eight bytes that is below the blank, as the tab is, or DEL; the lowest one is exact.
std::uint64_t controls_and_tabs(std::uint64_t bytes)
{
    return marks_below(bytes, ' ') | marks_of(bytes, 0x7f);
}

bool is_control(char c)
{
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

// Where the first control character stands from `at` on, or the end.
std::size_t find_control(std::string_view text, std::size_t at)
{
    constexpr std::size_t eight = sizeof(std::uint64_t);
    while (at + eight <= text.size()) {
        const std::uint64_t found = controls_and_tabs(word_at(text.data() + at));
        at += found == 0 ? eight : static_cast<std::size_t>(std::countr_zero(found)) / 8;
        if (found != 0 && text[at] != '\t')
            return at;
        at += found != 0;
    }
    while (at < text.size() && !is_control(text[at]))
        ++at;
    return at;
}

// How many bytes at the beginning may stand in a name.
std::size_t token_size(std::string_view text)
{
    std::size_t size = 0;
    while (size < text.size() && token_characters[static_cast<unsigned char>(text[size])])
        ++size;
    return size;
}

bool same_byte_by_byte(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return x == y || lower(x) == lower(y); });
}

// Nearly always they are equal, or differ in more than the case of letters.
bool same_eight(std::string_view a, std::string_view b)
{
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::memcpy(&x, a.data(), sizeof x);
    std::memcpy(&y, b.data(), sizeof y);
    if (x == y)
        return true;
    return ((x ^ y) & ~eight_times('a' ^ 'A')) == 0
        && same_byte_by_byte(a.substr(0, sizeof x), b.substr(0, sizeof y));
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
    return !host.empty()
        && std::ranges::all_of(host, [](char c) { return host_characters[static_cast<unsigned char>(c)]; });
}

bool is_address_literal(std::string_view host)
{
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return c == ':' || c == '.' || is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
    });
}

// Of a line that is none of a field.
std::unexpected<Problem> bad_field(std::string_view line)
{
    if (line.starts_with(' ') || line.starts_with('\t'))
        return std::unexpected(Problem { 400, "A header field is folded over several lines" });
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return std::unexpected(Problem { 400, "A header line has no colon" });
    if (!is_token(line.substr(0, colon)))
        return std::unexpected(Problem { 400, "A header field has no valid name" });
    return std::unexpected(Problem { 400, "A header field holds control characters" });
}

// From Transfer-Encoding and Content-Length; refuses every pair and every spelling that two parsers could
// read differently.
Parsed<Framing> parse_framing(std::span<const Field> fields)
{
    Framing framing;
    for (const Field& field : fields) {
        const bool encoding = same_name(field.name, "transfer-encoding");
        if (!encoding && !same_name(field.name, "content-length"))
            continue;
        // One blank behind the colon is everybody's habit; any more, or one at the end, is an attempt.
        std::string_view value = field.value.starts_with(' ') ? field.value.substr(1) : field.value;
        if (encoding) {
            if (framing.chunked)
                return std::unexpected(Problem { 400, "There are two Transfer-Encoding fields" });
            if (!same_name(value, "chunked"))
                return std::unexpected(Problem { 400, "The Transfer-Encoding is not exactly 'chunked'" });
            framing.chunked = true;
        } else {
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

} // namespace

bool same_but_for_case(std::string_view a, std::string_view b)
{
    if (a.size() < sizeof(std::uint64_t))
        return same_byte_by_byte(a, b);
    const std::size_t last = a.size() - sizeof(std::uint64_t); // which may overlap the ones before
    for (std::size_t at = 0; at < last; at += sizeof(std::uint64_t))
        if (!same_eight(a.substr(at), b.substr(at)))
            return false;
    return same_eight(a.substr(last), b.substr(last));
}

bool is_clean(const Field& field)
{
    return is_token(field.name) && find_control(field.value, 0) == field.value.size();
}

bool is_token(std::string_view text) { return !text.empty() && token_size(text) == text.size(); }

std::string_view trim_blanks(std::string_view text)
{
    auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
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

Parsed<HeadFields> parse_fields(std::string_view lines)
{
    constexpr std::size_t usual = 24;
    HeadFields head { .fields = recycled::take<std::vector<Field>>(usual) };
    while (!lines.empty()) {
        const std::size_t colon = token_size(lines);
        const std::size_t end = find_control(lines, colon);
        const bool ends = end == lines.size() || lines.substr(end).starts_with(line_end);
        if (colon == 0 || colon == end || lines[colon] != ':' || !ends)
            return bad_field(lines.substr(0, lines.find(line_end)));
        if (head.fields.size() == limits::http_fields)
            return std::unexpected(Problem { 431, "There are more than 100 header fields" });
        head.fields.push_back({ lines.substr(0, colon), lines.substr(colon + 1, end - colon - 1) });
        lines.remove_prefix(std::min(end + line_end.size(), lines.size()));
    }
    // Framing is judged before the trimming: "5 " is not what everybody would send.
    Parsed<Framing> framing = parse_framing(head.fields);
    if (!framing)
        return std::unexpected(framing.error());
    head.framing = *framing;
    for (Field& field : head.fields)
        field.value = trim_blanks(field.value);
    return head;
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

HeadScanner::State HeadScanner::scan(std::string_view bytes)
{
    std::size_t at = find_control(bytes, line_start_);
    while (at < bytes.size()) {
        if (bytes[at] == '\n')
            return State::bad;
        if (bytes[at] != '\r') { // whoever reads the line refuses it
            at = find_control(bytes, at + 1);
            continue;
        }
        if (at + 1 == bytes.size())
            return State::more;
        if (bytes[at + 1] != '\n')
            return State::bad;
        const auto size = static_cast<std::uint32_t>(at) - line_start_;
        line_start_ = static_cast<std::uint32_t>(at + line_end.size());
        if (size == 0)
            return State::complete;
        if (first_line_ == 0)
            first_line_ = size;
        at = find_control(bytes, line_start_);
    }
    return State::more;
}

} // namespace dragoman::net
