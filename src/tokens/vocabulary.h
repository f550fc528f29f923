// The o200k vocabulary: which byte strings are tokens, at which rank, and to which class each character of
// Unicode belongs for the pattern that cuts text into pieces. https://github.com/openai/tiktoken
//
// A view of the image inside the program (vocabulary_image.h): nothing is loaded, nothing is allocated, and
// every thread may use it.
#pragma once

#include "tokens/vocabulary_image.h"

#include <cstddef>
#include <cstdint>
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
    Rank rank(std::string_view bytes) const
    {
        if (bytes.size() > longest_)
            return no_rank;
        const auto hash = image::hash_of(bytes);
        const auto slot =
            slots_[image::slot_of(hash, pilots_[image::bucket_of(hash, buckets_)], slot_count_)];
        const auto rank = slot.tag_and_rank & image::rank_mask;
        if ((image::tag_of(hash) | rank) != slot.tag_and_rank)
            return no_rank;
        const auto token = token_in(slot);
        return token.size() == bytes.size() && image::are_equal(token, bytes) ? rank : no_rank;
    }

    // The token that is these two bytes, or no_rank.
    Rank rank(char first, char second) const { return pairs_[image::pair_of(first, second)]; }

    // By rank; for tests and comparison.
    std::vector<std::string_view> tokens() const;

    CharacterClass class_of(char32_t point) const
    {
        if (point >= image::points)
            return CharacterClass::other;
        const std::size_t block = block_of_[point >> image::block_bits];
        return static_cast<CharacterClass>(
            blocks_[block * image::block_size + (point & (image::block_size - 1))]);
    }

private:
    explicit Vocabulary(std::string_view laid_out);
    std::string_view token_in(const image::Slot& slot) const
    {
        return { bytes_ + (slot.begin_and_size >> image::size_bits), slot.begin_and_size & image::size_mask };
    }

    std::uint32_t token_count_;
    std::uint32_t slot_count_;
    std::uint32_t buckets_;
    std::size_t longest_; // token, in bytes
    const image::Slot* slots_;
    const Rank* pairs_; // by their two bytes
    const std::uint16_t* pilots_; // by bucket
    const std::uint16_t* block_of_;
    const std::uint8_t* blocks_;
    const char* bytes_; // of all tokens
};

} // namespace dragoman::tokens
