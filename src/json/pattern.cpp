#include "json/pattern.h"

#include "base/word.h"
#include "json/grammar.h"
#include "json/utf8.h"

#include <bit>
#include <cstdint>

namespace dragoman::json {

namespace {

// The top bit of each byte that is a quote, a backslash or a control character; bytes behind the first of
// them may be marked wrongly.
constexpr std::uint64_t special_bytes(std::uint64_t word)
{
    return marks_below(word, ' ') | marks_of(word, '"') | marks_of(word, '\\');
}

std::size_t special_at(std::string_view text, std::size_t at)
{
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t))
        if (const std::uint64_t found = special_bytes(word_at(text.data() + at)))
            return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x20 && text[at] != '"'
        && text[at] != '\\')
        ++at;
    return at;
}

// The bytes of the escape at `at`; 0 if it is none, or one half of a pair.
std::size_t escape_size(std::string_view text, std::size_t at)
{
    if (at + 1 >= text.size())
        return 0;
    if (text[at + 1] != 'u')
        return std::string_view("\"\\/bfnrt").find(text[at + 1]) == std::string_view::npos ? 0 : 2;
    int unit = code_unit_at(text, at);
    return unit < 0 || is_high_surrogate(unit) || is_low_surrogate(unit) ? 0 : 6;
}

// The inside of the string that begins `text`, up to its closing quote. Empty: there is none that fits.
std::string_view string_inside(std::string_view text)
{
    std::size_t at = special_at(text, 0);
    while (at < text.size() && text[at] == '\\') {
        std::size_t size = escape_size(text, at);
        if (size == 0)
            return {};
        at = special_at(text, at + size);
    }
    if (at >= text.size() || text[at] != '"')
        return {};
    std::string_view inside = text.substr(0, at);
    return is_utf8(inside) ? inside : std::string_view();
}

} // namespace

void Pattern::learn(std::string_view text, std::span<const RawString> holes)
{
    holes_ = holes.size() <= holes_max ? holes.size() : 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < holes_; ++i) {
        auto hole = static_cast<std::size_t>(holes[i].escaped.data() - text.data());
        between_[i] = text.substr(begin, hole - begin);
        begin = hole + holes[i].escaped.size();
    }
    between_[holes_] = text.substr(begin);
}

bool Pattern::fits(std::string_view text)
{
    if (holes_ == 0)
        return false;
    for (std::size_t i = 0; i < holes_; ++i) {
        if (!text.starts_with(between_[i]))
            return false;
        text.remove_prefix(between_[i].size());
        found_[i].escaped = string_inside(text);
        if (found_[i].empty())
            return false;
        text.remove_prefix(found_[i].escaped.size());
    }
    return text == between_[holes_];
}

} // namespace dragoman::json
