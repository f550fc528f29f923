// How many tokens a text is, by the o200k vocabulary. Special tokens have no special meaning.
//
// Time is linear in the text (n log n within one piece), about 150 MB a second; no other state than the
// shared vocabulary, so any thread may count. Long texts do not belong on an event loop.
//
// A single piece over 64 KiB (a run of one letter, a line of one punctuation mark) is merged in parts of
// that size, which bounds memory and may count one token too many at each seam.
#pragma once

#include "json/raw.h"
#include "tokens/byte_pairs.h"
#include "tokens/vocabulary.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::tokens {

// Keeps its memory between texts: use one for all texts of a request.
class Counter {
public:
    Counter();

    std::size_t count(std::string_view utf8);

    // The text behind an escaped string; half a surrogate pair counts as U+FFFD.
    std::size_t count(json::RawString text);

private:
    struct Recent {
        image::Ends ends {};
        std::uint32_t size = 0; // of the piece
        std::uint32_t tokens = 0;
    };
    std::size_t count_recent(std::string_view piece);
    std::size_t count_piece(std::string_view piece);

    static constexpr std::size_t recent_pieces =
        1024; // 24 KiB, so that they stay in the processor's nearest cache
    static constexpr std::size_t recent_piece_max = 16; // bytes

    const Vocabulary& vocabulary_;
    BytePairs pairs_;
    std::string unescaped_;
    std::vector<Recent> recent_; // by a hash of the piece
};

std::size_t count(std::string_view utf8);
std::size_t count(json::RawString text);

// The tokens themselves, for tests and comparison.
std::vector<Rank> encode(std::string_view utf8);

} // namespace dragoman::tokens
