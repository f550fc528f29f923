#include "base/log_text.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace dragoman::log {
namespace {

struct Character {
    std::uint32_t code = 0xFFFD;
    std::size_t bytes = 1; // taken from the text; one, when it is not UTF-8
    bool valid = false;
};

// One character by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
Character character_at(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80)
        return { first, 1, true };
    const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < bytes)
        return {};
    std::uint32_t code = first & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U)
            return {};
        code = (code << 6U) | (byte(i) & 0x3FU);
    }
    const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
    if (overlong || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF)
        return {};
    return { code, bytes, true };
}

bool needs_escape(std::uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029
        || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void append_escape(std::string& out, std::uint32_t code)
{
    switch (code) {
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
    }
}

template <class Special>
void append_escaped(std::string& out, std::string_view text, std::size_t bytes_max, Special special)
{
    const std::size_t begin = out.size();
    while (!text.empty()) {
        const Character character = character_at(text);
        if (out.size() - begin + character.bytes > bytes_max) {
            out += "…";
            return;
        }
        if (!character.valid)
            out += "\xEF\xBF\xBD";
        else if (needs_escape(character.code))
            append_escape(out, character.code);
        else if (!special(character.code))
            out += text.substr(0, character.bytes);
        text.remove_prefix(character.bytes);
    }
}

} // namespace

void append_json_text(std::string& out, std::string_view text, std::size_t bytes_max)
{
    out += '"';
    append_escaped(out, text, bytes_max, [&](std::uint32_t code) {
        if (code != '"' && code != '\\')
            return false;
        out += '\\';
        out += static_cast<char>(code);
        return true;
    });
    out += '"';
}

void append_plain_text(std::string& out, std::string_view text, std::size_t bytes_max)
{
    append_escaped(out, text, bytes_max, [](std::uint32_t) { return false; });
}

void append_stripped_text(std::string& out, std::string_view text, std::size_t bytes_max)
{
    const std::size_t begin = out.size();
    while (!text.empty()) {
        const Character character = character_at(text);
        if (out.size() - begin + character.bytes > bytes_max) {
            out += "…";
            return;
        }
        if (character.valid && !needs_escape(character.code))
            out += text.substr(0, character.bytes);
        text.remove_prefix(character.bytes);
    }
}

} // namespace dragoman::log
