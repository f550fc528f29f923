// For processors since 2019 (Ice Lake) and 2022 (Zen 4): all 64 bytes are looked up in a table of 64 at once,
// and tokens are moved together by a single instruction.
#include "json/token_scan.h"

#if defined(__x86_64__)

#include <array>
#include <cstring>
#include <immintrin.h>
#include <utility>

#if defined(__clang__)
#pragma clang attribute push(                                                                                \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx2,bmi,popcnt,pclmul"))),      \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx2,bmi,popcnt,pclmul")
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized" // of GCC 12 for its own intrinsics (PR 105593)
#endif

#include "json/vector_block.h"

namespace dragoman::json {

namespace {

struct alignas(64) Lookup {
    unsigned char of[64];
};

// A byte is of the kind when it is what stands in the table under six of its bits, from bit `from` on. 0xFF
// is under no byte's.
constexpr Lookup lookup_of(std::string_view bytes, unsigned from)
{
    Lookup result {};
    result.of[0] = 0xFF;
    for (const char c : bytes)
        result.of[static_cast<unsigned char>(c) >> from & 63] = static_cast<unsigned char>(c);
    return result;
}

constexpr Lookup operators_by_low_bits = lookup_of("[]{},:\x0c\x1a", 0);
constexpr Lookup blanks_by_low_bits = lookup_of(" \t\n\r", 0);
constexpr Lookup simple_escapes_by_high_bits = lookup_of("\"\\/bfnrt", 1);

constexpr Lookup numbers = [] {
    Lookup result {};
    for (unsigned i = 0; i < 64; ++i)
        result.of[i] = static_cast<unsigned char>(i);
    return result;
}();

// In a register of its own: the compiler would calculate with masks in theirs, and move them to and fro.
inline Bits bits_of(__mmask64 mask)
{
    Bits bits = _cvtmask64_u64(mask);
    asm("" : "+r"(bits)); // NOLINT(hicpp-no-assembler)
    return bits;
}

inline __m512i all(unsigned char c) { return _mm512_set1_epi8(static_cast<char>(c)); }

struct Avx512 {
    __m512i bytes;

    static Avx512 load(const char* at) { return { _mm512_loadu_si512(at) }; }
    static Avx512 all(unsigned char c) { return { json::all(c) }; }
    Avx512 operator&(Avx512 other) const { return { _mm512_and_si512(bytes, other.bytes) }; }
    Avx512 operator|(Avx512 other) const { return { _mm512_or_si512(bytes, other.bytes) }; }
    Avx512 operator^(Avx512 other) const { return { _mm512_xor_si512(bytes, other.bytes) }; }
    Avx512 top_bit_from(unsigned char least) const
    {
        return { _mm512_subs_epu8(bytes, json::all(static_cast<unsigned char>(least - 0x80))) };
    }
    Avx512 low_half() const { return { _mm512_and_si512(bytes, json::all(15)) }; }
    Avx512 high_half() const { return { _mm512_and_si512(_mm512_srli_epi16(bytes, 4), json::all(15)) }; }
    Avx512 in(const Table& table) const
    {
        const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data()));
        return { _mm512_shuffle_epi8(_mm512_broadcast_i32x4(half), bytes) };
    }
};

// Out of the compiler's sight, or it would make them anew for each block instead of keeping them in
// registers.
inline __m512i kept(__m512i constant)
{
    asm("" : "+v"(constant)); // NOLINT(hicpp-no-assembler)
    return constant;
}

struct Avx512Constants {
    __m512i blanks = kept(all(' '));
    __m512i quotes = kept(all('"'));
    __m512i backslashes = kept(all('\\'));
    __m512i operators = kept(_mm512_load_si512(operators_by_low_bits.of));
    __m512i white_space = kept(_mm512_load_si512(blanks_by_low_bits.of));
    __m512i simple_escapes = kept(_mm512_load_si512(simple_escapes_by_high_bits.of));
};

class Avx512Block {
public:
    static constexpr bool escapes_are_cheap = true;
    using Constants = Avx512Constants;

    Avx512Block(const char* at, const Constants& constants)
        : constants_(constants)
        , bytes_(_mm512_loadu_si512(at))
    {
    }

    Bits quotes() const { return bits_of(_mm512_cmpeq_epi8_mask(bytes_, constants_.quotes)); }
    Bits backslashes() const { return bits_of(_mm512_cmpeq_epi8_mask(bytes_, constants_.backslashes)); }
    Bits unusual() const { return bits_of(_mm512_cmplt_epi8_mask(bytes_, constants_.blanks)); }
    Bits high() const { return bits_of(_mm512_movepi8_mask(bytes_)); }
    Bits operators() const { return found(bytes_, constants_.operators); }
    Bits blanks() const { return found(bytes_, constants_.white_space); }
    Bits simple_escapes() const { return found(_mm512_srli_epi16(bytes_, 1), constants_.simple_escapes); }

    static bool utf8(const char* at)
    {
        const __m512i wrong = wrong_utf8<Avx512>(at).bytes;
        return _mm512_test_epi8_mask(wrong, wrong) == 0;
    }
    static Bits parities(Bits bits) { return parities_by_product(bits); }
    static void note(TokenScan& scan, std::size_t at, const char* bytes, Bits tokens);

private:
    Bits found(__m512i places, __m512i table) const
    {
        return bits_of(_mm512_cmpeq_epi8_mask(_mm512_permutexvar_epi8(places, table), bytes_));
    }

    const Constants& constants_;
    __m512i bytes_;
};

inline void Avx512Block::note(TokenScan& scan, std::size_t at, const char* bytes, Bits tokens)
{
    const __mmask64 mask = _cvtu64_mask64(tokens);
    const __m512i offset = _mm512_set1_epi32(static_cast<int>(at));
    const __m512i within = _mm512_maskz_compress_epi8(mask, _mm512_load_si512(numbers.of));
    _mm512_storeu_si512(scan.first, _mm512_maskz_compress_epi8(mask, _mm512_loadu_si512(bytes)));
    const int count = __builtin_popcountll(tokens);
    const auto put = [&](int from, __m128i sixteen) {
        _mm512_storeu_si512(scan.place + from, _mm512_add_epi32(_mm512_cvtepu8_epi32(sixteen), offset));
    };
    put(0, _mm512_castsi512_si128(within));
    put(16, _mm512_extracti32x4_epi32(within, 1));
    if (count > 32) {
        put(32, _mm512_extracti32x4_epi32(within, 2));
        put(48, _mm512_extracti32x4_epi32(within, 3));
    }
    scan.place += count;
    scan.first += count;
}

bool fits_processor()
{
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0
        && __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512vbmi") != 0
        && __builtin_cpu_supports("avx512vbmi2") != 0 && __builtin_cpu_supports("avx2") != 0
        && __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("popcnt") != 0
        && __builtin_cpu_supports("pclmul") != 0;
}

constexpr TokenKernel kernel { "AVX-512", fits_processor, scan_blocks<Avx512Block> };

} // namespace

const TokenKernel* const avx512_kernel = &kernel;

} // namespace dragoman::json

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#else

namespace dragoman::json {
const TokenKernel* const avx512_kernel = nullptr;
}

#endif
