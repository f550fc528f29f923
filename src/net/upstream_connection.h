// One connection to an upstream or a proxy, plain or TLS: bytes out, bytes in. Closed when it is destroyed.
#pragma once

#include "base/result.h"
#include "net/arrivals.h"
#include "net/trust.h"
#include "net/url.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace dragoman::net {

class UpstreamConnection {
public:
    enum class Read : std::uint8_t { data, end, broken, nothing }; // yet

    virtual ~UpstreamConnection() = default;

    // False: the other side does not take any more.
    virtual Task<bool> write(std::span<const std::string_view> pieces) = 0;

    // Appends what is there to `in`, without waiting. Over TLS an end that was not announced counts as
    // broken: anybody can forge it.
    virtual Read read_now() = 0;
    virtual Arrivals::Arrival
    arrival() = 0; // there may be more to read; false: closed, or the wait was cancelled
    Task<Read> read_more(); // waits for it

    virtual Socket& socket() = 0;

    virtual void rest() { } // until the next request
    virtual bool is_quiet(); // open, and nothing to be read: fit for another request

    std::string in; // arrived, not yet used
    Origin origin; // whose requests it may take, perhaps through a proxy
    std::chrono::seconds idle_since {}; // of CLOCK_BOOTTIME, which goes on while the machine sleeps
    bool was_reused = false;
    // What is being read says itself where it ends: an end of the connection behind its last bytes is a
    // fault, which may be found two seconds late (Arrivals::sweep()), and so is not looked for after each
    // read.
    bool end_is_framed = false;
};

std::unique_ptr<UpstreamConnection> plain_connection(Socket socket);

// Shakes hands and checks the certificate against `host`. The error's message is the reason alone.
Task<Result<std::unique_ptr<UpstreamConnection>>> tls_connection(
    Socket socket, Trust trust, std::string host, std::uint16_t port);

std::chrono::seconds boot_time();

} // namespace dragoman::net
