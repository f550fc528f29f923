// How each upstream is doing: what rests, and for how long. For GET /api/status.
#pragma once

#include "base/clock.h"
#include "config/config.h"
#include "gateway/metrics.h"
#include "gateway/status_report.h"
#include "route/breakers.h"
#include "route/key_rests.h"

#include <vector>

namespace dragoman::gateway {

// One for each upstream of the configuration. Of keys those are told that rest for a target which the
// configuration names or `figures` have: keys are known by digests only.
std::vector<UpstreamState> upstream_states(const config::Config& config, const route::Breakers& breakers,
    const route::KeyRests& rests, const MetricsSnapshot& figures, TimePoint now);

} // namespace dragoman::gateway
