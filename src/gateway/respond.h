// Error to answer: the only place where one becomes the other. Before the status was sent it is an HTTP
// answer with Anthropic's error body, afterwards the last event of the stream.
#pragma once

#include "base/error.h"
#include "net/exchange_io.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::gateway {

using OwnedFields = std::vector<std::pair<std::string, std::string>>;

net::Refusal render(const Error& error, std::string_view request_id);

// A JSON answer that is not an error.
net::Refusal render_json(int status, std::string body, std::string_view request_id);

net::Task<Result<void>> send(net::ResponseWriter& response, const net::Refusal& answer);

std::vector<net::Field> views(const OwnedFields& fields);

inline constexpr std::string_view ping_event = "event: ping\ndata: {\"type\":\"ping\"}\n\n";

} // namespace dragoman::gateway
