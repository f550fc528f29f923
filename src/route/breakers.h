// Targets that failed several times in a row rest for a while, so that nobody waits for them. Afterwards one
// request at a time may try; when it succeeds, all may.
//
// What counts as a failure is the caller's to say: the upstream's own (unreachable, 5xx, too late), never the
// client's. A rest is a little longer than asked for, by chance, so that many who lost the same upstream at
// the same moment do not come back to it together. Thread-safe and bounded.
#pragma once

#include "base/clock.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::route {

class Breakers {
public:
    struct Policy {
        int failures = 5; // in a row; 0: never rests
        Clock::duration rest {};
    };
    enum class State : std::uint8_t { closed, open, half_open };
    enum class Leave : std::uint8_t {
        go,
        probe, // the one request that may try; its end must be told
        rests,
    };

    using Chance = double (*)(); // from 0 to below 1
    static constexpr double longer_by = 0.1; // of a rest, at most

    Breakers() = default; // every rest is as long as asked for
    explicit Breakers(Chance chance)
        : chance_(chance)
    {
    }

    Leave ask(std::string_view target, TimePoint now);

    void answers(std::string_view target); // the probe's answer has begun: others need not wait for its end
    void succeeded(std::string_view target);
    // `probed`: it was the probe. What others began before says nothing of a target that rests already.
    void failed(std::string_view target, const Policy& policy, TimePoint now, bool probed = false);
    void let_go(std::string_view target); // a probe that ended without saying anything: the client left

    // Nothing has failed since it last succeeded: nobody need ask. Costs no lock.
    bool all_well() const { return failing_.load(std::memory_order_relaxed) == 0; }

    State state(std::string_view target, TimePoint now) const;
    Clock::duration rest_left(std::string_view target, TimePoint now) const; // zero: somebody may try

    struct Report {
        std::string target;
        State state;
        int failures;
    };
    std::vector<Report> report(TimePoint now) const; // of those that ever failed and have not succeeded since

private:
    struct Entry {
        int failures = 0; // in a row
        TimePoint rests_until {};
        bool open = false;
        bool probing = false;
    };
    static State state_of(const Entry& entry, TimePoint now);

    Clock::duration drawn_out(Clock::duration rest) const;

    Chance chance_ = nullptr;
    mutable std::mutex mutex_;
    std::atomic<std::size_t> failing_ = 0; // entries_.size()
    std::map<std::string, Entry, std::less<>> entries_;
};

std::string_view name_of(Breakers::State state);

} // namespace dragoman::route
