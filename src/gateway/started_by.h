// What this process was handed by the one who started it: a service manager to report to, sockets to listen
// on.
#pragma once

#include "config/load.h"
#include "gateway/service_manager.h"
#include "net/given_sockets.h"

#include <vector>

namespace dragoman::gateway {

struct StartedBy {
    ServiceManager manager {};
    std::vector<net::GivenSocket> sockets {};
};

// Takes it over, and out of our environment, where it is no business of our children. The addresses of given
// sockets count instead of the settings, also for whether client tokens are needed: `sources` says so from
// then on. On failure the manager has been told. Only while no other thread runs.
Result<StartedBy> take_over(config::Sources& sources);

} // namespace dragoman::gateway
