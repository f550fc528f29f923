// Makes foreign text fit to be shown: no keys, no control characters, no HTML, not too long.
#pragma once

#include "base/limits.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace dragoman::translate {

// `text` with every key-like word masked (sk-…, AIza…, Bearer …, whatever follows Authorization or an api
// key's name), control characters turned into blanks, and cut at a character's boundary.
std::string scrub(std::string_view text, std::size_t bytes_max = limits::error_message);

} // namespace dragoman::translate
