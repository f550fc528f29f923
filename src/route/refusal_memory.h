// What an upstream refused a moment ago, so that the same bytes need not be refused again.
//
// A client that gets an unexplained 400 repeats the request up to six times with small changes that mostly
// translate to the same upstream bytes. The refusal is kept for limits::refusal_memory under the digest of
// what was sent and given again without asking. Only 400 and 422 are kept: everything else may be different a
// moment later. A body is digested only while one of its length is remembered: most never are. Thread-safe,
// bounded; the caller says what time it is.
#pragma once

#include "base/clock.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/limits.h"

#include <array>
#include <atomic>
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

    struct Sent {
        std::string_view url; // the upstream's
        std::string_view account; // what tells its accounts apart
        std::string_view body;
    };

    // Keeps `error` if its upstream_status is 400 or 422; everything else is ignored.
    void remember(const Sent& sent, const Error& error, TimePoint now);

    std::optional<Error> find(const Sent& sent, TimePoint now);

    // False: no body of that length is remembered.
    bool may_know(std::size_t body_size, TimePoint now);

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
    static constexpr std::size_t length_count = 1024;

    static Sha256 digest(const Sent& sent);
    std::atomic<TimePoint>& remembered_until(std::size_t body_size);
    Shard& shard(const Sha256& key) { return shards_[key[0] % shard_count]; }
    static void drop_old(Shard& shard, TimePoint now, std::size_t entries_max);

    Clock::duration lifetime_;
    std::size_t entries_per_shard_;
    std::array<Shard, shard_count> shards_ {};
    std::array<std::atomic<TimePoint>, length_count>
        remembered_until_ {}; // bodies of a length, or of several
};

} // namespace dragoman::route
