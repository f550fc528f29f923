// The endpoints that need no upstream: health, models, and what clients call in passing.
#pragma once

#include "gateway/worker.h"

#include <string_view>

namespace dragoman::gateway {

net::Task<void> answer_health(Worker& worker, net::ResponseWriter& response);
net::Task<void> answer_hello(Worker& worker, net::ResponseWriter& response);
net::Task<void> answer_event_logging(Worker& worker, net::ResponseWriter& response);

// Both wait up to two seconds for the first catalogue, which clients ask for while dragoman is still
// starting.
net::Task<void> answer_models(Worker& worker, net::ResponseWriter& response);
net::Task<void> answer_model(Worker& worker, std::string_view path_tail, net::ResponseWriter& response);

} // namespace dragoman::gateway
