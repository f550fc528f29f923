#include "json/token_scan.h"

#include "json/grammar.h"

#include <array>
#include <bit>

namespace dragoman::json {

void take_rare_escapes(TokenScan& scan, std::string_view text, std::size_t at, std::uint64_t letters)
{
    for (; letters != 0; letters &= letters - 1) {
        const std::size_t letter = at + static_cast<std::size_t>(std::countr_zero(letters));
        const int unit = code_unit_at(text, letter - 1);
        scan.escapes &= unit >= 0;
        scan.surrogates |= is_high_surrogate(unit) || is_low_surrogate(unit);
    }
}

std::span<const TokenKernel> token_kernels()
{
    static const auto kernels = [] {
        std::array<TokenKernel, 5> found {};
        std::size_t count = 0;
        for (const TokenKernel* kernel :
            { avx512_kernel, avx2_kernel, sse42_kernel, neon_kernel, plain_kernel })
            if (kernel)
                found[count++] = *kernel;
        return std::pair(found, count);
    }();
    return std::span(kernels.first).first(kernels.second);
}

const TokenKernel& token_kernel()
{
    static const TokenKernel& best = []() -> const TokenKernel& {
        for (const TokenKernel& kernel : token_kernels())
            if (kernel.fits_processor())
                return kernel;
        return token_kernels().back();
    }();
    return best;
}

} // namespace dragoman::json
