#include "tokens/count_memory.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

namespace dragoman::tokens {

namespace {

// Different for each number of tokens, in all 64 bits.
std::uint64_t spread(std::uint32_t tokens) { return (std::uint64_t { tokens } + 1) * 0x9E3779B97F4A7C15U; }

template <class T> T peek(T& member) { return std::atomic_ref(member).load(std::memory_order_relaxed); }

template <class T> void put(T& member, T value)
{
    std::atomic_ref(member).store(value, std::memory_order_relaxed);
}

} // namespace

CountMemory::CountMemory(std::size_t parts_max)
    : bucket_mask_(std::bit_floor(std::max<std::size_t>(parts_max / ways, 1)) - 1)
    , entries_(static_cast<Entry*>(std::calloc((bucket_mask_ + 1) * ways, sizeof(Entry))))
{
    if (!entries_)
        throw std::bad_alloc();
}

void CountMemory::Release::operator()(Entry* entries) const { std::free(entries); }

CountMemory::Part CountMemory::part(Kind kind, std::string_view bytes) const
{
    Part part = hash_(bytes);
    part.second ^= static_cast<std::uint64_t>(kind);
    return part;
}

std::optional<std::uint32_t> CountMemory::find(const Part& part, std::uint32_t request)
{
    Entry* const bucket = bucket_of(part);
    for (Entry* entry = bucket; entry != bucket + ways; ++entry) {
        const auto tokens = peek(entry->tokens);
        const auto mask = spread(tokens);
        if ((peek(entry->first) ^ mask) != part.first || (peek(entry->second) ^ mask) != part.second)
            continue;
        if (peek(entry->used_by) != request)
            put(entry->used_by, request);
        return tokens;
    }
    return std::nullopt;
}

void CountMemory::remember(const Part& part, std::uint32_t tokens, std::uint32_t request)
{
    Entry* const bucket = bucket_of(part);
    const auto age = [request](Entry& entry) { // negative where a later request was quicker
        const auto used_by = peek(entry.used_by);
        return used_by == 0 ? INT32_MAX : static_cast<std::int32_t>(request - used_by);
    };
    Entry* oldest = bucket;
    for (Entry* entry = bucket + 1; entry != bucket + ways; ++entry)
        if (age(*entry) > age(*oldest))
            oldest = entry;
    put(oldest->tokens, tokens);
    put(oldest->first, part.first ^ spread(tokens));
    put(oldest->second, part.second ^ spread(tokens));
    put(oldest->used_by, request);
}

} // namespace dragoman::tokens
