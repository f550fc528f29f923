// For processors since 2010 (Westmere) and 2011 (Bulldozer).
#include "json/token_scan.h"

#if defined(__x86_64__)

#include <array>
#include <cstring>
#include <immintrin.h>
#include <utility>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("sse4.2,popcnt,pclmul"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("sse4.2,popcnt,pclmul")
#endif

#include "json/vector_block.h"

namespace dragoman::json {

namespace {

struct Sse42 {
    static constexpr std::size_t size = 16;
    __m128i bytes;

    static Sse42 load(const char* at) { return { _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)) }; }
    static Sse42 all(unsigned char c) { return { _mm_set1_epi8(static_cast<char>(c)) }; }
    Sse42 operator==(Sse42 other) const { return { _mm_cmpeq_epi8(bytes, other.bytes) }; }
    Sse42 operator&(Sse42 other) const { return { _mm_and_si128(bytes, other.bytes) }; }
    Sse42 operator|(Sse42 other) const { return { _mm_or_si128(bytes, other.bytes) }; }
    Sse42 operator^(Sse42 other) const { return { _mm_xor_si128(bytes, other.bytes) }; }
    Sse42 signed_below(char c) const { return { _mm_cmpgt_epi8(_mm_set1_epi8(c), bytes) }; }
    Sse42 top_bit_from(unsigned char least) const
    {
        return { _mm_subs_epu8(bytes, all(static_cast<unsigned char>(least - 0x80)).bytes) };
    }
    Sse42 low_half() const { return { _mm_and_si128(bytes, _mm_set1_epi8(15)) }; }
    Sse42 high_half() const { return { _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15)) }; }
    Sse42 in(const Table& table) const { return by_low_half(table); }
    Sse42 by_low_half(const Table& table) const
    {
        return { _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())), bytes) };
    }

    static Bits masks(const std::array<Sse42, 4>& found)
    {
        const auto bits = [&](std::size_t i) {
            return Bits { static_cast<std::uint32_t>(_mm_movemask_epi8(found[i].bytes)) } << (i * size);
        };
        return bits(0) | bits(1) | bits(2) | bits(3);
    }
    static Bits parities(Bits bits) { return parities_by_product(bits); }
};

bool fits_processor()
{
    return __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("popcnt") != 0
        && __builtin_cpu_supports("pclmul") != 0;
}

constexpr TokenKernel kernel { "SSE4.2", fits_processor, scan_blocks<VectorBlock<Sse42>> };

} // namespace

const TokenKernel* const sse42_kernel = &kernel;

} // namespace dragoman::json

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#else

namespace dragoman::json {
const TokenKernel* const sse42_kernel = nullptr;
}

#endif
