#include "tokens/splitter.h"

#include <array>
#include <cstdint>

namespace dragoman::tokens {

namespace {

using enum CharacterClass;

constexpr std::array<CharacterClass, 128> ascii_classes = [] {
    std::array<CharacterClass, 128> classes {};
    for (const char c : { '\t', '\v', '\f', ' ' })
        classes[static_cast<unsigned char>(c)] = space;
    classes['\r'] = classes['\n'] = newline;
    for (unsigned char c = 'A'; c <= 'Z'; ++c)
        classes[c] = upper;
    for (unsigned char c = 'a'; c <= 'z'; ++c)
        classes[c] = lower;
    for (unsigned char c = '0'; c <= '9'; ++c)
        classes[c] = number;
    return classes;
}();

constexpr bool is_blank(CharacterClass kind) { return kind == space || kind == newline; }
constexpr bool is_caseless(CharacterClass kind) { return kind == letter || kind == mark; }
constexpr char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

} // namespace

inline Splitter::Character Splitter::at(std::size_t position) const
{
    if (position >= text_.size())
        return {};
    const auto first = static_cast<std::uint8_t>(text_.data()[position]);
    return first < 0x80 ? Character { ascii_classes[first], 1 } : beyond_ascii(position);
}

bool Splitter::next(std::string_view& piece)
{
    if (position_ == text_.size())
        return false;
    const std::size_t begin = position_;
    std::size_t end = word(begin);
    if (end == begin)
        end = digits(begin);
    if (end == begin)
        end = punctuation(begin);
    if (end == begin)
        end = blanks(begin);
    piece = text_.substr(begin, end - begin);
    position_ = end;
    return true;
}

Splitter::Character Splitter::beyond_ascii(std::size_t position) const
{
    const auto first = static_cast<std::uint8_t>(text_[position]);
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || position + size > text_.size())
        return { other, 1 };
    auto point = static_cast<char32_t>(first & (0xFF >> (size + 1)));
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<std::uint8_t>(text_[position + i]);
        if ((next & 0xC0) != 0x80)
            return { other, 1 };
        point = point << 6 | (next & 0x3F);
    }
    return { vocabulary_.class_of(point), size };
}

// The first two alternatives. A mark may stand for the optional first character as well as for a letter; the
// pattern tries the one, then the other, and both ways end at the same place.
std::size_t Splitter::word(std::size_t begin) const
{
    const auto first = at(begin);
    if (first.kind == newline || first.kind == number)
        return begin;
    const bool is_prefix = first.kind == other || first.kind == space;
    const std::size_t from = is_prefix ? begin + first.size : begin;
    const std::size_t end = letters(from);
    return end == from ? begin : contraction(end);
}

// Capitals and caseless letters, then small and caseless ones. Where no small letter follows the first run,
// the run is given back to its last caseless letter, which serves as the small one; without any of those it
// is all capitals, and the second alternative takes it whole.
std::size_t Splitter::letters(std::size_t begin) const
{
    std::size_t end = begin;
    std::size_t after_caseless = begin;
    Character next = at(end);
    for (; next.kind == upper || is_caseless(next.kind); next = at(end)) {
        end += next.size;
        if (next.kind != upper)
            after_caseless = end;
    }
    if (next.kind != lower)
        return after_caseless != begin ? after_caseless : end;
    for (; next.kind == lower || is_caseless(next.kind); next = at(end))
        end += next.size;
    return end;
}

std::size_t Splitter::contraction(std::size_t begin) const
{
    if (byte(begin) != '\'')
        return begin;
    const char first = lowered(byte(begin + 1));
    if (first == 's' || first == 't' || first == 'm' || first == 'd')
        return begin + 2;
    const char second = lowered(byte(begin + 2));
    const bool two =
        (first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l');
    return two ? begin + 3 : begin;
}

std::size_t Splitter::digits(std::size_t begin) const
{
    std::size_t end = begin;
    for (int count = 0; count < 3; ++count) {
        const auto next = at(end);
        if (next.kind != number)
            break;
        end += next.size;
    }
    return end;
}

std::size_t Splitter::punctuation(std::size_t begin) const
{
    const std::size_t from = byte(begin) == ' ' ? begin + 1 : begin;
    std::size_t end = from;
    for (auto next = at(end); next.size > 0 && (next.kind == other || next.kind == mark); next = at(end))
        end += next.size;
    if (end == from)
        return begin;
    while (byte(end) == '\r' || byte(end) == '\n' || byte(end) == '/')
        ++end;
    return end;
}

// White space up to the last line end in it; else all of it but the last, which the next word may want.
std::size_t Splitter::blanks(std::size_t begin) const
{
    std::size_t end = begin;
    std::size_t after_newline = begin;
    std::size_t last = begin;
    for (auto next = at(end); is_blank(next.kind); next = at(end)) {
        last = end;
        end += next.size;
        if (next.kind == newline)
            after_newline = end;
    }
    if (after_newline != begin)
        return after_newline;
    return end == text_.size() || last == begin ? end : last;
}

} // namespace dragoman::tokens
