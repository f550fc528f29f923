// Text to string literal and back, for the few places that need to look at what a string says.
//
// All functions append to `out` or return a new string; none of them adds quotes.
#pragma once

#include "json/raw.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace dragoman::json {

// UTF-8 text to the inside of a string literal. What JSON allows unescaped stays unescaped; U+007F and above
// are copied. `text` may itself be JSON: that is how a tool's input becomes an `arguments` string.
void append_escaped(std::string& out, std::string_view text);
std::string escape(std::string_view text);

// The inside of a string literal to UTF-8. A lone surrogate becomes U+FFFD. `string` must be well-formed.
void append_unescaped(std::string& out, RawString string);
std::string unescape(RawString string);

// Copies `string`, still escaped, with every lone surrogate escape replaced by \ufffd; returns how many there
// were. For text from a Document whose has_surrogate_escapes() is true; everything else needs no look.
std::size_t append_mended(std::string& out, RawString string);

// Whether the string is empty or holds nothing but blanks, tabs and line ends, however they are escaped.
bool is_blank(RawString string);

// Drops blanks at the end, escaped ones included.
RawString trim_end(RawString string);
RawString trim_start(RawString string);

// Longest prefix of `string` of at most `bytes` bytes that cuts neither an escape nor a UTF-8 sequence.
RawString clip(RawString string, std::size_t bytes);

} // namespace dragoman::json
