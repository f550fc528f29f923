// The texts of a stream are the same but for a string or two. A Pattern is such a text with holes where those
// strings stood: a text that fits it has the same structure, so nobody needs to look at its grammar again.
#pragma once

#include "json/raw.h"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace dragoman::json {

class Pattern {
public:
    static constexpr std::size_t holes_max = 4;

    // `text` was parsed and outlives the pattern. The holes are slices of it, values and not keys, in their
    // order. Without any, or with too many, nothing will fit.
    void learn(std::string_view text, std::span<const RawString> holes);
    void forget() { holes_ = 0; }

    // True if `text` differs from what was learned in the holes alone, and these hold something. A string
    // with an escape of half a surrogate pair fits no hole.
    bool fits(std::string_view text);

    // What stands in the holes of the text that fitted last. Borrows from it.
    std::span<const RawString> found() const { return { found_.data(), holes_ }; }

private:
    std::size_t holes_ = 0;
    std::array<std::string_view, holes_max + 1> between_ {};
    std::array<RawString, holes_max> found_ {};
};

} // namespace dragoman::json
