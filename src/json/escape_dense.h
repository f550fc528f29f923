// Escaping of text in which much is escaped, as in JSON that becomes a string: nobody foresees which bytes
// are, so that nothing branches on it.
#pragma once

#include <cstddef>
#include <string_view>

namespace dragoman::json {

constexpr std::size_t escape_max = 6; // bytes that one becomes: \\u001f

// Writes the inside of a string literal and gives where the next byte goes. There must be room for
// `escape_max` times the text.
char* write_dense(char* out, std::string_view text);

// The same by the instructions that every processor has.
char* write_dense_plainly(char* out, std::string_view text);

} // namespace dragoman::json
