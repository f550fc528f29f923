// Keeps the upstreams' model lists fresh: from the disk at once, from the upstream in the background, and to
// the disk again. No request ever waits for it; without it everything works, with less knowledge.
#pragma once

#include "gateway/shared.h"
#include "net/server.h"

namespace dragoman::gateway {

// What the disk still knows. Silent about a missing file; a broken one is set aside and said so.
void load_cached_catalogues(Shared& shared);

// Begins to fetch each once. Failures are logged and change nothing.
net::Task<void> fetch_catalogues(Shared& shared, net::Upstream& upstream);

// Fetches now and then for ever, what is missing more often; for one worker.
net::Task<void> keep_catalogues(Shared& shared, net::Upstream& upstream);

} // namespace dragoman::gateway
