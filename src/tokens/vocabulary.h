// The o200k vocabulary: which byte strings are tokens, at which rank, and to which class each character of
// Unicode belongs for the pattern that cuts text into pieces. https://github.com/openai/tiktoken
//
// Unpacked once, when the first text is counted (about 20 ms and 6 MB), by whichever thread comes first;
// read-only from then on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::tokens {

// The general categories the pattern tells apart. `space` is what JavaScript's \s matches besides CR and LF.
enum class CharacterClass : std::uint8_t {
    other,
    newline, // CR, LF
    space,
    upper, // Lu, Lt
    lower, // Ll
    letter, // Lm, Lo: letters without case
    mark, // M
    number, // N
};

using Rank = std::uint32_t;
inline constexpr Rank no_rank = UINT32_MAX;

class Vocabulary {
public:
    static const Vocabulary& o200k();

    // The token that is exactly `bytes`, or no_rank.
    Rank rank(std::string_view bytes) const;
    std::string_view token(Rank rank) const
    {
        return std::string_view(bytes_).substr(offsets_[rank], offsets_[rank + 1] - offsets_[rank]);
    }
    std::size_t size() const { return offsets_.size() - 1; }
    std::size_t longest() const { return longest_; } // bytes

    CharacterClass class_of(char32_t point) const
    {
        return point > 0x10FFFF ? CharacterClass::other
                                : blocks_[block_of_[point >> block_bits]][point & (block_size - 1)];
    }

private:
    explicit Vocabulary(std::string_view packed);
    void index_tokens();
    void expand_classes(std::string_view ranges);

    static constexpr unsigned block_bits = 8;
    static constexpr unsigned block_size = 1U << block_bits;
    using Block = std::array<CharacterClass, block_size>;

    std::string bytes_; // of all tokens, by rank
    std::vector<std::uint32_t> offsets_; // of each token in bytes_, and the end
    std::vector<std::uint32_t> slots_; // open addressing: 14 bits of the hash, 18 of the rank + 1
    std::size_t longest_ = 0;
    std::array<std::uint16_t, 0x110000 / block_size> block_of_ {};
    std::vector<Block> blocks_; // without repetitions
};

} // namespace dragoman::tokens
