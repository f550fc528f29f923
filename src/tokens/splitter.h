// Cuts text into the pieces that byte pairs are merged in, as o200k's pattern does:
//
//     [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+('s|'t|'re|'ve|'m|'ll|'d)?
//   | [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*('s|'t|'re|'ve|'m|'ll|'d)?
//   | \p{N}{1,3}
//   | ?[^\s\p{L}\p{N}]+[\r\n/]*
//   | \s*[\r\n]+ | \s+(?!\S) | \s+
//
// (the contractions in either case, a blank before the `?` of the fourth line). Written by hand, because an
// engine that tries alternatives takes quadratic time on some texts; here every character is looked at no
// more than a few times. Bytes that are not UTF-8 count as single characters of class `other`.
#pragma once

#include "tokens/vocabulary.h"

#include <cstddef>
#include <string_view>

namespace dragoman::tokens {

class Splitter {
public:
    Splitter(const Vocabulary& vocabulary, std::string_view text)
        : vocabulary_(vocabulary)
        , text_(text)
    {
    }

    // The next piece; false at the end. The pieces together are the text.
    bool next(std::string_view& piece);

private:
    struct Character {
        CharacterClass kind = CharacterClass::other;
        std::size_t size = 0; // in bytes; 0 at the end of the text
    };
    Character at(std::size_t position) const;
    Character beyond_ascii(std::size_t position) const;
    char byte(std::size_t position) const { return position < text_.size() ? text_[position] : '\0'; }

    // Each gives the end of what its alternative matches from `begin`, or `begin` when it does not match.
    std::size_t word(std::size_t begin) const;
    std::size_t letters(std::size_t begin) const;
    std::size_t contraction(std::size_t begin) const;
    std::size_t digits(std::size_t begin) const;
    std::size_t punctuation(std::size_t begin) const;
    std::size_t blanks(std::size_t begin) const;

    const Vocabulary& vocabulary_;
    std::string_view text_;
    std::size_t position_ = 0;
};

} // namespace dragoman::tokens
