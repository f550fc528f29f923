#include "translate/stop_sequences.h"

#include <algorithm>

namespace dragoman::translate {

StopSequences::StopSequences(const std::vector<std::string>& sequences)
    : sequences_(sequences)
    , active_(std::any_of(sequences.begin(), sequences.end(), [](const auto& s) { return !s.empty(); }))
{
}

std::optional<std::string_view> StopSequences::feed(std::string_view text, std::string& out)
{
    held_.append(text);
    std::size_t first_end = std::string::npos;
    const std::string* hit = nullptr;
    for (const std::string& sequence : sequences_) {
        std::size_t at = sequence.empty() ? held_.npos : held_.find(sequence);
        if (at == held_.npos)
            continue;
        std::size_t end = at + sequence.size();
        if (!hit || end < first_end || (end == first_end && sequence.size() > hit->size())) {
            first_end = end;
            hit = &sequence;
        }
    }
    if (hit) {
        out.append(held_, 0, first_end - hit->size());
        held_.clear();
        return *hit;
    }
    std::size_t keep = possible_beginning();
    out.append(held_, 0, held_.size() - keep);
    held_.erase(0, held_.size() - keep);
    return std::nullopt;
}

void StopSequences::flush(std::string& out)
{
    out.append(held_);
    held_.clear();
}

// The length of the longest end of the text that begins some sequence.
std::size_t StopSequences::possible_beginning() const
{
    std::size_t longest = 0;
    std::string_view text = held_;
    for (const std::string& sequence : sequences_) {
        std::size_t size = std::min(text.size(), sequence.empty() ? 0 : sequence.size() - 1);
        for (; size > longest; --size)
            if (text.ends_with(std::string_view(sequence).substr(0, size)))
                longest = size;
    }
    return longest;
}

} // namespace dragoman::translate
