#include "translate/closing_tag.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace dragoman::translate {

namespace {

constexpr std::array<std::string_view, 2> tags { "</think>", "</mm:think>" };

// How much of the end of `text` is a tag, or the beginning of one.
std::size_t size_at_the_end(std::string_view text)
{
    std::size_t longest = 0;
    for (std::string_view tag : tags) {
        std::size_t size = std::min(text.size(), tag.size());
        while (size > longest && !text.ends_with(tag.substr(0, size)))
            --size;
        longest = std::max(longest, size);
    }
    return longest;
}

} // namespace

json::RawString ClosingTag::feed(json::RawString delta)
{
    if (held_.empty() && size_at_the_end(delta.escaped) == 0)
        return delta;
    shown_ = std::exchange(held_, {}).append(delta.escaped);
    const std::size_t sure = shown_.size() - size_at_the_end(shown_);
    held_ = shown_.substr(sure);
    shown_.resize(sure);
    return { shown_ };
}

std::string ClosingTag::flush()
{
    std::string rest = std::exchange(held_, {});
    return std::ranges::find(tags, rest) == tags.end() ? rest : std::string {};
}

} // namespace dragoman::translate
