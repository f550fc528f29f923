// Names that the program knows, compared with those of a text by words instead of byte by byte.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace dragoman::json {

// The first eight bytes of a text, zeros where it is shorter. Memory may be read up to `end`.
inline std::uint64_t first_word(std::string_view text, const char* end)
{
    constexpr std::uint64_t all = ~std::uint64_t { 0 };
    constexpr std::size_t bytes = sizeof(std::uint64_t);
    std::uint64_t word = 0;
    if (end - text.data() < static_cast<std::ptrdiff_t>(bytes)) {
        std::memcpy(&word, text.data(), std::min(text.size(), bytes));
        return word;
    }
    std::memcpy(&word, text.data(), bytes);
    // In two steps of at most 32, so that nothing branches on the size.
    const std::size_t half = 4 * (bytes - std::min(text.size(), bytes));
    return word & (std::endian::native == std::endian::little ? all >> half >> half : all << half << half);
}

// A literal: plain ASCII without anything that is escaped.
class Name {
public:
    static constexpr std::size_t slots = 64;

    template <std::size_t size>
    consteval Name(const char (&literal)[size])
        : text_(literal, size - 1)
    {
        std::array<char, sizeof word_> bytes {};
        std::copy_n(literal, std::min(size - 1, bytes.size()), bytes.begin());
        word_ = std::bit_cast<std::uint64_t>(bytes);
        slot_ = slot_of(word_);
        if (size - 1 >= bytes.size())
            std::copy_n(literal + size - 1 - bytes.size(), bytes.size(), bytes.begin());
        last_word_ = std::bit_cast<std::uint64_t>(bytes);
    }

    constexpr std::string_view text() const { return text_; }
    constexpr std::uint64_t word() const { return word_; }
    constexpr std::uint64_t last_word() const { return last_word_; } // the last eight bytes, where there are
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
