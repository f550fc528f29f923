// The small languages inside a configuration: durations, sizes, addresses, yes and no. Each gives the value
// or a sentence that says what was expected, with an example.
#pragma once

#include "config/config.h"

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::config {

template <class T> using Parsed = std::expected<T, std::string>;

Parsed<Milliseconds> parse_duration(std::string_view text); // "250ms", "30s", "5m", "1h30m"
Parsed<std::size_t> parse_size(std::string_view text); // "512B", "64KiB", "32MiB", "1GB"
Parsed<bool> parse_bool(std::string_view text); // true yes on 1, false no off 0, in any case
Parsed<int> parse_whole(std::string_view text, int least, int most);
Parsed<std::uint16_t> parse_port(std::string_view text);

// "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080". localhost is two addresses.
Parsed<std::vector<Endpoint>> parse_listen(std::string_view text, std::uint16_t default_port = 8080);
// The same for a host alone, which may be an IPv6 address with or without brackets.
Parsed<std::vector<Endpoint>> parse_host(std::string_view text, std::uint16_t port);

std::string_view trim(std::string_view text); // blanks, tabs, line ends

// Printable ASCII only, no blanks: what may stand in a header as a key.
bool is_header_word(std::string_view text);
// Printable ASCII and blanks.
bool is_header_text(std::string_view text);

// A name that a header may have, in lower case.
bool is_field_name(std::string_view text);

// The name in `known` that was probably meant, or "". Near is at most a third of its letters wrong.
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

} // namespace dragoman::config
