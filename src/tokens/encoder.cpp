#include "tokens/encoder.h"

#include "base/limits.h"
#include "json/escape.h"
#include "tokens/splitter.h"

#include <algorithm>

namespace dragoman::tokens {

namespace {

using Starts = std::vector<std::uint32_t>; // as BytePairs gives them

constexpr std::size_t part_max = 64 * limits::KiB;

// Calls `take(piece, starts)` for each piece; `starts` is null for a piece that is one token.
template <class Take>
void for_each_piece(const Vocabulary& vocabulary, BytePairs& pairs, std::string_view utf8, Take take)
{
    Splitter splitter(vocabulary, utf8);
    for (std::string_view piece; splitter.next(piece);) {
        if (const Rank rank = vocabulary.rank(piece); rank != no_rank) {
            take(piece, rank, static_cast<const Starts*>(nullptr));
            continue;
        }
        for (; !piece.empty(); piece.remove_prefix(std::min(part_max, piece.size()))) {
            const auto part = piece.substr(0, part_max);
            take(part, no_rank, &pairs.merge(part));
        }
    }
}

} // namespace

Counter::Counter()
    : vocabulary_(Vocabulary::o200k())
    , pairs_(vocabulary_)
{
}

std::size_t Counter::count(std::string_view utf8)
{
    std::size_t total = 0;
    for_each_piece(vocabulary_, pairs_, utf8,
        [&](std::string_view, Rank, const Starts* starts) { total += starts ? starts->size() - 1 : 1; });
    return total;
}

std::size_t Counter::count(json::RawString text)
{
    if (text.escaped.find('\\') == std::string_view::npos)
        return count(text.escaped);
    unescaped_.clear();
    json::append_unescaped(unescaped_, text);
    return count(std::string_view(unescaped_));
}

std::size_t count(std::string_view utf8) { return Counter().count(utf8); }

std::size_t count(json::RawString text) { return Counter().count(text); }

std::vector<Rank> encode(std::string_view utf8)
{
    const auto& vocabulary = Vocabulary::o200k();
    BytePairs pairs(vocabulary);
    std::vector<Rank> tokens;
    for_each_piece(vocabulary, pairs, utf8, [&](std::string_view piece, Rank rank, const Starts* starts) {
        if (!starts) {
            tokens.push_back(rank);
            return;
        }
        for (std::size_t i = 0; i + 1 < starts->size(); ++i)
            tokens.push_back(vocabulary.rank(piece.substr((*starts)[i], (*starts)[i + 1] - (*starts)[i])));
    });
    return tokens;
}

} // namespace dragoman::tokens
