// What can go wrong, in dragoman's own words rather than any library's.
//
// An Error answers the three questions every caller has: whose fault is it (source), what does the
// client get to see (kind), and is it worth trying again (retry). gateway/respond.cpp is the only place
// that turns an Error into an answer. https://docs.anthropic.com/en/api/errors
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dragoman {

struct Error {
    enum class Kind : std::uint8_t {
        bad_request, // 400 invalid_request_error
        unauthorized, // 401 authentication_error
        billing, // 402 billing_error
        forbidden, // 403 permission_error
        not_found, // 404 not_found_error
        method_not_allowed, // 405 invalid_request_error
        conflict, // 409 invalid_request_error
        unsupported_media, // 415 invalid_request_error
        too_large, // 413 request_too_large
        rate_limited, // 429 rate_limit_error
        overloaded, // 529 overloaded_error
        upstream_protocol, // 502 api_error: the upstream sent something we cannot understand
        unreachable, // 502 api_error: no connection to the upstream
        upstream_failed, // the upstream's own 5xx, else 502; api_error
        timed_out, // 504 timeout_error
        client_gone, // 499 in the log; nobody is left to read an answer
        internal, // 500 api_error
    };
    enum class Source : std::uint8_t { client, upstream, self };
    enum class Retry : std::uint8_t { never, if_connection_was_reused, same_target_later, next_target };

    Kind kind = Kind::internal;
    Source source = Source::self;
    Retry retry = Retry::never;
    std::string message {}; // shown to the client; never holds a key or a prompt
    std::optional<int> retry_after_s {}; // whole seconds, the only form that clients read
    std::optional<bool> should_retry {}; // x-should-retry, when dragoman knows better than the status
    bool quotes_upstream = false; // the message may repeat what a prompt said: it is not for the log
    std::optional<int> limited_for_s {}; // of a limit, if that was said; 0: waiting does not help
    int upstream_status = 0; // 0: the upstream never answered
    // The upstream's whole answer where something could mend the request, else null; never shown.
    std::shared_ptr<const std::string> refusal {};

    static Error bad_request(std::string message)
    {
        return { .kind = Kind::bad_request, .source = Source::client, .message = std::move(message) };
    }
    static Error upstream_protocol(std::string message)
    {
        return { .kind = Kind::upstream_protocol, .source = Source::upstream, .message = std::move(message) };
    }
    static Error unreachable(std::string message)
    {
        return { .kind = Kind::unreachable, .source = Source::upstream, .message = std::move(message) };
    }
    static Error timed_out(std::string message)
    {
        return { .kind = Kind::timed_out, .source = Source::upstream, .message = std::move(message) };
    }
    static Error client_gone()
    {
        return { .kind = Kind::client_gone, .source = Source::client, .message = "the client went away" };
    }
    static Error internal(std::string message) { return { .message = std::move(message) }; }
};

// Every Result in every frame that waits has room for one.
static_assert(sizeof(void*) != 8 || sizeof(Error) <= sizeof(std::string) + 48);

// The HTTP status the client sees for `error` before anything was committed.
int http_status(const Error& error);

// The `error.type` of Anthropic's error body.
std::string_view error_type(const Error& error);

} // namespace dragoman
