#include "base/error.h"

namespace dragoman {

int http_status(const Error& error)
{
    switch (error.kind) {
    case Error::Kind::bad_request:
        return 400;
    case Error::Kind::unauthorized:
        return 401;
    case Error::Kind::billing:
        return 402;
    case Error::Kind::forbidden:
        return 403;
    case Error::Kind::not_found:
        return 404;
    case Error::Kind::method_not_allowed:
        return 405;
    case Error::Kind::conflict:
        return 409;
    case Error::Kind::too_large:
        return 413;
    case Error::Kind::unsupported_media:
        return 415;
    case Error::Kind::rate_limited:
        return 429;
    case Error::Kind::client_gone:
        return 499;
    case Error::Kind::internal:
        return 500;
    case Error::Kind::upstream_protocol:
    case Error::Kind::unreachable:
        return 502;
    // 500, 502 and 503 keep their number; the rest of the 5xx range means nothing to clients.
    case Error::Kind::upstream_failed:
        return error.upstream_status == 500 || error.upstream_status == 503 ? error.upstream_status : 502;
    case Error::Kind::timed_out:
        return 504;
    case Error::Kind::overloaded:
        return 529;
    }
    return 500;
}

std::string_view error_type(const Error& error)
{
    switch (error.kind) {
    case Error::Kind::bad_request:
    case Error::Kind::method_not_allowed:
    case Error::Kind::conflict:
    case Error::Kind::unsupported_media:
        return "invalid_request_error";
    case Error::Kind::unauthorized:
        return "authentication_error";
    case Error::Kind::billing:
        return "billing_error";
    case Error::Kind::forbidden:
        return "permission_error";
    case Error::Kind::not_found:
        return "not_found_error";
    case Error::Kind::too_large:
        return "request_too_large";
    case Error::Kind::rate_limited:
        return "rate_limit_error";
    case Error::Kind::overloaded:
        return "overloaded_error";
    case Error::Kind::timed_out:
        return "timeout_error";
    case Error::Kind::upstream_protocol:
    case Error::Kind::unreachable:
    case Error::Kind::upstream_failed:
    case Error::Kind::client_gone:
    case Error::Kind::internal:
        return "api_error";
    }
    return "api_error";
}

} // namespace dragoman
