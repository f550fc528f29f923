#include "json/utf8.h"

#include <cstdint>
#include <cstring>

namespace dragoman::json {

namespace {

bool is_within(std::string_view text, std::size_t at, unsigned least, unsigned most)
{
    if (at >= text.size())
        return false;
    const auto byte = static_cast<unsigned char>(text[at]);
    return byte >= least && byte <= most;
}

bool continues(std::string_view text, std::size_t at) { return is_within(text, at, 0x80, 0xBF); }

// The second byte of three or four has narrower bounds behind some of the first bytes.
unsigned least_behind(unsigned lead) { return lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80; }
unsigned most_behind(unsigned lead) { return lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF; }

bool is_plain_eight(const char* at)
{
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, 8);
    return (bytes & 0x8080'8080'8080'8080) == 0;
}

// Behind the ASCII at `at`, as far as it is told eight bytes at a time.
std::size_t behind_plain(std::string_view text, std::size_t at)
{
    for (; at + 8 <= text.size(); at += 8)
        if (!is_plain_eight(text.data() + at))
            return at;
    return text.size() >= 8 && is_plain_eight(text.data() + text.size() - 8) ? text.size() : at;
}

} // namespace

std::size_t utf8_sequence(std::string_view text, std::size_t at)
{
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    if (lead < 0xE0)
        return continues(text, at + 1) ? 2 : 0;
    if (!is_within(text, at + 1, least_behind(lead), most_behind(lead)) || !continues(text, at + 2))
        return 0;
    if (lead < 0xF0)
        return 3;
    return continues(text, at + 3) ? 4 : 0;
}

bool is_utf8(std::string_view text)
{
    for (std::size_t at = behind_plain(text, 0); at < text.size(); at = behind_plain(text, at)) {
        const std::size_t size = utf8_sequence(text, at);
        if (size == 0)
            return false;
        at += size;
    }
    return true;
}

std::string mended_utf8(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = utf8_sequence(text, at);
        out.append(size == 0 ? "\xef\xbf\xbd" : text.substr(at, size));
        at += size == 0 ? 1 : size;
    }
    return out;
}

} // namespace dragoman::json
