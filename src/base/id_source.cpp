#include "base/id_source.h"

#include "base/randomness.h"

#include <algorithm>
#include <span>

namespace dragoman {

std::string RandomIds::next(std::size_t characters)
{
    static constexpr std::string_view base62 =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    constexpr std::size_t prefix_max = 16; // which with_prefix() puts in front, without new memory
    std::string id;
    id.reserve(characters + prefix_max);
    id.resize(characters);
    for (std::span<char> rest = id; !rest.empty();) {
        if (used_ == bytes_.size()) {
            fill_with_random_bytes(bytes_);
            used_ = 0;
        }
        const auto fresh =
            std::span(bytes_).subspan(used_).first(std::min(rest.size(), bytes_.size() - used_));
        // 256 is no multiple of 62: the first eight characters come up slightly more often, which ids can
        // bear.
        std::ranges::transform(
            fresh, rest.begin(), [](unsigned char byte) { return base62[byte % base62.size()]; });
        std::ranges::fill(fresh, 0); // An id may be a secret: nothing is left of it.
        used_ += fresh.size();
        rest = rest.subspan(fresh.size());
    }
    return id;
}

std::string CountingIds::next(std::size_t characters)
{
    std::string digits = std::to_string(++count_);
    if (digits.size() < characters)
        digits.insert(0, characters - digits.size(), '0');
    return digits;
}

} // namespace dragoman
