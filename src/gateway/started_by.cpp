#include "gateway/started_by.h"

#include <cstdlib>

namespace dragoman::gateway {
namespace {

void forget_variables()
{
    for (const char* name :
        { "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES" })
        ::unsetenv(name);
}

// A socket in the file system is reached by whom its mode lets in, and never from another machine.
std::vector<config::Endpoint> addresses_of(const std::vector<net::GivenSocket>& sockets)
{
    std::vector<config::Endpoint> addresses;
    for (const net::GivenSocket& socket : sockets)
        if (socket.reached_by_network())
            addresses.push_back({ socket.host, socket.port, false });
    return addresses;
}

} // namespace

Result<StartedBy> take_over(config::Sources& sources)
{
    StartedBy by { .manager = ServiceManager(sources.environment) };
    auto sockets = net::take_given_sockets(sources.environment);
    forget_variables();
    if (!sockets) {
        by.manager.failed(sockets.error().message);
        return Failure(std::move(sockets).error());
    }
    if (!sockets->empty())
        sources.given = addresses_of(*sockets);
    by.sockets = std::move(*sockets);
    return by;
}

} // namespace dragoman::gateway
