#include "route/key_rests.h"

#include "base/encoding.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace dragoman::route {
namespace {

constexpr std::size_t entries_max = 4096;

std::uint64_t number_of(const Sha256& digest)
{
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i)
        number = number << 8U | digest[i];
    return number;
}

// Weighted rendezvous hashing: the largest score wins, in proportion to the weights, and a key that comes or
// goes moves no session between the others. Thaler and Ravishankar, "Using name-based mappings to increase
// hit rates", 1998.
double score(std::uint64_t key, std::string_view session, int weight)
{
    std::string text = std::to_string(key);
    text.append(1, '\n').append(session);
    const double unit = (static_cast<double>(number_of(sha256(text)) >> 11U) + 0.5) * 0x1p-53;
    return -static_cast<double>(weight) / std::log(unit);
}

} // namespace

std::uint64_t KeyRests::digest(std::string_view target, std::string_view key)
{
    std::string text(target);
    text.append(1, '\n').append(key);
    return number_of(sha256(text));
}

bool KeyRests::rests(std::uint64_t key, TimePoint now) const
{
    const auto found = resting_.find(key);
    if (found == resting_.end())
        return false;
    if (now < found->second.until)
        return true;
    resting_.erase(found);
    return false;
}

std::optional<std::size_t> KeyRests::choose(
    std::string_view target, std::span<const Key> keys, std::string_view session, TimePoint now) const
{
    const std::lock_guard lock(mutex_);
    if (keys.size() == 1) // The usual case costs no digest.
        return resting_.empty() || !rests(digest(target, keys[0].value), now) ? std::optional<std::size_t>(0)
                                                                              : std::nullopt;
    std::optional<std::size_t> best;
    double most = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (rests(digest(target, keys[i].value), now))
            continue;
        const double own = score(digest({}, keys[i].value), session, keys[i].weight);
        if (!best || own > most) {
            best = i;
            most = own;
        }
    }
    return best;
}

void KeyRests::rest(std::string_view target, std::string_view key, TimePoint until, Cause cause)
{
    const std::lock_guard lock(mutex_);
    if (resting_.size() >= entries_max)
        resting_.clear(); // somebody makes up names; the next refusal says it again
    Rest& entry = resting_[digest(target, key)];
    if (entry.until <= until)
        entry = { .until = until, .cause = cause };
}

std::optional<KeyRests::Rest> KeyRests::shortest(
    std::string_view target, std::span<const Key> keys, TimePoint now) const
{
    const std::lock_guard lock(mutex_);
    std::optional<Rest> first;
    for (const Key& key : keys) {
        const std::uint64_t own = digest(target, key.value);
        if (!rests(own, now))
            return std::nullopt;
        const Rest& rest = resting_[own];
        if (!first || rest.until < first->until)
            first = rest;
    }
    return first;
}

} // namespace dragoman::route
