#include "translate/surrogate_joiner.h"

#include "json/escape.h"
#include "json/grammar.h"

namespace dragoman::translate {

namespace {

constexpr std::size_t escape_size = 6; // \ud83d

// The backslash of the last escape counts only if it is not itself escaped.
bool ends_with_high_half(std::string_view text)
{
    if (text.size() < escape_size)
        return false;
    std::size_t at = text.size() - escape_size;
    if (!json::is_high_surrogate(json::code_unit_at(text, at)))
        return false;
    std::size_t backslashes = 0;
    while (backslashes < at && text[at - 1 - backslashes] == '\\')
        ++backslashes;
    return backslashes % 2 == 0;
}

} // namespace

json::RawString SurrogateJoiner::join(json::RawString delta)
{
    if (!looking_)
        return delta;
    joined_.assign(held_).append(delta.escaped);
    held_.clear();
    if (ends_with_high_half(joined_)) {
        held_ = joined_.substr(joined_.size() - escape_size);
        joined_.resize(joined_.size() - escape_size);
    }
    mended_.clear();
    json::append_mended(mended_, { joined_ });
    return { mended_ };
}

json::RawString SurrogateJoiner::flush()
{
    if (held_.empty())
        return {};
    held_.clear();
    return { "\\ufffd" };
}

} // namespace dragoman::translate
