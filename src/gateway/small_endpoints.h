// The endpoints that need no upstream: health, models, and what clients call in passing.
#pragma once

#include "gateway/worker.h"

#include <string_view>

namespace dragoman::gateway {

net::Refusal health(Worker& worker);
net::Refusal hello(Worker& worker, std::string_view target);
net::Refusal event_logging(Worker& worker);
net::Refusal status(Worker& worker);
// `target` may name a model ("?model=claude-opus-4-8"): then also who would answer to that name now.
net::Refusal session(Worker& worker, std::string_view id, std::string_view target);

// To Claude Code's picker only what is meant for it.
// Both wait up to two seconds for the first catalogue, which clients ask for while dragoman is still
// starting.
net::Task<net::Refusal> models(Worker& worker, const net::RequestHead& head);
net::Task<net::Refusal> model(Worker& worker, std::string_view path_tail);

} // namespace dragoman::gateway
