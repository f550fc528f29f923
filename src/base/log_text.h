// Text of unknown origin, made harmless for a log: one line, valid UTF-8, no terminal escapes, bounded. Apart
// from log.cpp so that it can be tested alone and used by whatever else prints to a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dragoman::log {

// Appends a JSON string literal. Longer text is cut between two characters and ends in "…".
void append_json_text(std::string& out, std::string_view text, std::size_t bytes_max);

// Appends the text itself, with control characters (C0, DEL, C1), line separators and the marks that reverse
// the direction of writing spelled as \n or \u001b. Backslashes stay as they are.
void append_plain_text(std::string& out, std::string_view text, std::size_t bytes_max);

// The same with all of that left out, where there is no room to say what it was.
void append_stripped_text(std::string& out, std::string_view text, std::size_t bytes_max);

} // namespace dragoman::log
