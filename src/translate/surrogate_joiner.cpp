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
    if (!kept_)
        return delta;
    auto& [held, joined, mended] = *kept_;
    joined.assign(held).append(delta.escaped);
    held.clear();
    if (ends_with_high_half(joined)) {
        held = joined.substr(joined.size() - escape_size);
        joined.resize(joined.size() - escape_size);
    }
    mended.clear();
    json::append_mended(mended, { joined });
    return { mended };
}

json::RawString SurrogateJoiner::flush()
{
    if (!holding())
        return {};
    kept_->held.clear();
    return { "\\ufffd" };
}

} // namespace dragoman::translate
