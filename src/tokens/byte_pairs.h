// Byte-pair merging of one piece: again and again the neighbours that together are the token of lowest rank
// become one, the leftmost first among equals, until no two neighbours are a token.
//
// Short pieces, nearly all there are, are scanned for each merge; long ones (a megabyte of one letter) use a
// heap and take n log n. Keeps its memory from piece to piece.
#pragma once

#include "tokens/vocabulary.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dragoman::tokens {

class BytePairs {
public:
    explicit BytePairs(const Vocabulary& vocabulary)
        : vocabulary_(vocabulary)
    {
    }

    // Where the tokens of `piece` begin, and its end; so one more than there are tokens. `piece` is not
    // empty. Valid until the next call.
    const std::vector<std::uint32_t>& merge(std::string_view piece);

    // The two ways, which agree; merge() chooses.
    const std::vector<std::uint32_t>& merge_by_scan(std::string_view piece);
    const std::vector<std::uint32_t>& merge_by_heap(std::string_view piece);

private:
    struct Part {
        std::uint32_t previous = 0;
        std::uint32_t next = 0; // where the next part begins, which is where this one ends
        Rank rank = no_rank; // of this part and the next together
    };
    Rank rank_of_pair(std::string_view piece, std::uint32_t begin) const;
    void push(std::uint32_t begin);
    void merge_at(std::string_view piece, std::uint32_t begin);

    static constexpr std::size_t scanned_bytes_max = 96;

    const Vocabulary& vocabulary_;
    std::vector<std::uint32_t> starts_;
    std::vector<Rank> ranks_; // of the pair that begins at starts_[i]
    std::vector<Part> parts_; // by where they begin
    std::vector<std::uint64_t> heap_; // rank and beginning; outdated entries are skipped when they come up
};

} // namespace dragoman::tokens
