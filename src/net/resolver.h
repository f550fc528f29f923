// Names to addresses, without ever blocking the loop: getaddrinfo() runs on a thread of its own for at most
// limits::resolve_time. It does not tell how long a name server meant its answer: one counts for half a
// minute, and up to an hour it still serves while it is renewed in the background. Addresses that could not
// be reached are asked for again, and serve only when the name servers fail.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "net/task.h"

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace dragoman::net {

using Addresses = std::vector<boost::asio::ip::tcp::endpoint>;

// Blocks. The message of an error is what the system says.
using Lookup = std::function<Result<Addresses>(const std::string& host, std::uint16_t port)>;
Result<Addresses> system_lookup(const std::string& host, std::uint16_t port);

class Resolver {
public:
    struct Times {
        Clock::duration fresh = std::chrono::seconds(30);
        Clock::duration stale = std::chrono::hours(1);
        Clock::duration beyond_doubt = std::chrono::seconds(5);
    };
    explicit Resolver(Lookup lookup)
        : Resolver(std::move(lookup), Times {})
    {
    }
    Resolver(Lookup lookup, Times times)
        : all_(std::make_shared<All>(All { std::move(lookup), {} }))
        , times_(times)
    {
    }

    // IPv6 and IPv4 in turn, beginning with what the system prefers.
    Task<Result<Addresses>> resolve(std::string host, std::uint16_t port);

    // They could not be reached. False: they had only just been looked up.
    bool doubt(const std::string& host, std::uint16_t port);

private:
    struct Name {
        std::string host;
        std::uint16_t port;
        auto operator<=>(const Name&) const = default;
    };
    struct Known {
        Addresses addresses;
        TimePoint since;
        bool is_doubtful = false;
        bool is_renewed = false; // just now, in the background
    };
    struct All { // outlives the resolver while something is renewed
        Lookup lookup;
        std::map<Name, Known> known;
    };
    static Task<Result<Addresses>> look_up(std::shared_ptr<All> all, Name name, Clock::duration stale);
    static Task<void> renew(std::shared_ptr<All> all, Name name, Clock::duration stale);
    std::shared_ptr<All> all_;
    Times times_;
};

} // namespace dragoman::net
