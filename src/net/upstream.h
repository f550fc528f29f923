// The upstream's end of an exchange: requests out, answers in piece by piece.
//
// Everything here belongs to one worker and runs on its thread. Cancellation is destruction: a coroutine that
// is dropped inside send() or read_some(), or an answer that is destroyed unread, closes the upstream's
// connection at once. A request is sent a second time only when a kept-alive connection turned out to be
// closed before the first byte of an answer, and then on a new connection. Redirects are reported, never
// followed; 1xx are skipped.
#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/result.h"
#include "net/arrivals.h"
#include "net/exchange_io.h"
#include "net/task.h"
#include "net/url.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace dragoman::net {

class Trust;
class Proxies;

// Borrows everything until send() resolves. Host, Content-Length, Accept-Encoding: identity and Connection
// are added; a body is sent exactly as its pieces, one after the other.
struct UpstreamRequest {
    const Origin& origin;
    std::string_view method = "POST";
    std::string_view target; // path and query
    std::span<const Field> fields {};
    std::span<const std::string_view> body {};
    Clock::duration connect_time = limits::connect_time; // an address, TLS included
};

// The answer as it arrives. Status and fields are there from the beginning.
class UpstreamAnswer {
public:
    virtual ~UpstreamAnswer() = default;
    virtual int status() const = 0;
    virtual std::span<const Field> fields() const = 0; // valid as long as the answer
    std::string_view field(std::string_view name) const; // the first of that name, or empty

    // The next decoded bytes, valid until the next call. Empty: the answer is complete, and the connection
    // serves somebody else from now on. An end that is not one is an Error for which ended_early() is true.
    Task<Result<std::string_view>> read_some();

    // The same in two steps, without a coroutine for each piece: what is there already, and if that is
    // nothing (nullopt), waiting for more. What read_now() gives is valid until either is called. After an
    // arrival() that is false, early_end() says what that means.
    virtual Result<std::optional<std::string_view>> read_now() = 0;
    virtual Arrivals::Arrival arrival() = 0;
    virtual Error early_end() const = 0;
    virtual void prefetch() const = 0; // for read_now(): base/prefetch.h

    virtual void forget_fields() = 0; // a long answer needs them no more
    virtual bool has_arrived() const = 0; // all of it: the connection serves somebody else already
    virtual std::uint64_t body_bytes() const = 0; // read so far, as they were on the wire
    virtual bool connection_was_reused() const = 0;
};

// True for the error of an answer that was cut: closed, reset, or short of its length.
bool ended_early(const Error& error);

// The whole body, or an upstream_protocol error when it is longer than `bytes_max`.
Task<Result<std::string>> read_all(UpstreamAnswer& answer, std::size_t bytes_max);

class Upstream {
public:
    virtual ~Upstream() = default;

    // Resolves when the answer's head has arrived, whatever its status.
    virtual Task<Result<std::unique_ptr<UpstreamAnswer>>> send(const UpstreamRequest& request) = 0;

    // Opens a connection for the next request unless one is there or on its way. Nothing is sent, and a
    // failure is not a word: the request itself will say it.
    virtual Task<void> warm_up(Origin origin, Clock::duration connect_time) = 0;
};

} // namespace dragoman::net
