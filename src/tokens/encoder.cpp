#include "tokens/encoder.h"

#include "base/limits.h"
#include "json/escape.h"
#include "tokens/splitter.h"

#include <algorithm>

namespace dragoman::tokens {

namespace {

constexpr std::size_t part_max = 64 * limits::KiB;

} // namespace

Counter::Counter()
    : vocabulary_(Vocabulary::o200k())
    , pairs_(vocabulary_)
{
}

std::size_t Counter::count(std::string_view utf8)
{
    if (recent_.empty())
        recent_.resize(recent_pieces);
    Splitter splitter(vocabulary_, utf8);
    std::size_t total = 0;
    for (std::string_view piece; splitter.next(piece);)
        total += piece.size() <= recent_piece_max ? count_recent(piece) : count_piece(piece);
    return total;
}

// The same few words make most of a text.
std::size_t Counter::count_recent(std::string_view piece)
{
    const auto ends = image::ends_of(piece);
    const auto hash =
        image::mixed(ends.first ^ 0x9E3779B97F4A7C15U, ends.last ^ piece.size() ^ 0x8EBC6AF09C88C6E3U);
    Recent& recent = recent_[hash % recent_pieces];
    if (recent.ends != ends || recent.size != piece.size())
        recent = { .ends = ends,
            .size = static_cast<std::uint32_t>(piece.size()),
            .tokens = static_cast<std::uint32_t>(count_piece(piece)) };
    return recent.tokens;
}

std::size_t Counter::count_piece(std::string_view piece)
{
    if (vocabulary_.rank(piece) != no_rank)
        return 1;
    std::size_t total = 0;
    for (; !piece.empty(); piece.remove_prefix(std::min(part_max, piece.size())))
        total += pairs_.merge(piece.substr(0, part_max)).size() - 1;
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
    Splitter splitter(vocabulary, utf8);
    for (std::string_view piece; splitter.next(piece);) {
        if (const Rank rank = vocabulary.rank(piece); rank != no_rank) {
            tokens.push_back(rank);
            continue;
        }
        for (; !piece.empty(); piece.remove_prefix(std::min(part_max, piece.size()))) {
            const auto& starts = pairs.merge(piece.substr(0, part_max));
            for (std::size_t i = 0; i + 1 < starts.size(); ++i)
                tokens.push_back(vocabulary.rank(piece.substr(starts[i], starts[i + 1] - starts[i])));
        }
    }
    return tokens;
}

} // namespace dragoman::tokens
