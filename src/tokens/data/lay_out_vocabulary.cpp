// Runs when dragoman is built: o200k_base.bin, as make_o200k_base.mjs packs it, to the image of
// tokens/vocabulary_image.h.
//
//     lay_out_vocabulary o200k_base.bin o200k_base.image
#include "tokens/vocabulary_image.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>
#include <zlib.h>

namespace {

using namespace dragoman::tokens::image;

constexpr double tokens_in_a_bucket = 4;
constexpr double full = 0.97; // the last buckets must still find free slots

void demand(bool condition, const char* what)
{
    if (!condition)
        throw std::runtime_error(what);
}

std::uint32_t little_endian(std::string_view bytes)
{
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
        value = value << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
    return value;
}

std::string unpack(std::string_view packed)
{
    demand(packed.size() > 8 && packed.starts_with("DTV1"), "not a packed vocabulary");
    std::string body(little_endian(packed.substr(4, 4)), '\0');
    uLongf size = body.size();
    const int result = uncompress(reinterpret_cast<Bytef*>(body.data()), &size,
        reinterpret_cast<const Bytef*>(packed.data() + 8), packed.size() - 8);
    demand(result == Z_OK && size == body.size(), "the packed vocabulary is damaged");
    return body;
}

struct Vocabulary {
    std::vector<std::string_view> tokens {}; // by rank
    std::string_view bytes {}; // of all of them
    std::string classes {}; // of each character of Unicode
};

Vocabulary read(std::string_view body)
{
    const std::size_t count = little_endian(body.substr(0, 4));
    const std::size_t ranges = little_endian(body.substr(4, 4));
    demand(count <= rank_mask && body.size() > 8 + count + 4 * ranges, "sizes do not fit");
    Vocabulary vocabulary { .bytes = body.substr(8 + count, body.size() - 8 - count - 4 * ranges) };
    std::size_t begin = 0;
    for (const char length : body.substr(8, count)) {
        const std::size_t size = static_cast<std::uint8_t>(length);
        vocabulary.tokens.push_back(vocabulary.bytes.substr(begin, size));
        begin += size;
    }
    demand(begin == vocabulary.bytes.size() && begin < 1U << (32 - size_bits), "sizes do not fit");
    for (auto rest = body.substr(body.size() - 4 * ranges); !rest.empty(); rest.remove_prefix(4))
        vocabulary.classes.append(little_endian(rest.substr(0, 3)), rest[3]);
    demand(vocabulary.classes.size() == points, "not all of Unicode has a class");
    return vocabulary;
}

// The large buckets first, while there is room.
class PerfectHash {
public:
    explicit PerfectHash(const std::vector<std::string_view>& tokens)
        : rank_in(static_cast<std::size_t>(static_cast<double>(tokens.size()) / full), none)
        , pilots(static_cast<std::size_t>(static_cast<double>(tokens.size()) / tokens_in_a_bucket))
        , members_(pilots.size())
    {
        for (std::uint32_t rank = 0; rank < tokens.size(); ++rank) {
            hashes.push_back(hash_of(tokens[rank]));
            members_[bucket_of(hashes.back(), static_cast<std::uint32_t>(pilots.size()))].push_back(rank);
        }
        std::vector<std::uint32_t> order(pilots.size());
        std::iota(order.begin(), order.end(), 0U);
        std::stable_sort(order.begin(), order.end(),
            [this](auto a, auto b) { return members_[a].size() > members_[b].size(); });
        for (const auto bucket : order)
            settle(bucket);
    }

    static constexpr std::uint32_t none = UINT32_MAX;
    std::vector<std::uint64_t> hashes {}; // by rank
    std::vector<std::uint32_t> rank_in; // by slot
    std::vector<std::uint16_t> pilots; // by bucket

private:
    void settle(std::uint32_t bucket)
    {
        for (std::uint32_t pilot = 0; pilot <= UINT16_MAX; ++pilot)
            if (try_pilot(bucket, static_cast<std::uint16_t>(pilot)))
                return;
        throw std::runtime_error("no pilot for a bucket");
    }

    bool try_pilot(std::uint32_t bucket, std::uint16_t pilot)
    {
        taken_.clear();
        for (const auto rank : members_[bucket]) {
            const auto slot = slot_of(hashes[rank], pilot, static_cast<std::uint32_t>(rank_in.size()));
            if (rank_in[slot] != none) {
                for (const auto one : taken_)
                    rank_in[one] = none;
                return false;
            }
            rank_in[slot] = rank;
            taken_.push_back(slot);
        }
        pilots[bucket] = pilot;
        return true;
    }

    std::vector<std::vector<std::uint32_t>> members_;
    std::vector<std::uint32_t> taken_ {};
};

template <class T> void append(std::string& out, const std::vector<T>& values)
{
    out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

std::vector<Slot> slots_of(const Vocabulary& vocabulary, const PerfectHash& hash)
{
    std::vector<Slot> slots(hash.rank_in.size());
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const auto rank = hash.rank_in[i];
        if (rank == PerfectHash::none)
            continue;
        const auto token = vocabulary.tokens[rank];
        const auto begin = static_cast<std::uint32_t>(token.data() - vocabulary.bytes.data());
        slots[i] = { .tag_and_rank = tag_of(hash.hashes[rank]) | rank,
            .begin_and_size = begin << size_bits | static_cast<std::uint32_t>(token.size()) };
    }
    return slots;
}

std::vector<std::uint32_t> ranks_of_pairs(const Vocabulary& vocabulary)
{
    std::vector<std::uint32_t> ranks(byte_pairs, UINT32_MAX);
    for (std::uint32_t rank = 0; rank < vocabulary.tokens.size(); ++rank)
        if (const auto token = vocabulary.tokens[rank]; token.size() == 2)
            ranks[pair_of(token[0], token[1])] = rank;
    return ranks;
}

// Blocks of characters without repetitions, and which block each stretch of Unicode is.
struct Classes {
    std::vector<std::uint16_t> block_of {};
    std::string blocks {};
};

Classes classes_of(const std::string& classes)
{
    Classes result;
    std::map<std::string, std::uint16_t> seen;
    for (std::size_t point = 0; point < points; point += block_size) {
        const auto block = classes.substr(point, block_size);
        const auto [entry, is_new] = seen.try_emplace(block, static_cast<std::uint16_t>(seen.size()));
        if (is_new)
            result.blocks += block;
        result.block_of.push_back(entry->second);
    }
    return result;
}

std::string lay_out(const Vocabulary& vocabulary)
{
    const PerfectHash hash(vocabulary.tokens);
    const auto classes = classes_of(vocabulary.classes);
    const auto longest = std::max_element(vocabulary.tokens.begin(), vocabulary.tokens.end(),
        [](auto a, auto b) { return a.size() < b.size(); });
    Header header { .tokens = static_cast<std::uint32_t>(vocabulary.tokens.size()),
        .slots = static_cast<std::uint32_t>(hash.rank_in.size()),
        .buckets = static_cast<std::uint32_t>(hash.pilots.size()),
        .blocks = static_cast<std::uint32_t>(classes.blocks.size() / block_size),
        .bytes = static_cast<std::uint32_t>(vocabulary.bytes.size()),
        .longest = static_cast<std::uint32_t>(longest->size()) };
    std::copy_n(magic, sizeof magic, header.magic);
    std::string out(reinterpret_cast<const char*>(&header), sizeof header);
    append(out, slots_of(vocabulary, hash));
    append(out, ranks_of_pairs(vocabulary));
    append(out, hash.pilots);
    append(out, classes.block_of);
    return out + classes.blocks + std::string(vocabulary.bytes);
}

} // namespace

int main(int count, char** arguments)
try {
    demand(count == 3, "usage: lay_out_vocabulary PACKED IMAGE");
    std::ifstream in(arguments[1], std::ios::binary);
    const std::string packed { std::istreambuf_iterator<char>(in), {} };
    const std::string body = unpack(packed);
    const std::string image = lay_out(read(body));
    std::ofstream out(arguments[2], std::ios::binary);
    demand(static_cast<bool>(out.write(image.data(), static_cast<std::streamsize>(image.size())).flush()),
        "the image cannot be written");
} catch (const std::exception& error) {
    std::fprintf(stderr, "lay_out_vocabulary: %s\n", error.what());
    return 1;
}
