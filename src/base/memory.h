// Strings that are buffers keep what they once grew to. Thousands of streams cannot afford that.
#pragma once

#include "base/limits.h"
#include "base/recycled.h"

#include <cstddef>
#include <string>
#include <utility>

namespace dragoman {

// Empties the string, and really gives its memory back (or to whoever needs a small buffer next), which
// neither clear() nor `= {}` does.
inline void give_back(std::string& buffer) { recycled::give(buffer); }

// What the buffer holds, with its memory. Swapping strings is a call, and half of it for nothing where only
// one of them has any.
inline std::string moved_out_of(std::string& buffer)
{
    std::string held = std::move(buffer);
    buffer.clear();
    return held;
}

// For an empty buffer that is about to take `bytes`: the memory of a burst is given back once little arrives.
inline void fit(std::string& buffer, std::size_t bytes)
{
    constexpr std::size_t large = 16 * limits::KiB;
    if (buffer.capacity() > large && bytes < large / 4)
        give_back(buffer);
}

} // namespace dragoman
