#include "route/refusal_memory.h"

#include <cstring>
#include <string>

namespace dragoman::route {

RefusalMemory::RefusalMemory(Clock::duration lifetime, std::size_t entries_max)
    : lifetime_(lifetime)
    , entries_per_shard_(entries_max / shard_count + 1)
{
}

std::size_t RefusalMemory::KeyHash::operator()(const Sha256& key) const
{
    std::size_t hash; // any eight bytes of a digest are as good as the others
    std::memcpy(&hash, key.data() + 8, sizeof hash);
    return hash;
}

Sha256 RefusalMemory::digest(const Sent& sent)
{
    // A digest of digests: a 32 MiB body is not copied, and no URL can pass for a part of a body.
    std::string all;
    for (std::string_view part : { sent.url, sent.account, sent.body }) {
        const Sha256 of_part = sha256(part);
        all.append(reinterpret_cast<const char*>(of_part.data()), of_part.size());
    }
    return sha256(all);
}

std::atomic<TimePoint>& RefusalMemory::remembered_until(std::size_t body_size)
{
    return remembered_until_[body_size % length_count];
}

bool RefusalMemory::may_know(std::size_t body_size, TimePoint now)
{
    return now < remembered_until(body_size).load(std::memory_order_relaxed);
}

void RefusalMemory::drop_old(Shard& shard, TimePoint now, std::size_t entries_max)
{
    while (!shard.order.empty() && (shard.order.front().first <= now || shard.entries.size() > entries_max)) {
        auto found = shard.entries.find(shard.order.front().second);
        // A key that was remembered again stands in the queue twice; only its last place counts.
        if (found != shard.entries.end() && found->second.expires == shard.order.front().first)
            shard.entries.erase(found);
        shard.order.pop_front();
    }
}

void RefusalMemory::remember(const Sent& sent, const Error& error, TimePoint now)
{
    const bool refused = error.kind == Error::Kind::bad_request
        && (error.upstream_status == 400 || error.upstream_status == 422);
    if (!refused)
        return;
    const Sha256 key = digest(sent);
    remembered_until(sent.body.size()).store(now + lifetime_, std::memory_order_relaxed);
    Shard& home = shard(key);
    std::lock_guard lock(home.mutex);
    home.entries.insert_or_assign(key, Entry { error, now + lifetime_ });
    home.order.emplace_back(now + lifetime_, key);
    drop_old(home, now, entries_per_shard_);
}

std::optional<Error> RefusalMemory::find(const Sent& sent, TimePoint now)
{
    if (!may_know(sent.body.size(), now))
        return std::nullopt;
    const Sha256 key = digest(sent);
    Shard& home = shard(key);
    std::lock_guard lock(home.mutex);
    drop_old(home, now, entries_per_shard_);
    auto found = home.entries.find(key);
    return found == home.entries.end() ? std::nullopt : std::optional(found->second.error);
}

std::size_t RefusalMemory::size() const
{
    std::size_t count = 0;
    for (const Shard& each : shards_) {
        std::lock_guard lock(each.mutex);
        count += each.entries.size();
    }
    return count;
}

} // namespace dragoman::route
