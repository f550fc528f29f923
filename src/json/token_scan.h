// The first look at a JSON text: where its tokens are, and whether its bytes can be JSON at all.
//
// Done 64 bytes at a time with the widest instructions that the processor has; each set of them is a kernel,
// and all kernels find the same. How: bit masks of what stands where, after Langdale and Lemire, "Parsing
// Gigabytes of JSON per Second" (VLDB Journal 28, 2019, https://arxiv.org/abs/1902.08318), and for UTF-8
// Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021,
// https://arxiv.org/abs/2010.03090). What simdjson made of them later was read as well: the carry of escapes
// without a branch, and positions by vpcompressb with AVX-512.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace dragoman::json {

// What is known of a text up to where it was scanned, and what must be remembered from one block to the next.
struct TokenScan {
    // Where the next token is noted: its place, and its first byte. Tokens are the brackets, colons and
    // commas outside of strings, and of each string, number and literal the first byte (of a string its
    // opening quote).
    std::uint32_t* place = nullptr;
    char* first = nullptr;

    bool utf8 = true;
    bool control_in_string = false;
    bool escapes = true; // every backslash begins an escape of RFC 8259, be it in a string or not
    bool surrogates = false; // one of them is \uD800 to \uDFFF; meaningless when not all are escapes

    std::uint64_t in_string = 0; // all bits, or none
    std::uint64_t escaped = 0; // 1: the next byte follows a backslash that is not escaped itself
    std::uint64_t scalar = 0; // 1: the last byte belongs to a token that goes on, as a number's digits do
    std::uint64_t high = 0; // not 0: a byte of UTF-8 beyond ASCII is among the last three
};

struct TokenKernel {
    static constexpr std::size_t block = 64;

    const char* name;
    bool (*fits_processor)();
    // Scans the blocks of `text` that begin in [from, to), which are whole ones, or `to` is beyond the end.
    // The last one is to be that which holds the end of the text or begins there. The bytes before the first
    // block, if there are any, are scanned before it: [0, to), 3 to 63 of them. There must be room for 64
    // tokens more than the bytes between `from` and `to`.
    void (*scan)(TokenScan& scan, std::string_view text, std::size_t from, std::size_t to);
};

// All of them that were compiled for this kind of processor, the best one first. The last one fits all.
std::span<const TokenKernel> token_kernels();
// The best one for this processor.
const TokenKernel& token_kernel();

// The escapes whose letters are in `text` at `at` and the places of `letters` behind it, one for each bit,
// and are none of those that stand for one byte.
void take_rare_escapes(TokenScan& scan, std::string_view text, std::size_t at, std::uint64_t letters);

// The kernels; nullptr where they cannot be compiled.
extern const TokenKernel* const avx512_kernel;
extern const TokenKernel* const avx2_kernel;
extern const TokenKernel* const sse42_kernel;
extern const TokenKernel* const neon_kernel;
extern const TokenKernel* const plain_kernel;

} // namespace dragoman::json
