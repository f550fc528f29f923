#include "tokens/byte_pairs.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace dragoman::tokens {

const std::vector<std::uint32_t>& BytePairs::merge(std::string_view piece)
{
    return piece.size() <= scanned_bytes_max ? merge_by_scan(piece) : merge_by_heap(piece);
}

const std::vector<std::uint32_t>& BytePairs::merge_by_scan(std::string_view piece)
{
    starts_.resize(piece.size() + 1);
    std::iota(starts_.begin(), starts_.end(), 0U);
    const auto rank_at = [&](std::size_t i) {
        return i + 2 < starts_.size()
            ? vocabulary_.rank(piece.substr(starts_[i], starts_[i + 2] - starts_[i]))
            : no_rank;
    };
    ranks_.assign(piece.size(), no_rank);
    for (std::size_t i = 0; i + 1 < piece.size(); ++i)
        ranks_[i] = vocabulary_.rank(piece[i], piece[i + 1]);
    for (;;) {
        const auto best = std::min_element(ranks_.begin(), ranks_.end());
        if (*best == no_rank)
            return starts_;
        const auto at = best - ranks_.begin();
        starts_.erase(starts_.begin() + at + 1);
        ranks_.erase(best + 1);
        ranks_[static_cast<std::size_t>(at)] = rank_at(static_cast<std::size_t>(at));
        if (at > 0)
            ranks_[static_cast<std::size_t>(at) - 1] = rank_at(static_cast<std::size_t>(at) - 1);
    }
}

Rank BytePairs::rank_of_pair(std::string_view piece, std::uint32_t begin) const
{
    const std::uint32_t middle = parts_[begin].next;
    return middle == piece.size() ? no_rank
                                  : vocabulary_.rank(piece.substr(begin, parts_[middle].next - begin));
}

void BytePairs::push(std::uint32_t begin)
{
    if (parts_[begin].rank == no_rank)
        return;
    heap_.push_back(std::uint64_t { parts_[begin].rank } << 32 | begin);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<> {});
}

// Joins the part at `begin` with the next one, which is marked as gone by having no rank.
void BytePairs::merge_at(std::string_view piece, std::uint32_t begin)
{
    Part& part = parts_[begin];
    parts_[part.next].rank = no_rank;
    part.next = parts_[part.next].next;
    if (part.next < piece.size())
        parts_[part.next].previous = begin;
    part.rank = rank_of_pair(piece, begin);
    push(begin);
    if (begin == 0)
        return;
    parts_[part.previous].rank = rank_of_pair(piece, part.previous);
    push(part.previous);
}

const std::vector<std::uint32_t>& BytePairs::merge_by_heap(std::string_view piece)
{
    const auto size = static_cast<std::uint32_t>(piece.size());
    parts_.resize(size);
    for (std::uint32_t i = 0; i < size; ++i)
        parts_[i] = { .previous = i == 0 ? 0 : i - 1, .next = i + 1 };
    heap_.clear();
    for (std::uint32_t i = 0; i + 1 < size; ++i) {
        parts_[i].rank = vocabulary_.rank(piece[i], piece[i + 1]);
        if (parts_[i].rank != no_rank)
            heap_.push_back(std::uint64_t { parts_[i].rank } << 32 | i);
    }
    std::make_heap(heap_.begin(), heap_.end(), std::greater<> {});
    while (!heap_.empty()) {
        const std::uint64_t best = heap_.front();
        std::pop_heap(heap_.begin(), heap_.end(), std::greater<> {});
        heap_.pop_back();
        const auto begin = static_cast<std::uint32_t>(best);
        if (parts_[begin].rank == best >> 32)
            merge_at(piece, begin);
    }
    starts_.clear();
    for (std::uint32_t begin = 0; begin < size; begin = parts_[begin].next)
        starts_.push_back(begin);
    starts_.push_back(size);
    return starts_;
}

} // namespace dragoman::tokens
