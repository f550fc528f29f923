// Eight bytes of a text at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace dragoman {

// The first byte is the lowest on every machine.
inline std::uint64_t word_at(const char* bytes)
{
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

} // namespace dragoman
