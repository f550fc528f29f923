// What all workers share: the configuration that is in force, what was learned, and nothing on the path of an
// event. Every member may be used from any thread.
#pragma once

#include "base/clock.h"
#include "base/published.h"
#include "config/snapshot.h"
#include "gateway/capture.h"
#include "gateway/metrics.h"
#include "gateway/sampling.h"
#include "gateway/sessions.h"
#include "route/catalogue.h"
#include "route/refusal_memory.h"
#include "tokens/calibration.h"
#include "tokens/count_memory.h"

#include <atomic>
#include <memory>
#include <string>

namespace dragoman::gateway {

// The upstream's model list, replaced whole when a newer one arrives. Never null; empty() until the first
// one.
class CatalogueHolder {
public:
    std::shared_ptr<const route::Catalogue> get() const { return current_.get(); }
    const Published<route::Catalogue>& published() const { return current_; } // for who reads it often
    void set(std::shared_ptr<const route::Catalogue> catalogue)
    {
        current_.replace(std::move(catalogue));
        tried_ = true;
    }
    // The first attempt to fetch one is over, however it ended: nobody need wait any more.
    void give_up_waiting() { tried_ = true; }
    bool settled() const { return tried_; }

private:
    Published<route::Catalogue> current_ { std::make_shared<const route::Catalogue>() };
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
    CatalogueHolder catalogue {};
    tokens::Calibration calibration {};
    tokens::CountMemory counted_parts {};
    Sampling sampling {};
    route::RefusalMemory refusals {};
    Captures captures {};
    Metrics metrics {};
    Sessions sessions {};
    std::atomic<bool> cut_off = false; // the service ends at once: it, and no client, breaks answers off
    std::atomic<bool> reread_keys = false; // an upstream refused its key: look at the key files again
};

} // namespace dragoman::gateway
