// UTF-8 byte by byte (RFC 3629, section 4): no overlong sequences, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dragoman::json {

// The bytes of the sequence that begins at `at`; 0 if none does.
std::size_t utf8_sequence(std::string_view text, std::size_t at);

bool is_utf8(std::string_view text);

// With U+FFFD for each byte that belongs to no sequence.
std::string mended_utf8(std::string_view text);

} // namespace dragoman::json
