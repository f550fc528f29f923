// Reads the token counts out of a sentence about a window that was too small.
//
// Vendors name up to five numbers in no particular order: the window, the whole of what was asked for, and
// its parts. What stands before and after a number tells the parts; the rest is told by size.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dragoman::translate {

struct OverflowNumbers {
    std::optional<std::uint64_t> limit {}; // the window
    std::optional<std::uint64_t> input {}; // of the prompt alone
    std::optional<std::uint64_t> output {}; // what was asked for as output
    std::optional<std::uint64_t> total {}; // prompt and output, or whatever the vendor compared
    std::optional<std::uint64_t> excess {}; // by how much it is more than the window
};

// `text` in lower case. `window` and `max_tokens` (0: unknown) are recognised where they occur.
OverflowNumbers read_overflow_numbers(
    std::string_view text, std::optional<std::uint64_t> window, std::uint64_t max_tokens);

// All whole numbers of `text` that stand alone, in their order; a comma between thousands is no end.
std::vector<std::uint64_t> counts_in(std::string_view text);

} // namespace dragoman::translate
