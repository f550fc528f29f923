// Which of an upstream's keys a request takes, and which keys rest because the upstream refused or limited
// them for a target: what one model's limit is says nothing about another model.
//
// A session is dealt one key by a digest of its name, in proportion to the weights, and keeps it: prompt
// caches and the signatures of thoughts belong to an account. While its key rests it takes the next in its
// own order, which is different for every session, so that a key that fails does not push everybody onto one
// other. Nothing is kept of sessions. Thread-safe; a key is known by its digest only.
#pragma once

#include "base/clock.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

namespace dragoman::route {

class KeyRests {
public:
    struct Key {
        std::string_view value; // hashed, never kept
        int weight = 1;
    };

    enum class Cause : std::uint8_t {
        limited,
        used_up, // for hours or days
        refused,
        no_credit,
        forbidden,
    };
    struct Rest {
        TimePoint until {};
        Cause cause = Cause::limited;
    };

    // The position of the key to take; nullopt when all of them rest (or there is none).
    std::optional<std::size_t> choose(
        std::string_view target, std::span<const Key> keys, std::string_view session, TimePoint now) const;

    // The upstream limited (429) this key, refused it (401, 403) or wants money (402).
    void rest(std::string_view target, std::string_view key, TimePoint until, Cause cause = Cause::limited);

    // Of the key that may be used again first; nullopt: one of them may be used now.
    std::optional<Rest> shortest(std::string_view target, std::span<const Key> keys, TimePoint now) const;
    std::optional<TimePoint> until(std::string_view target, std::span<const Key> keys, TimePoint now) const
    {
        const auto rest = shortest(target, keys, now);
        return rest ? std::optional(rest->until) : std::nullopt;
    }

private:
    static std::uint64_t digest(std::string_view target, std::string_view key);
    bool rests(std::uint64_t key, TimePoint now) const;

    mutable std::mutex mutex_;
    mutable std::map<std::uint64_t, Rest> resting_;
};

} // namespace dragoman::route
