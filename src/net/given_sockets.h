// Listening sockets that were opened for this process before it began: socket activation, as systemd does it
// (https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html). Whoever opened them keeps
// them, so that clients that come while dragoman restarts wait instead of being refused.
#pragma once

#include "base/environment.h"
#include "base/result.h"
#include "net/descriptor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dragoman::net {

struct GivenSocket {
    Descriptor socket {};
    std::string host {}; // the address it is bound to; empty: a socket in the file system
    std::uint16_t port = 0;
    std::string path {}; // of a socket in the file system, or "@name" of an abstract one

    bool reached_by_network() const { return !host.empty(); }
    std::string name() const; // "[::1]:8080", "unix:/run/dragoman.sock"
};

// Those that the variables LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES promise to this process; none when they
// are not there, or meant for another. To be called once.
Result<std::vector<GivenSocket>> take_given_sockets(const Environment& environment);

} // namespace dragoman::net
