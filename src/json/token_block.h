// What all kernels but the plain one have in common. It is included where the instructions of a kernel are
// switched on, once in each kernel's file, and everything in it is that file's own: a function compiled for
// one processor must not be taken by the linker for all of them.
#pragma once

#include "json/token_scan.h"

#include <cstring>

namespace dragoman::json {
namespace {

using Bits = std::uint64_t; // one for each byte of a block, the lowest for the first

// The bytes behind each backslash that is not escaped itself. `carried` is 1 if the byte before the block was
// such a one, and becomes so if the last byte is.
//
// Of a run of backslashes every second is escaped, and what follows a run of odd length. Runs are told apart
// by where they begin: the subtraction borrows through each run up to the byte behind it, and so turns the
// pattern of odd places over in those that begin at an even one.
inline Bits take_escaped(Bits backslashes, Bits& carried)
{
    constexpr Bits odd_places = 0xAAAA'AAAA'AAAA'AAAA;
    const Bits begins = backslashes & ~carried;
    // Shifted, all of them will do: `carried` is about the first place, behind which an odd one follows.
    const Bits alternating = ((backslashes << 1 | odd_places) - begins) ^ odd_places;
    const Bits escaped = alternating ^ (backslashes | carried);
    carried = (alternating & backslashes) >> 63;
    return escaped;
}

// Vectors are read from three bytes in front of a block on, since a sequence of UTF-8 may have begun there.
constexpr std::size_t before = 3;
constexpr std::size_t block_size = TokenKernel::block;

// Where a text ends or begins within that, its bytes are copied to where blanks stand before and behind them.
// All copies are of a fixed size, which needs no call.
class Edge {
public:
    // The last `size` bytes of a text that is no shorter than what is copied.
    const char* last(std::string_view text, std::size_t size)
    {
        std::memcpy(bytes_, text.data() + text.size() - shortest, shortest);
        std::memset(bytes_ + shortest, ' ', block_size);
        return bytes_ + shortest - size;
    }

    // A block that ends with the first `size` bytes of a text.
    const char* beginning(const char* text, std::size_t size)
    {
        std::memset(bytes_, ' ', shortest);
        std::memcpy(bytes_ + shortest, text, block_size);
        return bytes_ + before + size;
    }

    // The first block, when it is one of the text.
    const char* first(const char* text)
    {
        std::memset(bytes_, ' ', before);
        std::memcpy(bytes_ + before, text, block_size);
        return bytes_ + before;
    }

    static constexpr std::size_t shortest = before + block_size;

private:
    char bytes_[shortest + block_size];
};

// Eight at a time without a branch between them: what is noted too much is written over by the next.
inline void note_tokens(TokenScan& scan, std::size_t at, const char* bytes, Bits tokens)
{
    constexpr Bits last = Bits { 1 } << 63;
    const int count = __builtin_popcountll(tokens);
    std::uint32_t* place = scan.place;
    char* first = scan.first;
    do {
        for (int i = 0; i < 8; ++i) {
            const int bit = __builtin_ctzll(tokens | last);
            place[i] = static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(bit);
            first[i] = bytes[bit];
            tokens &= tokens - 1;
        }
        place += 8;
        first += 8;
    } while (tokens != 0);
    scan.place += count;
    scan.first += count;
}

// Goes through the blocks. `Block` says of 64 bytes what stands where:
//   quotes(), backslashes()
//   unusual()        control characters, and what is not ASCII
//   high()           what is not ASCII
//   operators()      brackets, colons and commas (and 0x0C and 0x1A, which no grammar takes either)
//   blanks()         white space
//   simple_escapes() letters that make an escape of one byte
//   utf8(bytes)      whether no sequence that ends in the block or is cut off by it is wrong
//   parities(bits)   each bit is the parity of those up to its own
//   note(…)          see note_tokens()
//
// No function is called in its loop: around a call no vector stays in a register. Hence run() returns where
// the caller has to look at escapes himself.
template <class Block> class BlockScan {
public:
    BlockScan(const TokenScan& scan, const char* first)
        : state_(scan)
        , outside_(~scan.in_string)
        , first_(first)
    {
    }

    // The blocks of [at, end), of which the first one is at `bytes`; returns the end, or that of the first
    // block with rare escapes.
    std::size_t run(const char* bytes, std::size_t at, std::size_t end)
    {
        rare_escapes_ = 0;
        for (; at != end && rare_escapes_ == 0; at += block_size, bytes += block_size)
            take(at, bytes);
        return at;
    }

    // Letters of escapes in the last block that are not simple ones.
    Bits rare_escapes() const { return rare_escapes_; }
    TokenScan state() const
    {
        TokenScan state = state_;
        state.in_string = ~outside_;
        state.control_in_string |= controls_in_strings_ != 0;
        return state;
    }

private:
    // The inside of a long string costs no more than the look for its end, for escapes and for unusual bytes.
    void take(std::size_t at, const char* bytes)
    {
        const Block block(bytes, constants_);
        const Bits quotes = block.quotes() & ~escapes(block);
        Bits controls = 0;
        if (const Bits unusual = block.unusual(); (unusual | state_.high) != 0)
            controls = unusual & ~take_high(block, bytes);
        if ((quotes | outside_) == 0)
            controls_in_strings_ |= controls;
        else
            take_tokens(block, at, bytes, quotes, controls);
    }

    Bits escapes(const Block& block)
    {
        const Bits backslashes = block.backslashes();
        if (!Block::escapes_are_cheap && (backslashes | state_.escaped) == 0)
            return 0;
        const Bits escaped = take_escaped(backslashes, state_.escaped);
        rare_escapes_ = escaped & ~block.simple_escapes();
        return escaped;
    }

    Bits take_high(const Block& block, const char* bytes)
    {
        const Bits high = block.high();
        if ((high | state_.high) != 0)
            state_.utf8 &= Block::utf8(bytes == first_ ? Edge().first(bytes) : bytes);
        state_.high = high >> 61;
        return high;
    }

    void take_tokens(const Block& block, std::size_t at, const char* bytes, Bits quotes, Bits controls)
    {
        // With the opening quotes, without the closing ones.
        const Bits inside = ~(Block::parities(quotes) ^ outside_);
        outside_ = (inside >> 63) - 1;
        controls_in_strings_ |= controls & inside;
        const Bits operators = block.operators();
        const Bits scalars = ~(operators | block.blanks());
        const Bits bare = scalars & ~quotes; // they may go on with the next byte
        const Bits begin = scalars & ~(bare << 1 | state_.scalar);
        state_.scalar = bare >> 63;
        const Bits tokens = (operators | begin) & ~(inside ^ quotes);
        if (tokens != 0)
            Block::note(state_, at, bytes, tokens);
    }

    typename Block::Constants constants_ {};
    TokenScan state_; // a copy, so that it can stay in registers
    Bits outside_; // as its in_string, but the other way round
    Bits controls_in_strings_ = 0;
    const char* first_; // nothing precedes it
    Bits rare_escapes_ = 0;
};

// The blocks of [at, end), of which the first one is at `bytes`. It may begin in front of the text: that is a
// great number, from which on the places count through zero.
template <class Block>
[[gnu::noinline]] void scan_text(
    TokenScan& scan, std::string_view text, const char* bytes, std::size_t at, std::size_t end)
{
    while (at != end) {
        BlockScan<Block> blocks(scan, at == 0 ? bytes : nullptr);
        const std::size_t done = blocks.run(bytes, at, end);
        scan = blocks.state();
        if (blocks.rare_escapes() != 0)
            take_rare_escapes(scan, text, done - block_size, blocks.rare_escapes());
        bytes += done - at;
        at = done;
    }
}

// With so many blanks behind it that all of its blocks are there.
template <class Block> void scan_short(TokenScan& scan, std::string_view text)
{
    char padded[2 * block_size];
    std::memset(padded, ' ', sizeof padded);
    std::memcpy(padded, text.data(), text.size());
    scan_text<Block>(scan, text, padded, 0, text.size() / block_size * block_size + block_size);
}

template <class Block>
void scan_blocks(TokenScan& scan, std::string_view text, std::size_t from, std::size_t to)
{
    if (text.size() < Edge::shortest)
        return scan_short<Block>(scan, text);
    if (to < block_size)
        return scan_text<Block>(scan, text, Edge().beginning(text.data(), to), to - block_size, to);
    const std::size_t rest = (text.size() - from) % block_size;
    const std::size_t last = text.size() - rest;
    scan_text<Block>(scan, text, text.data() + from, from, to < last ? to : last);
    if (to > last)
        scan_text<Block>(scan, text, Edge().last(text, rest), last, last + block_size);
}

} // namespace
} // namespace dragoman::json
