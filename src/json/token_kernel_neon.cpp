// For every processor of 64-bit ARM.
#include "json/token_scan.h"

#if defined(__aarch64__)

#include "json/vector_block.h"

#include <arm_neon.h>

namespace dragoman::json {

namespace {

struct Neon {
    static constexpr std::size_t size = 16;
    uint8x16_t bytes;

    static Neon load(const char* at) { return { vld1q_u8(reinterpret_cast<const unsigned char*>(at)) }; }
    static Neon all(unsigned char c) { return { vdupq_n_u8(c) }; }
    Neon operator==(Neon other) const { return { vceqq_u8(bytes, other.bytes) }; }
    Neon operator&(Neon other) const { return { vandq_u8(bytes, other.bytes) }; }
    Neon operator|(Neon other) const { return { vorrq_u8(bytes, other.bytes) }; }
    Neon operator^(Neon other) const { return { veorq_u8(bytes, other.bytes) }; }
    Neon signed_below(signed char c) const { return { vcltq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8(c)) }; }
    Neon top_bit_from(unsigned char least) const
    {
        return { vqsubq_u8(bytes, vdupq_n_u8(static_cast<unsigned char>(least - 0x80))) };
    }
    Neon low_half() const { return { vandq_u8(bytes, vdupq_n_u8(0x0F)) }; }
    Neon high_half() const { return { vshrq_n_u8(bytes, 4) }; }
    Neon in(const Table& table) const { return { vqtbl1q_u8(vld1q_u8(table.data()), bytes) }; }
    // What is not ASCII finds nothing, which is zero.
    Neon by_low_half(const Table& table) const
    {
        return Neon { vandq_u8(bytes, vdupq_n_u8(0x8F)) }.in(table);
    }

    // One bit of each byte, and neighbours added up three times: eight bytes of eight bits are left.
    static Bits masks(const std::array<Neon, 4>& found)
    {
        const uint8x16_t bit = vreinterpretq_u8_u64(vdupq_n_u64(0x8040'2010'0804'0201));
        const uint8x16_t low = vpaddq_u8(vandq_u8(found[0].bytes, bit), vandq_u8(found[1].bytes, bit));
        const uint8x16_t high = vpaddq_u8(vandq_u8(found[2].bytes, bit), vandq_u8(found[3].bytes, bit));
        const uint8x16_t halves = vpaddq_u8(low, high);
        return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(halves, halves)), 0);
    }
    // Not every processor has products without carries.
    static Bits parities(Bits bits)
    {
        for (int step = 1; step < 64; step *= 2)
            bits ^= bits << step;
        return bits;
    }
};

bool fits_processor() { return true; }

constexpr TokenKernel kernel { "NEON", fits_processor, scan_blocks<VectorBlock<Neon>> };

} // namespace

const TokenKernel* const neon_kernel = &kernel;

} // namespace dragoman::json

#else

namespace dragoman::json {
const TokenKernel* const neon_kernel = nullptr;
}

#endif
