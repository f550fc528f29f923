// The grammar that request and answer heads share, strictly: every line ends in CRLF, no folded lines, no
// blank in front of a colon, no control characters. Whoever reads a head differently from the peer opens the
// door to smuggled requests, so nothing is guessed and nothing is repaired.
// https://www.rfc-editor.org/rfc/rfc9112
#pragma once

#include "net/exchange_io.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::net {

// Why a head or a body cannot be accepted, and the status that says so to a client.
struct Problem {
    int status = 400;
    std::string_view why; // a literal
};
template <class T> using Parsed = std::expected<T, Problem>;

bool is_token(std::string_view text);
std::string_view trim_blanks(std::string_view text); // spaces and tabs

// "localhost:8080", "[::1]", "openrouter.ai": no user, no list, no path, a port of at most 65535.
bool is_authority(std::string_view text);

// Only digits, no leading zero, below 2^63.
std::optional<std::uint64_t> parse_length(std::string_view text);

// How the end of a body is found.
struct Framing {
    bool chunked = false;
    std::optional<std::uint64_t> length {};
};

// Those of a head, and what they say of its body.
struct HeadFields {
    std::vector<Field> fields {};
    Framing framing {};
};

// The lines between the first one and the blank one. Values are trimmed and borrow from `lines`. Refuses
// every pair and every spelling of framing fields that two parsers could read differently. Whoever is done
// with the list may recycle it.
Parsed<HeadFields> parse_fields(std::string_view lines);

// Whether a comma-separated field such as Connection holds `token`.
bool has_token(std::span<const Field> fields, std::string_view name, std::string_view token);

// Finds the end of a head in bytes that arrive in pieces, and bare CR or LF as soon as they are there.
class HeadScanner {
public:
    enum class State : std::uint8_t { more, complete, bad };

    State scan(std::string_view bytes); // everything since the head's first byte
    std::size_t size() const { return line_start_; } // of the complete head, blank line included
    std::string_view first_line(std::string_view bytes) const { return bytes.substr(0, first_line_); }

private:
    std::uint32_t line_start_ = 0; // Every connection has these, and no head is of gigabytes.
    std::uint32_t first_line_ = 0; // its length without CRLF; 0: not complete yet
};

} // namespace dragoman::net
