// The letters, digits, underscores and hyphens that names of tools and ids of calls are made of. A history
// has thousands of them, so that nothing branches on the kind of a character.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace dragoman::translate {

constexpr std::array<bool, 256> word_characters = [] {
    std::array<bool, 256> table {};
    for (const char c : std::string_view("_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

inline bool is_word_character(char c) { return word_characters[static_cast<unsigned char>(c)]; }

inline bool is_word(std::string_view text)
{
    bool all = !text.empty();
    for (const char c : text)
        all &= is_word_character(c);
    return all;
}

} // namespace dragoman::translate
