#include "tokens/vocabulary.h"

#include "base/check.h"
#include "tokens/embedded.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <zlib.h>

namespace dragoman::tokens {

namespace {

constexpr unsigned slot_bits = 19;
constexpr unsigned rank_bits = 18;
constexpr std::uint32_t rank_mask = (1U << rank_bits) - 1;

std::uint64_t load(const char* bytes, std::size_t size) // size <= 8
{
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, size);
    return value;
}

// Multiply and fold, eight bytes at a time: tokens are short, and nobody chooses them to collide.
std::uint64_t hash_of(std::string_view bytes)
{
    constexpr std::uint64_t factor = 0x9E3779B97F4A7C15U;
    std::uint64_t hash = bytes.size() * 0xD6E8FEB86659FD93U;
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left > 8; left -= 8, at += 8) {
        hash = (hash ^ load(at, 8)) * factor;
        hash ^= hash >> 32;
    }
    hash = (hash ^ load(at, left)) * factor;
    hash ^= hash >> 29;
    hash *= 0xBF58476D1CE4E5B9U;
    return hash ^ (hash >> 32);
}

std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 40) << rank_bits; }

std::uint32_t little_endian(std::string_view bytes)
{
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
    return value;
}

std::string unpack(std::string_view packed)
{
    CHECK(packed.size() > 8 && packed.starts_with("DTV1"));
    std::string body(little_endian(packed.substr(4, 4)), '\0');
    uLongf size = body.size();
    const int result = uncompress(reinterpret_cast<Bytef*>(body.data()), &size,
        reinterpret_cast<const Bytef*>(packed.data() + 8), packed.size() - 8);
    CHECK(result == Z_OK && size == body.size());
    return body;
}

} // namespace

const Vocabulary& Vocabulary::o200k()
{
    static const Vocabulary vocabulary(embedded_vocabulary());
    return vocabulary;
}

Vocabulary::Vocabulary(std::string_view packed)
{
    const std::string body = unpack(packed);
    std::string_view rest = body;
    const std::size_t count = little_endian(rest.substr(0, 4));
    const std::size_t ranges = little_endian(rest.substr(4, 4));
    CHECK(count < rank_mask && rest.size() > 8 + count + 4 * ranges);
    offsets_.reserve(count + 1);
    offsets_.push_back(0);
    for (const char length : rest.substr(8, count)) {
        const auto size = static_cast<std::uint8_t>(length);
        longest_ = std::max<std::size_t>(longest_, size);
        offsets_.push_back(offsets_.back() + size);
    }
    rest.remove_prefix(8 + count);
    CHECK(rest.size() == offsets_.back() + 4 * ranges);
    bytes_ = rest.substr(0, offsets_.back());
    index_tokens();
    expand_classes(rest.substr(offsets_.back()));
}

void Vocabulary::index_tokens()
{
    slots_.assign(std::size_t { 1 } << slot_bits, 0);
    for (Rank rank = 0; rank < size(); ++rank) {
        const auto hash = hash_of(token(rank));
        auto slot = hash & (slots_.size() - 1);
        while (slots_[slot] != 0)
            slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = tag_of(hash) | (rank + 1);
    }
}

void Vocabulary::expand_classes(std::string_view ranges)
{
    std::vector<CharacterClass> classes;
    classes.reserve(0x110000);
    for (; !ranges.empty(); ranges.remove_prefix(4))
        classes.insert(
            classes.end(), little_endian(ranges.substr(0, 3)), static_cast<CharacterClass>(ranges[3]));
    CHECK(classes.size() == 0x110000);
    std::map<Block, std::uint16_t> seen;
    for (std::size_t i = 0; i < block_of_.size(); ++i) {
        Block block;
        std::copy_n(classes.begin() + static_cast<std::ptrdiff_t>(i * block_size), block_size, block.begin());
        const auto [entry, is_new] = seen.try_emplace(block, static_cast<std::uint16_t>(blocks_.size()));
        if (is_new)
            blocks_.push_back(block);
        block_of_[i] = entry->second;
    }
}

Rank Vocabulary::rank(std::string_view bytes) const
{
    if (bytes.size() > longest_)
        return no_rank;
    const auto hash = hash_of(bytes);
    const auto tag = tag_of(hash);
    for (auto slot = hash & (slots_.size() - 1); slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
        const std::uint32_t found = slots_[slot];
        if ((found & ~rank_mask) == tag && token((found & rank_mask) - 1) == bytes)
            return (found & rank_mask) - 1;
    }
    return no_rank;
}

} // namespace dragoman::tokens
