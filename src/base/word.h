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

constexpr std::uint64_t eight_times(std::uint64_t byte) { return 0x0101010101010101 * byte; }

// The top bit of the lowest byte that is below `limit`, which is at most 0x80; above it others may be set,
// too. 0 when there is none.
constexpr std::uint64_t marks_below(std::uint64_t word, std::uint64_t limit)
{
    return (word - eight_times(limit)) & ~word & eight_times(0x80);
}

// The same of the byte that is `wanted`.
constexpr std::uint64_t marks_of(std::uint64_t word, char wanted)
{
    return marks_below(word ^ eight_times(static_cast<unsigned char>(wanted)), 1);
}

} // namespace dragoman
