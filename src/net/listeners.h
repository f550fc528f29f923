// The sockets a server listens on: all of them, or a message that says which address is the trouble and,
// where the system shows it, which process has it.
#pragma once

#include "base/result.h"
#include "net/descriptor.h"
#include "net/given_sockets.h"
#include "net/server.h"

#include <optional>
#include <string>
#include <vector>

namespace dragoman::net {

// One address with a socket for each worker; without sockets when it was optional and the machine has no such
// one.
struct Listening {
    std::string address; // "[::1]:8080", with the actual port; "unix:/run/dragoman.sock"
    bool ipv6 = false;
    std::vector<Descriptor> sockets;
};

Result<Listening> listen_on(const Endpoint& endpoint, unsigned workers);

// The same for a socket that is bound already: all workers accept from one queue.
Result<Listening> listen_on(GivenSocket given, unsigned workers);

// The process that listens on a TCP port of this machine, when /proc shows it to us.
std::optional<int> listening_process(std::uint16_t port);

} // namespace dragoman::net
