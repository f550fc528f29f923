// POST /v1/messages/count_tokens, answered here: no upstream is asked, nothing is billed. Long texts
// that were not counted before are counted on a background thread, so that no other request waits.
#pragma once

#include "gateway/worker.h"
#include "route/model_facts.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dragoman::gateway {

net::Task<net::Refusal> count_tokens(Worker& worker, net::ClientRequest& request);

// Counts `body` in the background and compares with what the upstream billed for it.
void learn_in_background(Shared& shared, route::Target target, std::uint64_t billed_tokens, std::string body);

} // namespace dragoman::gateway
