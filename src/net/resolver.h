// Names to addresses, without ever blocking the loop: getaddrinfo() runs on a thread of its own for at most
// limits::resolve_time. An answer counts for half a minute; when the name servers fail, the last one for an
// hour.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "net/task.h"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dragoman::net {

using Addresses = std::vector<boost::asio::ip::tcp::endpoint>;

// Blocks. The message of an error is what the system says.
using Lookup = std::function<Result<Addresses>(const std::string& host, std::uint16_t port)>;
Result<Addresses> system_lookup(const std::string& host, std::uint16_t port);

class Resolver {
public:
    explicit Resolver(Lookup lookup)
        : lookup_(std::move(lookup))
    {
    }

    // IPv6 and IPv4 in turn, beginning with what the system prefers.
    Task<Result<Addresses>> resolve(std::string host, std::uint16_t port);

private:
    struct Known {
        Addresses addresses;
        TimePoint since;
    };
    Lookup lookup_;
    std::map<std::string, Known, std::less<>> known_;
};

} // namespace dragoman::net
