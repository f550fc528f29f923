// Names that the program knows, compared with those of a text by words instead of byte by byte.
#pragma once

#include "base/word.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dragoman::json {

// Where fewer than eight bytes are left.
[[gnu::noinline]] inline std::uint64_t last_word_before(const char* end, const char* bytes)
{
    std::array<char, sizeof(std::uint64_t)> word {};
    std::copy(bytes, end, word.begin());
    return word_at(word.data());
}

// The first eight bytes of a key of a well-formed text that ends at `end`: zeros from the closing quote on.
inline std::uint64_t key_word(const char* key, const char* end)
{
    const std::uint64_t word = end - key >= static_cast<std::ptrdiff_t>(sizeof(std::uint64_t))
        ? word_at(key)
        : last_word_before(end, key);
    const std::uint64_t quotes = marks_of(word, '"');
    const std::uint64_t first = quotes & (~quotes + 1);
    return word & ((first >> 7) - 1); // without a quote, the whole of it
}

// A literal: plain ASCII without anything that is escaped.
class Name {
public:
    static constexpr std::size_t slots = 64;

    template <std::size_t size>
    consteval Name(const char (&literal)[size])
        : text_(literal, size - 1)
    {
        const std::size_t bytes = std::min(size - 1, sizeof word_);
        for (std::size_t i = 0; i < bytes; ++i) {
            word_ |= std::uint64_t { static_cast<unsigned char>(literal[i]) } << 8 * i;
            last_word_ |= std::uint64_t { static_cast<unsigned char>(literal[size - 1 - bytes + i]) }
                << 8 * i;
        }
        slot_ = slot_of(word_);
    }

    constexpr std::string_view text() const { return text_; }
    constexpr std::uint64_t word() const { return word_; }
    constexpr std::uint64_t last_word() const
    {
        return last_word_;
    } // the last eight bytes, or all that there are
    constexpr std::size_t slot() const { return slot_; }

    // The slots of names that are found together are spread.
    static constexpr std::size_t slot_of(std::uint64_t word)
    {
        constexpr std::uint64_t factor = 0x9E37'79B9'7F4A'7C15;
        return static_cast<std::size_t>((word * factor) >> (64 - std::bit_width(slots - 1)));
    }

private:
    std::string_view text_;
    std::uint64_t word_ = 0;
    std::uint64_t last_word_ = 0;
    std::size_t slot_ = 0;
};

} // namespace dragoman::json
