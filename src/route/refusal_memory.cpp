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

Sha256 RefusalMemory::key(std::string_view target, std::string_view body)
{
    // Two digests instead of one long text: a 32 MiB body is not copied, and no target can pass for a body.
    const Sha256 of_target = sha256(target);
    const Sha256 of_body = sha256(body);
    std::string both;
    both.append(reinterpret_cast<const char*>(of_target.data()), of_target.size());
    both.append(reinterpret_cast<const char*>(of_body.data()), of_body.size());
    return sha256(both);
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

void RefusalMemory::remember(const Sha256& key, const Error& error, TimePoint now)
{
    const bool refused = error.kind == Error::Kind::bad_request
        && (error.upstream_status == 400 || error.upstream_status == 422);
    if (!refused)
        return;
    Shard& home = shard(key);
    std::lock_guard lock(home.mutex);
    home.entries.insert_or_assign(key, Entry { error, now + lifetime_ });
    home.order.emplace_back(now + lifetime_, key);
    drop_old(home, now, entries_per_shard_);
}

std::optional<Error> RefusalMemory::find(const Sha256& key, TimePoint now)
{
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
