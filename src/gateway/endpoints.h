// Which endpoint a method and a target mean. One table; every spelling that clients use of one path is one
// route, so that admission and handling can never disagree about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dragoman::gateway {

struct Route {
    enum class Endpoint : std::uint8_t {
        messages,
        count_tokens,
        models,
        model,
        health,
        hello,
        event_logging,
        status,
        session,
        metrics, // on a listener of its own
        unknown,
    };
    Endpoint endpoint = Endpoint::unknown;
    std::string_view allow {}; // methods, as the Allow field lists them; empty for unknown paths
    std::string model_id {}; // for Endpoint::model, as it stands in the path
    std::string session {}; // for Endpoint::session
    bool open = false; // needs no client token
    bool instance_only = false; // needs this instance's own token, even where clients need none
};

// `target` is the request's, path and query; an absolute URL has been cut to its path before.
// Understood beside the plain paths: /anthropic/v1/…, /api/v1/…, /v1/v1/…, doubled slashes, a slash at the
// end.
Route route_of(std::string_view target);

bool allows(const Route& route, std::string_view method);

} // namespace dragoman::gateway
