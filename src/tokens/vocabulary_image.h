// How the vocabulary stands inside the program: a read-only image that is laid out when the program is built
// (data/lay_out_vocabulary.cpp) and needs no loading. Only the pages that are looked at take memory, and all
// processes share them. In the byte order of the machine:
//
//     Header | Slot[slots] | rank of each two bytes, u32 | pilot of each bucket, u16 | block_of, u16 | blocks
//     of classes, u8 | tokens' bytes
//
// The slots are a perfect hash of the tokens: the hash of a text chooses a bucket, the bucket's pilot was
// chosen so that each token of the bucket falls into a slot of its own. So one look tells whether a text is a
// token, and which. https://arxiv.org/abs/2104.10402
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace dragoman::tokens::image {

struct Header {
    char magic[8];
    std::uint32_t tokens;
    std::uint32_t slots;
    std::uint32_t buckets;
    std::uint32_t blocks;
    std::uint32_t bytes; // of all tokens
    std::uint32_t longest; // token, in bytes
};
inline constexpr char magic[8] = "DTV2";

inline constexpr unsigned rank_bits = 18;
inline constexpr unsigned size_bits = 8;
inline constexpr std::uint32_t rank_mask = (1U << rank_bits) - 1;
inline constexpr std::uint32_t size_mask = (1U << size_bits) - 1;

inline constexpr std::size_t byte_pairs = 0x10000;
inline std::size_t pair_of(char first, char second)
{
    return static_cast<std::size_t>(static_cast<std::uint8_t>(first)) << 8
        | static_cast<std::uint8_t>(second);
}

struct Slot {
    std::uint32_t
        tag_and_rank; // bits of the hash that keep most texts which are no tokens from being compared
    std::uint32_t begin_and_size; // of the token's bytes; size 0: nobody's slot
};

inline constexpr unsigned block_bits = 8;
inline constexpr std::size_t block_size = std::size_t { 1 } << block_bits;
inline constexpr std::size_t points = 0x110000;

inline std::uint64_t load(const char* bytes, std::size_t size) // size <= 8
{
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, size);
    return value;
}

// The first and the last bytes of up to 16, which overlap in between.
struct Ends {
    std::uint64_t first;
    std::uint64_t last;
    bool operator==(const Ends&) const = default;
};
inline Ends ends_of(std::string_view bytes)
{
    const char* const begin = bytes.data();
    const std::size_t size = bytes.size();
    if (size >= 8)
        return { load(begin, 8), load(begin + size - 8, 8) };
    if (size >= 4)
        return { load(begin, 4), load(begin + size - 4, 4) };
    if (size >= 2)
        return { load(begin, 2), load(begin + size - 2, 2) };
    return { size == 0 ? 0 : load(begin, 1), 0 };
}

// Multiply and fold: tokens are short, and nobody chooses them to collide.
inline std::uint64_t mixed(std::uint64_t a, std::uint64_t b)
{
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide { a } * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash_of(std::string_view bytes)
{
    std::uint64_t seed = bytes.size() * 0xD6E8FEB86659FD93U;
    for (; bytes.size() > 16; bytes.remove_prefix(8))
        seed = mixed(seed ^ load(bytes.data(), 8) ^ 0xA0761D6478BD642FU, 0xE7037ED1A0B428DBU);
    const auto [first, last] = ends_of(bytes);
    return mixed(mixed(first ^ 0x9E3779B97F4A7C15U, last ^ seed ^ 0x8EBC6AF09C88C6E3U), 0x589965CC75374CC3U);
}

// Of texts of one size.
inline bool are_equal(std::string_view a, std::string_view b)
{
    return a.size() <= 16 ? ends_of(a) == ends_of(b) : a == b;
}

inline std::uint32_t scaled(std::uint64_t hash, std::uint32_t count) // below count, by the upper half of hash
{
    return static_cast<std::uint32_t>((hash >> 32) * count >> 32);
}

inline std::uint32_t bucket_of(std::uint64_t hash, std::uint32_t buckets) { return scaled(hash, buckets); }

inline std::uint32_t slot_of(std::uint64_t hash, std::uint16_t pilot, std::uint32_t slots)
{
    return scaled((hash ^ pilot * 0x9E3779B97F4A7C15U) * 0xBF58476D1CE4E5B9U, slots);
}

inline std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash) << rank_bits; }

} // namespace dragoman::tokens::image
