// What an upstream refused a moment ago, so that the same bytes need not be refused again.
//
// A client that gets an unexplained 400 repeats the request up to six times with small changes that mostly
// translate to the same upstream bytes. The refusal is kept for limits::refusal_memory under the digest of
// target and body and given again without asking. Only 400 and 422 are kept: everything else may be different
// a moment later. Thread-safe, bounded; the caller says what time it is.
#pragma once

#include "base/clock.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/limits.h"

#include <array>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace dragoman::route {

class RefusalMemory {
public:
    explicit RefusalMemory(Clock::duration lifetime = limits::refusal_memory, std::size_t entries_max = 1024);

    // Digest of what is sent. `target` is the upstream's address together with what distinguishes its
    // account.
    static Sha256 key(std::string_view target, std::string_view body);

    // Keeps `error` if its upstream_status is 400 or 422; everything else is ignored.
    void remember(const Sha256& key, const Error& error, TimePoint now);

    std::optional<Error> find(const Sha256& key, TimePoint now);

    std::size_t size() const; // entries kept, expired ones included until they are met

private:
    struct KeyHash {
        std::size_t operator()(const Sha256& key) const;
    };
    struct Entry {
        Error error;
        TimePoint expires;
    };
    struct Shard {
        mutable std::mutex mutex {};
        std::unordered_map<Sha256, Entry, KeyHash> entries {};
        std::deque<std::pair<TimePoint, Sha256>> order {}; // of expiry
    };
    static constexpr std::size_t shard_count = 16;

    Shard& shard(const Sha256& key) { return shards_[key[0] % shard_count]; }
    static void drop_old(Shard& shard, TimePoint now, std::size_t entries_max);

    Clock::duration lifetime_;
    std::size_t entries_per_shard_;
    std::array<Shard, shard_count> shards_ {};
};

} // namespace dragoman::route
