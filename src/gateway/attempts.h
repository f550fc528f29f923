// What was tried for one request, and what may still be.
//
// The next target is asked when one failed by itself and nothing of its answer has gone to the client; a
// key that was refused or limited is exchanged for another of its pool first. Targets that rest, are full or
// have no key are passed over. Of several errors the client gets the one that it can do most about.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "gateway/occupancy.h"
#include "gateway/plan.h"
#include "gateway/shared.h"
#include "route/learned_facts.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::gateway {

class Attempts {
public:
    Attempts(Shared& shared, const config::Config& config)
        : shared_(shared)
        , config_(config)
    {
    }
    ~Attempts();
    Attempts(const Attempts&) = delete;
    Attempts& operator=(const Attempts&) = delete;

    // The next target that may be asked now; the error for the client when there is none left. `session`
    // keeps its key.
    Result<void> advance(const Plan& plan, std::string_view session, TimePoint now);

    // Of the target whose turn it is. Until the first advance() the configuration's first upstream, and a
    // target that says nothing.
    const Place& place() const { return place_; }
    const route::Target& target() const;
    const config::Upstream& upstream() const { return config_.upstreams[place_.upstream]; }
    const Secret& key() const; // empty when it needs none
    bool is_same_place() const { return same_place_; } // as before, only with another key
    bool has_others(const Plan& plan) const { return next_ < plan.size(); }

    // What was learned of the place counts for it from now on.
    void adapt(const route::LearnedFacts& learned);

    // The place is asked once more, for less.
    void mended(const Error& error, std::string_view how);

    void answers(); // a part of its answer has come
    void make_room() { seat_.give_back(); } // all of it has
    void succeeded();

    // Whether advance() may be asked again. `answered`: the client has a part of the answer.
    bool failed(const Plan& plan, const Error& error, bool answered, TimePoint now);

    const Error& error() const { return *error_; } // after a failure: for the client
    const std::string& tried() const { return tried_; } // "home/qwen3-coder 503, ..."
    int entries() const { return entries_; } // of it
    std::string name_in_figures() const; // of the target whose turn it is

private:
    std::optional<Error> keeps_away(const Place& place, const Plan& plan, std::string_view session,
        TimePoint now); // why this one is not asked
    Result<void> choose_key(const Place& place, bool must, std::string_view session, TimePoint now);
    void note(const Place& place, std::string_view outcome);
    void leave(const Place& place, std::string outcome);
    void count_fallbacks();
    void note_error(const Error& error);
    void note_breaker(const Error& error, TimePoint now);
    bool exchange_key(const Error& error, TimePoint now);
    void let_go();
    std::string name_of(const Place& place) const;
    std::string name_in_figures(const Place& place) const;

    // One that could not answer, while nobody else has been asked.
    struct Left {
        Place place {};
        std::string outcome {};
    };

    Shared& shared_;
    const config::Config& config_;
    Place place_ {};
    std::size_t key_ = 0;
    std::size_t next_ = 0; // position in the plan
    Occupancy::Seat seat_ {};
    bool same_place_ = false;
    std::size_t keys_tried_ = 0; // at this place
    bool probes_ = false; // of a breaker: its end must be told
    std::optional<std::uint64_t> window_ {}; // that was too small
    std::optional<Error> error_ {};
    std::string tried_ {};
    std::unique_ptr<std::vector<Left>> left_ {}; // null: none
    int entries_ = 0;
};

} // namespace dragoman::gateway
