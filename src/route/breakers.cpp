#include "route/breakers.h"

#include <algorithm>
#include <chrono>

namespace dragoman::route {
namespace {

constexpr std::size_t entries_max = 4096;

} // namespace

Breakers::Leave Breakers::ask(std::string_view target, TimePoint now)
{
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(target);
    if (found == entries_.end() || !found->second.open)
        return Leave::go;
    Entry& entry = found->second;
    if (now < entry.rests_until || entry.probing)
        return Leave::rests;
    entry.probing = true;
    return Leave::probe;
}

// One more failure, and it rests again.
void Breakers::answers(std::string_view target)
{
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(target);
    if (found == entries_.end())
        return;
    found->second.open = false;
    found->second.probing = false;
}

void Breakers::succeeded(std::string_view target)
{
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(target);
    if (found != entries_.end())
        entries_.erase(found);
    failing_.store(entries_.size(), std::memory_order_relaxed);
}

void Breakers::failed(std::string_view target, const Policy& policy, TimePoint now, bool probed)
{
    if (policy.failures <= 0)
        return;
    const std::lock_guard lock(mutex_);
    auto found = entries_.find(target);
    if (found == entries_.end() && entries_.size() >= entries_max)
        return; // somebody makes up names
    if (found == entries_.end())
        found = entries_.emplace(target, Entry {}).first;
    failing_.store(entries_.size(), std::memory_order_relaxed);
    Entry& entry = found->second;
    ++entry.failures;
    if (probed)
        entry.probing = false;
    if (entry.failures < policy.failures || (entry.open && !probed))
        return;
    entry.open = true;
    entry.rests_until = now + drawn_out(policy.rest);
}

Clock::duration Breakers::drawn_out(Clock::duration rest) const
{
    if (chance_ == nullptr)
        return rest;
    return rest
        + std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(rest) * longer_by * chance_());
}

void Breakers::let_go(std::string_view target)
{
    const std::lock_guard lock(mutex_);
    if (const auto found = entries_.find(target); found != entries_.end())
        found->second.probing = false;
}

Breakers::State Breakers::state_of(const Entry& entry, TimePoint now)
{
    if (!entry.open)
        return State::closed;
    return now < entry.rests_until ? State::open : State::half_open;
}

Breakers::State Breakers::state(std::string_view target, TimePoint now) const
{
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(target);
    return found == entries_.end() ? State::closed : state_of(found->second, now);
}

Clock::duration Breakers::rest_left(std::string_view target, TimePoint now) const
{
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(target);
    if (found == entries_.end() || !found->second.open)
        return {};
    return std::max(Clock::duration {}, found->second.rests_until - now);
}

std::vector<Breakers::Report> Breakers::report(TimePoint now) const
{
    const std::lock_guard lock(mutex_);
    std::vector<Report> all;
    for (const auto& [target, entry] : entries_)
        all.push_back({ target, state_of(entry, now), entry.failures });
    return all;
}

std::string_view name_of(Breakers::State state)
{
    switch (state) {
    case Breakers::State::closed:
        return "closed";
    case Breakers::State::open:
        return "open";
    case Breakers::State::half_open:
        return "half-open";
    }
    return {};
}

} // namespace dragoman::route
