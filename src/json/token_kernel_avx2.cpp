// For processors since 2013 (Haswell) and 2015 (Excavator).
#include "json/token_scan.h"

#if defined(__x86_64__)

#include <array>
#include <cstring>
#include <immintrin.h>
#include <utility>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,popcnt,pclmul"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,popcnt,pclmul")
#endif

#include "json/vector_block.h"

namespace dragoman::json {

namespace {

struct Avx2 {
    static constexpr std::size_t size = 32;
    __m256i bytes;

    static Avx2 load(const char* at) { return { _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)) }; }
    static Avx2 all(unsigned char c) { return { _mm256_set1_epi8(static_cast<char>(c)) }; }
    Avx2 operator==(Avx2 other) const { return { _mm256_cmpeq_epi8(bytes, other.bytes) }; }
    Avx2 operator&(Avx2 other) const { return { _mm256_and_si256(bytes, other.bytes) }; }
    Avx2 operator|(Avx2 other) const { return { _mm256_or_si256(bytes, other.bytes) }; }
    Avx2 operator^(Avx2 other) const { return { _mm256_xor_si256(bytes, other.bytes) }; }
    Avx2 signed_below(char c) const { return { _mm256_cmpgt_epi8(_mm256_set1_epi8(c), bytes) }; }
    Avx2 top_bit_from(unsigned char least) const
    {
        return { _mm256_subs_epu8(bytes, all(static_cast<unsigned char>(least - 0x80)).bytes) };
    }
    Avx2 low_half() const { return { _mm256_and_si256(bytes, _mm256_set1_epi8(15)) }; }
    Avx2 high_half() const { return { _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15)) }; }
    Avx2 in(const Table& table) const { return by_low_half(table); }
    Avx2 by_low_half(const Table& table) const
    {
        const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data()));
        return { _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(half), bytes) };
    }

    static Bits masks(const std::array<Avx2, 2>& found)
    {
        const auto low = static_cast<std::uint32_t>(_mm256_movemask_epi8(found[0].bytes));
        const auto high = static_cast<std::uint32_t>(_mm256_movemask_epi8(found[1].bytes));
        return Bits { high } << 32 | low;
    }
    static Bits parities(Bits bits) { return parities_by_product(bits); }
};

bool fits_processor()
{
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0
        && __builtin_cpu_supports("popcnt") != 0 && __builtin_cpu_supports("pclmul") != 0;
}

constexpr TokenKernel kernel { "AVX2", fits_processor, scan_blocks<VectorBlock<Avx2>> };

} // namespace

const TokenKernel* const avx2_kernel = &kernel;

} // namespace dragoman::json

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#else

namespace dragoman::json {
const TokenKernel* const avx2_kernel = nullptr;
}

#endif
