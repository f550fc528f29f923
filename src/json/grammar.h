// The leaves of JSON's grammar (RFC 8259): white space, numbers, escapes.
#pragma once

#include "json/raw.h"

#include <string_view>

namespace dragoman::json {

constexpr bool is_white_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// The whole of `text` is a number as RFC 8259 writes it, of whatever size.
bool is_number(std::string_view text);

// The code unit of the escape \uXXXX that begins at `at` of `text`; -1 when there is none.
int code_unit_at(std::string_view text, std::size_t at);

// Every backslash of `text` begins an escape.
bool escapes_are_valid(std::string_view text);

constexpr bool is_high_surrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low_surrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

} // namespace dragoman::json
