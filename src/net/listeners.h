// The sockets a server listens on: all of them, or a message that says which address is the trouble and,
// where the system shows it, which process has it.
#pragma once

#include "base/result.h"
#include "net/server.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dragoman::net {

// A file descriptor that is closed with its owner.
class Descriptor {
public:
    explicit Descriptor(int fd = -1)
        : fd_(fd)
    {
    }
    Descriptor(Descriptor&& other) noexcept
        : fd_(other.release())
    {
    }
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor();
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

// One address with a socket for each worker; without sockets when it was optional and the machine has no such
// one.
struct Listening {
    std::string address; // "[::1]:8080", with the actual port
    bool ipv6 = false;
    std::vector<Descriptor> sockets;
};

Result<Listening> listen_on(const Endpoint& endpoint, unsigned workers);

// The process that listens on a TCP port of this machine, when /proc shows it to us.
std::optional<int> listening_process(std::uint16_t port);

} // namespace dragoman::net
