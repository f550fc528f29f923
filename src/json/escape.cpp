#include "json/escape.h"

#include "json/escape_dense.h"
#include "json/grammar.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace dragoman::json {

namespace {

bool is_escaped(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

// How many bytes in front need no escape, in whole eights: looked at eight at a time, of which the top bits
// say whether one is a quote, a backslash or below a blank.
std::size_t plain_eights(std::string_view text)
{
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t tops = 0x8080808080808080;
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, 8);
        const std::uint64_t quotes = bytes ^ ones * '"';
        const std::uint64_t backslashes = bytes ^ ones * '\\';
        const std::uint64_t found = ((bytes - ones * ' ') & ~bytes) | ((quotes - ones) & ~quotes)
            | ((backslashes - ones) & ~backslashes);
        if ((found & tops) != 0)
            break;
    }
    return at;
}

// How many bytes in front need no escape.
std::size_t plain_bytes(std::string_view text)
{
    std::size_t at = plain_eights(text);
    while (at < text.size() && !is_escaped(text[at]))
        ++at;
    return at;
}

// Where the next byte goes. There must be room for `escape_max` times the text.
char* write_escaped(char* out, std::string_view text)
{
    constexpr std::size_t near = 64; // behind one escape others follow soon
    while (!text.empty()) {
        const std::size_t plain = plain_eights(text);
        out = std::copy_n(text.data(), plain, out);
        text.remove_prefix(plain);
        const std::string_view dense = text.substr(0, near);
        out = write_dense(out, dense);
        text.remove_prefix(dense.size());
    }
    return out;
}

void append_utf8(std::string& out, std::uint32_t code)
{
    auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
        put(0x80 | (code & 0x3F));
    }
}

char unescaped(char letter)
{
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter;
    }
}

// Decodes the \u escape at `at`, joining surrogate pairs; returns the bytes it took.
std::size_t append_code_point(std::string& out, std::string_view text, std::size_t at)
{
    int unit = code_unit_at(text, at);
    if (is_high_surrogate(unit)) {
        int low = code_unit_at(text, at + 6);
        if (is_low_surrogate(low)) {
            append_utf8(out, static_cast<std::uint32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)));
            return 12;
        }
    }
    bool lone = unit < 0 || is_high_surrogate(unit) || is_low_surrogate(unit);
    append_utf8(out, lone ? 0xFFFD : static_cast<std::uint32_t>(unit));
    return 6;
}

// The bytes of the white space that begins `text`: 1 or 2, or 0 if it begins with something else.
std::size_t white_space_at(std::string_view text)
{
    if (text.starts_with(' '))
        return 1;
    if (text.size() >= 2 && text[0] == '\\' && (text[1] == 'n' || text[1] == 'r' || text[1] == 't'))
        return 2;
    return 0;
}

} // namespace

void append_escaped(std::string& out, std::string_view text)
{
    constexpr std::size_t piece_max = 256; // the room that is made ahead is six times as large
    std::size_t plain = plain_bytes(text);
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    while (!text.empty()) {
        const std::string_view piece = text.substr(0, piece_max);
        text.remove_prefix(piece.size());
        const std::size_t before = out.size();
        out.resize_and_overwrite(before + escape_max * piece.size(), [&](char* data, std::size_t) {
            return static_cast<std::size_t>(write_escaped(data + before, piece) - data);
        });
    }
}

std::string escape(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + text.size() / 8 + 8);
    append_escaped(out, text);
    return out;
}

void append_unescaped(std::string& out, RawString string)
{
    std::string_view text = string.escaped;
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t backslash = text.find('\\', at);
        if (backslash == text.npos || backslash + 1 >= text.size()) {
            out.append(text, at);
            return;
        }
        out.append(text, at, backslash - at);
        if (text[backslash + 1] == 'u') {
            at = backslash + append_code_point(out, text, backslash);
        } else {
            out += unescaped(text[backslash + 1]);
            at = backslash + 2;
        }
    }
}

std::string unescape(RawString string)
{
    std::string out;
    out.reserve(string.escaped.size());
    append_unescaped(out, string);
    return out;
}

std::size_t append_mended(std::string& out, RawString string)
{
    std::string_view text = string.escaped;
    std::size_t mended = 0;
    std::size_t copied = 0;
    std::size_t at = text.find('\\');
    while (at != text.npos && at + 1 < text.size()) {
        int unit = code_unit_at(text, at);
        std::size_t length = unit < 0 ? 2 : 6;
        if (is_high_surrogate(unit) && is_low_surrogate(code_unit_at(text, at + 6))) {
            length = 12;
        } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
            out.append(text, copied, at - copied);
            out += "\\ufffd";
            copied = at + 6;
            ++mended;
        }
        at = text.find('\\', at + length);
    }
    out.append(text, copied);
    return mended;
}

bool is_blank(RawString string) { return trim_start(string).empty(); }

RawString trim_start(RawString string)
{
    while (std::size_t size = white_space_at(string.escaped))
        string.escaped.remove_prefix(size);
    return string;
}

RawString trim_end(RawString string)
{
    std::string_view& text = string.escaped;
    for (;;) {
        if (text.ends_with(' ')) {
            text.remove_suffix(1);
            continue;
        }
        bool letter = text.size() >= 2 && white_space_at(text.substr(text.size() - 2)) == 2;
        if (!letter)
            return string;
        // "\\n" ends in a backslash and a letter, not in a line end: count the backslashes before the letter.
        std::size_t backslashes = 0;
        while (backslashes + 1 < text.size() && text[text.size() - 2 - backslashes] == '\\')
            ++backslashes;
        if (backslashes % 2 == 0)
            return string;
        text.remove_suffix(2);
    }
}

RawString clip(RawString string, std::size_t bytes)
{
    std::string_view text = string.escaped;
    if (text.size() <= bytes)
        return string;
    std::size_t end = 0;
    while (end < text.size()) {
        std::size_t length = 1;
        if (text[end] == '\\') {
            int unit = code_unit_at(text, end);
            length = unit < 0 ? 2 : is_high_surrogate(unit) && code_unit_at(text, end + 6) >= 0 ? 12 : 6;
        } else {
            while (end + length < text.size() && (text[end + length] & 0xC0) == 0x80)
                ++length;
        }
        if (end + length > bytes)
            break;
        end += length;
    }
    return { text.substr(0, end) };
}

} // namespace dragoman::json
