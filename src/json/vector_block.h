// A block of 64 bytes in two or four vectors, for BlockScan. `Vector` brings the instructions:
//   size, load(at), all(c), ==, &, |, ^, signed_below(c), top_bit_from(least), low_half(), high_half(),
//   in(table), by_low_half(table), masks(vectors), parities(bits).
// Included as token_block.h is, behind it.
#pragma once

#include "json/token_block.h"

#include <array>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dragoman::json {
namespace {

using Table = std::array<unsigned char, 16>;

#if defined(__x86_64__)
// A product without carries by a number that is all ones.
inline Bits parities_by_product(Bits bits)
{
    const __m128i wide = _mm_set_epi64x(0, static_cast<long long>(bits));
    return static_cast<Bits>(_mm_cvtsi128_si64(_mm_clmulepi64_si128(wide, _mm_set1_epi8(-1), 0)));
}
#endif

// A byte is of the kind when it is what stands in the table under its own lower half; 0xFF is under no
// byte's.
constexpr Table table_of(std::string_view bytes)
{
    Table table {};
    table.fill(0xFF);
    for (const char c : bytes)
        table[static_cast<unsigned char>(c) & 15] = static_cast<unsigned char>(c);
    return table;
}

constexpr Table blank_bytes = table_of(" \t\n\r");
constexpr Table operator_bytes = table_of(",:{}"); // with bit 5 set, as [ ] become { }

// Letters of simple escapes, "\/bfnrt: the two halves of a byte have a bit in common only for them.
constexpr Table letters_by_low_half = { 0, 0, 13, 0, 8, 0, 4, 0, 0, 0, 0, 0, 2, 0, 4, 1 };
constexpr Table letters_by_high_half = { 0, 0, 1, 0, 0, 2, 4, 8 };

// Pairs of bytes that do not follow each other in UTF-8, in eight groups of a bit each. A set of half bytes
// is a word with a bit for each of the sixteen.
struct WrongPairs {
    unsigned first_high;
    unsigned first_low;
    unsigned second_high;
};

constexpr unsigned halves(int from, int to) { return (1U << (to + 1)) - (1U << from); }
constexpr unsigned any_half = halves(0, 15);

// The last group is right if one of the two bytes before asks for it: its bit is taken away then.
constexpr std::array<WrongPairs, 8> wrong_pairs = { {
    { halves(0xC, 0xF), any_half, halves(0, 7) | halves(0xC, 0xF) }, // the sequence is not continued
    { halves(0, 7), any_half, halves(8, 0xB) }, // there is none to be continued
    { halves(0xC, 0xC), halves(0, 1), halves(8, 0xB) }, // two bytes where one would do
    { halves(0xE, 0xE), halves(0, 0), halves(8, 9) }, // three where two would do
    { halves(0xE, 0xE), halves(0xD, 0xD), halves(0xA, 0xB) }, // a surrogate
    { halves(0xF, 0xF), halves(4, 0xF), halves(9, 0xB) }, // above U+10FFFF
    { halves(0xF, 0xF), halves(0, 0) | halves(5, 0xF), halves(8, 8) }, // four where three would do; above
    { halves(8, 0xB), any_half, halves(8, 0xB) }, // a second continuation
} };
constexpr unsigned char second_continuation = 0x80;

constexpr Table wrong_pairs_by(unsigned WrongPairs::* half)
{
    Table table {};
    for (std::size_t group = 0; group < wrong_pairs.size(); ++group)
        for (std::size_t value = 0; value < table.size(); ++value)
            if ((wrong_pairs[group].*half >> value & 1) != 0)
                table[value] = static_cast<unsigned char>(table[value] | 1U << group);
    return table;
}

constexpr Table pairs_by_first_high = wrong_pairs_by(&WrongPairs::first_high);
constexpr Table pairs_by_first_low = wrong_pairs_by(&WrongPairs::first_low);
constexpr Table pairs_by_second_high = wrong_pairs_by(&WrongPairs::second_high);

// What is wrong with the bytes at `at`, and those before them that they continue: all zero if nothing is.
template <class Vector> inline Vector wrong_utf8(const char* at)
{
    const Vector bytes = Vector::load(at);
    const Vector preceding = Vector::load(at - 1);
    const Vector pairs = preceding.high_half()
                             .in(pairs_by_first_high)&preceding.low_half()
                             .in(pairs_by_first_low)&bytes.high_half()
                             .in(pairs_by_second_high);
    const Vector asked = Vector::load(at - 2).top_bit_from(0xE0) | Vector::load(at - 3).top_bit_from(0xF0);
    return pairs ^ (asked & Vector::all(second_continuation));
}

template <class Vector> class VectorBlock {
public:
    static constexpr bool escapes_are_cheap = false;

    struct Constants { }; // there are not enough registers to keep them

    VectorBlock(const char* at, const Constants&)
        : part_(of_each([at](std::size_t i) { return Vector::load(at + i * Vector::size); }))
    {
    }

    Bits quotes() const { return equal('"'); }
    Bits backslashes() const { return equal('\\'); }
    // Signed, what is not ASCII is below the blank, too.
    Bits unusual() const
    {
        return masks([](const Vector& bytes) { return bytes.signed_below(' '); });
    }
    Bits high() const
    {
        return masks([](const Vector& bytes) { return bytes.signed_below(0); });
    }
    Bits operators() const
    {
        const Vector bit5 = Vector::all(0x20);
        return masks(
            [&](const Vector& bytes) { return bytes.by_low_half(operator_bytes) == (bytes | bit5); });
    }
    Bits blanks() const
    {
        return masks([](const Vector& bytes) { return bytes.by_low_half(blank_bytes) == bytes; });
    }
    Bits simple_escapes() const
    {
        const Vector none = Vector::all(0);
        return ~masks([&](const Vector& bytes) {
            return (bytes.by_low_half(letters_by_low_half) & bytes.high_half().in(letters_by_high_half))
                == none;
        });
    }

    static bool utf8(const char* at)
    {
        const Parts wrong =
            of_each([at](std::size_t i) { return wrong_utf8<Vector>(at + i * Vector::size); });
        return Vector::masks(of_each([&](std::size_t i) { return wrong[i] == Vector::all(0); }))
            == ~Bits { 0 };
    }
    static Bits parities(Bits bits) { return Vector::parities(bits); }
    static void note(TokenScan& scan, std::size_t at, const char* bytes, Bits tokens)
    {
        note_tokens(scan, at, bytes, tokens);
    }

private:
    static constexpr std::size_t count = TokenKernel::block / Vector::size;

    using Parts = std::array<Vector, count>;

    // Spelled out for each part: GCC would leave a loop.
    template <class Make> static Parts of_each(Make make)
    {
        return [&]<std::size_t... i>(std::index_sequence<i...>) { return Parts { make(i)... }; }(
                   std::make_index_sequence<count>());
    }

    Bits equal(unsigned char c) const
    {
        return masks([wanted = Vector::all(c)](const Vector& bytes) { return bytes == wanted; });
    }

    template <class Test> Bits masks(Test test) const
    {
        return Vector::masks(of_each([&](std::size_t i) { return test(part_[i]); }));
    }

    Parts part_;
};

} // namespace
} // namespace dragoman::json
