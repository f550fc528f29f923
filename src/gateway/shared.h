// What all workers share: the configuration that is in force, what was learned, and nothing on the path of an
// event. Every member may be used from any thread.
#pragma once

#include "base/clock.h"
#include "base/published.h"
#include "base/randomness.h"
#include "config/snapshot.h"
#include "gateway/capture.h"
#include "gateway/catalogues.h"
#include "gateway/limiter.h"
#include "gateway/metrics.h"
#include "gateway/occupancy.h"
#include "gateway/sampling.h"
#include "gateway/sessions.h"
#include "route/breakers.h"
#include "route/key_rests.h"
#include "route/learned_facts.h"
#include "route/refusal_memory.h"
#include "tokens/calibration.h"
#include "tokens/count_memory.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace dragoman::gateway {

// The upstreams' model lists, each replaced whole when a newer one arrives. Never null.
class CatalogueHolder {
public:
    std::shared_ptr<const Catalogues> get() const { return current_.get(); }
    const Published<Catalogues>& published() const { return current_; } // for who reads it often
    void set(std::string_view upstream, Catalogues::List list)
    {
        const std::scoped_lock lock(setting_);
        current_.replace(std::make_shared<const Catalogues>(current_.get()->with(upstream, std::move(list))));
    }
    // The first attempt to fetch the first upstream's is over, however it ended: nobody need wait any more.
    void settle() { tried_ = true; }
    bool settled() const { return tried_; }

private:
    std::mutex setting_;
    Published<Catalogues> current_ { std::make_shared<const Catalogues>() };
    std::atomic<bool> tried_ = false;
};

struct Shared {
    config::Live& live;
    std::string version;
    bool warms_up = false; // ServiceOptions
    Secret instance_token {}; // of this process: valid as a client token, and for what is nobody else's
    TimePoint started = Clock::now();
    WallClock::time_point started_at = WallClock::now();
    std::string metrics_url {}; // where Prometheus finds the figures; empty: nowhere
    CatalogueHolder catalogues {};
    route::Breakers breakers { random_share };
    route::KeyRests key_rests {};
    Occupancy occupancy {};
    Limiter limiter {};
    tokens::Calibration calibration {};
    tokens::CountMemory counted_parts {};
    Sampling sampling {};
    route::RefusalMemory refusals {};
    route::LearnedMemory learned {}; // of upstreams and models
    route::LearnedMemory learned_in_sessions { 4096 }; // what holds for one conversation; never on disk
    Captures captures {};
    Metrics metrics {};
    Sessions sessions {};
    std::atomic<bool> cut_off = false; // the service ends at once: it, and no client, breaks answers off
    std::atomic<bool> reread_keys = false; // an upstream refused its key: look at the key files again
};

} // namespace dragoman::gateway
