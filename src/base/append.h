// Several texts at the end of one, which grows once. Arrays of characters are literals.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dragoman {

namespace detail {

// The size of a literal is known before the program runs, and copying it is an instruction or two.
template <std::size_t size> constexpr std::string_view piece(const char (&literal)[size])
{
    return { literal, size - 1 };
}
inline std::string_view piece(std::string_view text) { return text; }

} // namespace detail

template <class... Pieces> void append_all(std::string& out, const Pieces&... pieces)
{
    const std::size_t before = out.size();
    const std::size_t after = (before + ... + detail::piece(pieces).size());
    out.resize_and_overwrite(after, [&](char* text, std::size_t) {
        char* to = text + before;
        ((to += detail::piece(pieces).copy(to, std::string_view::npos)), ...);
        return after;
    });
}

} // namespace dragoman
