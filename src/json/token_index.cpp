#include "json/token_index.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace dragoman::json {

namespace {

// Room is made for as many tokens as so many bytes can be at most, which most texts are far from.
constexpr std::size_t bytes_at_once = 16 * 1024;
static_assert(bytes_at_once % TokenKernel::block == 0);

// A vector that lies across two cache lines takes two loads: of a text that is no short one, the blocks begin
// where lines do. Returns where the first of them is. It is not one of the first three bytes, since blocks
// are read from three bytes in front of them on.
std::size_t first_line(std::string_view text)
{
    constexpr std::size_t shortest = 1024;
    const std::size_t place = -reinterpret_cast<std::uintptr_t>(text.data()) % TokenKernel::block;
    return text.size() >= shortest && place >= 3 ? place : 0;
}

} // namespace

TokenIndex::Flaw TokenIndex::read(std::string_view text, const TokenKernel& kernel)
{
    TokenScan scan;
    count_ = 0;
    const std::size_t line = first_line(text);
    std::size_t from = 0;
    for (std::size_t to = line != 0 ? line : bytes_at_once; from <= text.size();
        from = std::exchange(to, to + bytes_at_once)) {
        make_room(scan, std::min(text.size() - from, to - from));
        kernel.scan(scan, text, from, to);
        count_ = static_cast<std::uint32_t>(scan.place - places());
    }
    *scan.place = static_cast<std::uint32_t>(text.size());
    *scan.first = '\0';
    escapes_ = scan.escapes;
    surrogates_ = scan.surrogates;
    if (scan.in_string != 0)
        return Flaw::unclosed_string;
    if (scan.control_in_string)
        return Flaw::control_character;
    if (count_ == 0)
        return Flaw::empty;
    return scan.utf8 ? Flaw::none : Flaw::utf8;
}

// The tokens that were found so far move along.
void TokenIndex::make_room(TokenScan& scan, std::size_t more)
{
    const std::size_t needed = count_ + more + TokenKernel::block + 1;
    if (capacity_ < needed) {
        const std::size_t capacity = std::max(needed, std::min(2 * capacity_, needed + needed / 2));
        auto memory = std::make_unique_for_overwrite<std::byte[]>(
            capacity * (2 * sizeof(std::uint32_t) + sizeof(char)));
        std::copy_n(places(), count_, reinterpret_cast<std::uint32_t*>(memory.get()));
        std::copy_n(
            firsts(), count_, reinterpret_cast<char*>(memory.get() + capacity * 2 * sizeof(std::uint32_t)));
        memory_ = std::move(memory);
        capacity_ = capacity;
    }
    scan.place = reinterpret_cast<std::uint32_t*>(memory_.get()) + count_;
    scan.first = reinterpret_cast<char*>(memory_.get() + capacity_ * 2 * sizeof(std::uint32_t)) + count_;
}

} // namespace dragoman::json
