#include "json/escape_scan.h"

#include "json/grammar.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dragoman::json {

namespace {

constexpr std::array<std::int8_t, 256> hex_values = [] {
    std::array<std::int8_t, 256> table {};
    table.fill(-1);
    for (int digit = 0; digit < 10; ++digit)
        table[static_cast<std::size_t>('0' + digit)] = static_cast<std::int8_t>(digit);
    for (int digit = 10; digit < 16; ++digit) {
        table[static_cast<std::size_t>('a' + digit - 10)] = static_cast<std::int8_t>(digit);
        table[static_cast<std::size_t>('A' + digit - 10)] = static_cast<std::int8_t>(digit);
    }
    return table;
}();

// The four digits behind the u of \uXXXX, which is at `u`.
void take_unit(std::string_view text, std::size_t u, EscapeScan& scan)
{
    if (text.size() - u < 5) {
        scan.valid = false;
        return;
    }
    const auto digit = [&](std::size_t i) {
        return int { hex_values[static_cast<unsigned char>(text[u + i])] };
    };
    scan.valid &= (digit(1) | digit(2) | digit(3) | digit(4)) >= 0;
    scan.surrogates |= digit(1) == 0xD && digit(2) >= 8;
}

// The escape that begins at `at`; returns the bytes it took.
std::size_t take_escape(std::string_view text, std::size_t at, EscapeScan& scan)
{
    const char letter = at + 1 < text.size() ? text[at + 1] : '\0';
    if (letter == 'u')
        take_unit(text, at + 1, scan);
    else
        scan.valid &= letter != '\0' && std::string_view("\"\\/bfnrt").find(letter) != std::string_view::npos;
    return 2;
}

// The first backslash at or after `at`, eight bytes at a time; text.size() if there is none.
std::size_t find_backslash(std::string_view text, std::size_t at)
{
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t tops = 0x8080808080808080;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, 8);
        bytes ^= ones * '\\';
        if ((bytes - ones) & ~bytes & tops)
            break;
    }
    while (at < text.size() && text[at] != '\\')
        ++at;
    return at;
}

} // namespace

EscapeScan scan_escapes_anywhere(std::string_view text)
{
    EscapeScan scan;
    std::size_t at = find_backslash(text, 0);
    while (at < text.size() && scan.valid)
        at = find_backslash(text, at + take_escape(text, at, scan));
    return scan;
}

#if defined(__x86_64__)

namespace {

// Which bytes of 64 follow a backslash that is not escaped itself; `carried` is 1 if the first one does. The
// way of simdjson: runs of backslashes that begin at odd places are told from those at even ones by the
// carries of an addition.
std::uint64_t escaped_bytes(std::uint64_t backslashes, std::uint64_t carried)
{
    constexpr std::uint64_t even = 0x5555555555555555;
    backslashes &= ~carried;
    const std::uint64_t follows = backslashes << 1 | carried;
    const std::uint64_t odd_starts = backslashes & ~even & ~follows;
    const std::uint64_t sequences_on_even = odd_starts + backslashes;
    return (even ^ (sequences_on_even << 1)) & follows;
}

// Whether the first byte behind these 64 is escaped, when the last of them is a backslash. A call of its own,
// because it is seldom needed: 64 bytes shall not wait for what comes out of those before them.
[[gnu::noinline, gnu::cold]] std::uint64_t carry(std::uint64_t backslashes, std::uint64_t carried)
{
    return (escaped_bytes(backslashes, carried) >> 63) ^ 1;
}

struct Block {
    __m256i low;
    __m256i high;
};

__attribute__((target("avx2"))) inline Block load(const char* at)
{
    return { _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)),
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32)) };
}

__attribute__((target("avx2"))) inline std::uint64_t mask_of(__m256i low, __m256i high)
{
    const auto low_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(low));
    const auto high_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(high));
    return std::uint64_t { high_bits } << 32 | low_bits;
}

__attribute__((target("avx2"))) inline std::uint64_t equal(const Block& block, char c)
{
    const __m256i wanted = _mm256_set1_epi8(c);
    return mask_of(_mm256_cmpeq_epi8(block.low, wanted), _mm256_cmpeq_epi8(block.high, wanted));
}

// Which bytes are none of "\/bfnrtu: the letters are told by two tables, one for each half of a byte, that
// have a bit in common only for them.
using Table = std::array<char, 32>; // the same sixteen for each lane

constexpr Table in_each_lane(const std::array<char, 16>& lane)
{
    Table table {};
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = lane[i % lane.size()];
    return table;
}

alignas(32) constexpr Table by_low_half = in_each_lane({ 0, 0, 13, 0, 8, 8, 4, 0, 0, 0, 0, 0, 2, 0, 4, 1 });
alignas(32) constexpr Table by_high_half = in_each_lane({ 0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0 });

__attribute__((target("avx2"))) inline __m256i no_letters(__m256i bytes)
{
    const __m256i low_bits = _mm256_load_si256(reinterpret_cast<const __m256i*>(by_low_half.data()));
    const __m256i high_bits = _mm256_load_si256(reinterpret_cast<const __m256i*>(by_high_half.data()));
    const __m256i high_half = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    const __m256i both =
        _mm256_and_si256(_mm256_shuffle_epi8(low_bits, bytes), _mm256_shuffle_epi8(high_bits, high_half));
    return _mm256_cmpeq_epi8(both, _mm256_setzero_si256());
}

// The units among the 64 bytes of `text` from `offset` on, whose letters are at `letters`.
[[gnu::noinline]] void take_units(
    std::string_view text, std::size_t offset, std::uint64_t letters, EscapeScan& scan)
{
    for (; letters != 0; letters &= letters - 1)
        take_unit(text, offset + static_cast<std::size_t>(std::countr_zero(letters)), scan);
}

// The last bytes of a text, filled up with blanks: a backslash at the very end escapes one, which is not
// valid.
struct Rest {
    Rest(std::string_view text, std::size_t at)
    {
        std::memset(bytes, ' ', sizeof bytes);
        std::memcpy(bytes, text.data() + at, text.size() - at);
    }
    char bytes[64];
};

} // namespace

__attribute__((target("avx2"))) EscapeScan scan_escapes_avx2(std::string_view text)
{
    EscapeScan scan;
    const Rest rest(text, text.size() / 64 * 64);
    std::uint64_t carried = 0;
    std::uint64_t wrong = 0;
    for (std::size_t at = 0; at <= text.size(); at += 64) {
        const Block block = load(text.size() - at >= 64 ? text.data() + at : rest.bytes);
        const std::uint64_t backslashes = equal(block, '\\');
        if ((backslashes | carried) == 0)
            continue;
        const std::uint64_t escaped = escaped_bytes(backslashes, carried);
        carried = backslashes >> 63 != 0 ? carry(backslashes, carried) : 0;
        wrong |= escaped & mask_of(no_letters(block.low), no_letters(block.high));
        if (const std::uint64_t letters = escaped & equal(block, 'u'); letters != 0)
            take_units(text, at, letters, scan);
    }
    scan.valid &= wrong == 0;
    return scan;
}

bool can_scan_with_avx2() { return __builtin_cpu_supports("avx2") != 0; }

#else

EscapeScan scan_escapes_avx2(std::string_view text) { return scan_escapes_anywhere(text); }
bool can_scan_with_avx2() { return false; }

#endif

EscapeScan scan_escapes(std::string_view text)
{
    static const auto scan = can_scan_with_avx2() ? scan_escapes_avx2 : scan_escapes_anywhere;
    return scan(text);
}

} // namespace dragoman::json
