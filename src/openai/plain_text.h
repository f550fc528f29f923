// What a page of HTML or a plain text says, in one line that fits into an error message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dragoman::openai {

// Without tags, scripts and styles, white space folded; at most `bytes_max` bytes, cut between characters.
// JSON that could not be read counts as text.
std::string plain_text(std::string_view text, std::size_t bytes_max = 2048, std::size_t html_bytes_max = 300);

std::string_view trim(std::string_view text);
std::string lower(std::string_view text); // ASCII only

} // namespace dragoman::openai
