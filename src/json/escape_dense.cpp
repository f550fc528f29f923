#include "json/escape_dense.h"

#include <array>
#include <bit>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dragoman::json {

namespace {

// How a byte is written: itself, or a backslash and a letter; behind 'u' 00XX follows.
struct Escape {
    std::uint8_t backslashes = 0;
    char letter = 0;
};

constexpr std::array<Escape, 256> escapes = [] {
    std::array<Escape, 256> table {};
    for (std::size_t c = 0; c < table.size(); ++c)
        table[c] = c < 0x20 ? Escape { 1, 'u' } : Escape { 0, static_cast<char>(c) };
    table['"'] = { 1, '"' };
    table['\\'] = { 1, '\\' };
    table['\b'] = { 1, 'b' };
    table['\f'] = { 1, 'f' };
    table['\n'] = { 1, 'n' };
    table['\r'] = { 1, 'r' };
    table['\t'] = { 1, 't' };
    return table;
}();

char* write_unit(char* out, unsigned char c)
{
    constexpr std::string_view digits = "0123456789abcdef";
    *out++ = '0';
    *out++ = '0';
    *out++ = digits[c >> 4];
    *out++ = digits[c & 15];
    return out;
}

#if defined(__x86_64__)

constexpr std::size_t group = 8;
constexpr char backslash = -1; // no position: a backslash of our own
using Spread = std::array<char, 2 * group>;

// For each set of bytes that are escaped, which byte of the group stands where.
constexpr std::array<Spread, 1 << group> spreads = [] {
    std::array<Spread, 1 << group> table {};
    for (std::size_t escaped = 0; escaped < table.size(); ++escaped) {
        table[escaped].fill(backslash);
        std::size_t at = 0;
        for (std::size_t i = 0; i < group; ++i) {
            at += escaped >> i & 1;
            table[escaped][at++] = static_cast<char>(i);
        }
    }
    return table;
}();

__attribute__((target("ssse3,popcnt"))) char* write_by_groups(char* out, std::string_view text)
{
    const __m128i quotes = _mm_set1_epi8('"');
    const __m128i backslashes = _mm_set1_epi8('\\');
    const __m128i controls = _mm_set1_epi8(0x1F);
    for (; text.size() >= group; text.remove_prefix(group)) {
        const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(text.data()));
        const auto control = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(bytes, controls), bytes)) & 0xFF;
        if (control != 0) {
            out = write_dense_plainly(out, text.substr(0, group));
            continue;
        }
        const auto escaped = static_cast<unsigned>(_mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, backslashes))));
        const __m128i spread = _mm_loadu_si128(reinterpret_cast<const __m128i*>(spreads[escaped].data()));
        const __m128i added = _mm_and_si128(_mm_cmplt_epi8(spread, _mm_setzero_si128()), backslashes);
        _mm_storeu_si128(
            reinterpret_cast<__m128i*>(out), _mm_or_si128(_mm_shuffle_epi8(bytes, spread), added));
        out += group + static_cast<std::size_t>(std::popcount(escaped));
    }
    return write_dense_plainly(out, text);
}

#endif

} // namespace

char* write_dense_plainly(char* out, std::string_view text)
{
    for (const char byte : text) {
        const auto c = static_cast<unsigned char>(byte);
        const Escape escape = escapes[c];
        *out = '\\';
        out += escape.backslashes;
        *out++ = escape.letter;
        if (c < 0x20 && escape.letter == 'u')
            out = write_unit(out, c);
    }
    return out;
}

char* write_dense(char* out, std::string_view text)
{
#if defined(__x86_64__)
    static const bool groups = __builtin_cpu_supports("ssse3") != 0 && __builtin_cpu_supports("popcnt") != 0;
    if (groups)
        return write_by_groups(out, text);
#endif
    return write_dense_plainly(out, text);
}

} // namespace dragoman::json
