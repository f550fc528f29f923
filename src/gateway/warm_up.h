// A connection to the upstream that is there before a request needs it: names, TCP and TLS are through.
#pragma once

#include "gateway/shared.h"
#include "net/server.h"

namespace dragoman::gateway {

// Without a word when it cannot be done. Nothing happens without a key, in the demonstration, and where
// ServiceOptions do not want it.
void warm_up(const Shared& shared, net::WorkerContext& context);

// The same when a worker starts, or the configuration has changed. Where the list of models is fetched then,
// its connection stays.
void warm_up_at_first(const Shared& shared, net::WorkerContext& context);

} // namespace dragoman::gateway
