#include "tokens/vocabulary.h"

#include "base/check.h"
#include "tokens/embedded.h"

#include <algorithm>

namespace dragoman::tokens {

const Vocabulary& Vocabulary::o200k()
{
    static const Vocabulary vocabulary(embedded_vocabulary());
    return vocabulary;
}

Vocabulary::Vocabulary(std::string_view laid_out)
{
    const auto& header = *reinterpret_cast<const image::Header*>(laid_out.data());
    CHECK(laid_out.size() > sizeof header && std::ranges::equal(header.magic, image::magic));
    token_count_ = header.tokens;
    slot_count_ = header.slots;
    buckets_ = header.buckets;
    longest_ = header.longest;
    slots_ = reinterpret_cast<const image::Slot*>(&header + 1);
    pairs_ = reinterpret_cast<const Rank*>(slots_ + header.slots);
    pilots_ = reinterpret_cast<const std::uint16_t*>(pairs_ + image::byte_pairs);
    block_of_ = pilots_ + header.buckets;
    blocks_ = reinterpret_cast<const std::uint8_t*>(block_of_ + image::points / image::block_size);
    bytes_ = reinterpret_cast<const char*>(blocks_ + header.blocks * image::block_size);
    CHECK(bytes_ + header.bytes == laid_out.data() + laid_out.size());
}

std::vector<std::string_view> Vocabulary::tokens() const
{
    std::vector<std::string_view> tokens(token_count_);
    for (const auto* slot = slots_; slot != slots_ + slot_count_; ++slot)
        if (const auto token = token_in(*slot); !token.empty())
            tokens[slot->tag_and_rank & image::rank_mask] = token;
    return tokens;
}

} // namespace dragoman::tokens
