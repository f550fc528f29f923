#include "net/listeners.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace dragoman::net {
namespace {

constexpr int backlog = 4096; // the kernel lowers it to its own maximum

enum class Sharing : std::uint8_t { alone, with_workers };

std::string address_text(const Endpoint& endpoint, std::uint16_t port)
{
    bool ipv6 = endpoint.host.contains(':');
    return ipv6 ? fmt::format("[{}]:{}", endpoint.host, port) : fmt::format("{}:{}", endpoint.host, port);
}

Failure failure(const Endpoint& endpoint, int code)
{
    std::string address = address_text(endpoint, endpoint.port);
    if (code == EADDRINUSE) {
        std::optional<int> pid = listening_process(endpoint.port);
        std::string owner = pid ? fmt::format(" (pid {})", *pid) : std::string();
        return Failure(Error::internal(fmt::format("address in use: {}{}", address, owner)));
    }
    if (code == EACCES)
        return Failure(Error::internal(fmt::format("no permission to listen on {}", address)));
    return Failure(Error::internal(fmt::format("cannot listen on {}: {}", address, std::strerror(code))));
}

struct FreeAddresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> resolve(const Endpoint& endpoint)
{
    addrinfo hints {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    int code = getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &list);
    if (code != 0)
        return Failure(
            Error::internal(fmt::format("cannot listen on {}: {}", endpoint.host, gai_strerror(code))));
    return Addresses(list);
}

// Bound, with `errno` when it is not.
Descriptor bind_socket(const addrinfo& where, std::uint16_t port, Sharing sharing)
{
    Descriptor fd(::socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd.get() < 0)
        return fd;
    int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (where.ai_family == AF_INET6)
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (sharing == Sharing::with_workers)
        ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    sockaddr_storage address {};
    std::memcpy(&address, where.ai_addr, where.ai_addrlen);
    // The port stands at the same place for both families.
    reinterpret_cast<sockaddr_in&>(address).sin_port = htons(port);
    if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), where.ai_addrlen) != 0)
        return Descriptor();
    return fd;
}

std::uint16_t port_of(int fd)
{
    sockaddr_storage address {};
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
}

} // namespace

Result<Listening> listen_on(const Endpoint& endpoint, unsigned workers)
{
    ASSIGN_OR_RETURN(addresses, resolve(endpoint));
    const addrinfo& where = *addresses;
    Listening result;
    result.ipv6 = where.ai_family == AF_INET6;
    // Sockets that share a port would also share it with another dragoman of the same user. One that does not
    // share finds out whether the address is free, and which port it is.
    Descriptor alone = bind_socket(where, endpoint.port, Sharing::alone);
    if (alone.get() < 0) {
        bool absent = errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT;
        if (endpoint.optional && absent)
            return result;
        return failure(endpoint, errno);
    }
    std::uint16_t port = port_of(alone.get());
    result.address = address_text(endpoint, port);
    if (workers == 1) {
        result.sockets.push_back(std::move(alone));
    } else {
        alone = Descriptor();
        for (unsigned i = 0; i < workers; ++i) {
            result.sockets.push_back(bind_socket(where, port, Sharing::with_workers));
            if (result.sockets.back().get() < 0)
                return failure(endpoint, errno);
        }
    }
    for (Descriptor& socket : result.sockets)
        if (::listen(socket.get(), backlog) != 0)
            return failure(endpoint, errno);
    return result;
}

Result<Listening> listen_on(GivenSocket given, unsigned workers)
{
    Listening result { .address = given.name(), .ipv6 = given.host.contains(':'), .sockets = {} };
    for (unsigned i = 1; i < workers; ++i) {
        result.sockets.emplace_back(::fcntl(given.socket.get(), F_DUPFD_CLOEXEC, 0));
        if (result.sockets.back().get() < 0)
            return Failure(Error::internal(
                fmt::format("cannot share the socket {}: {}", result.address, std::strerror(errno))));
    }
    result.sockets.push_back(std::move(given.socket));
    return result;
}

} // namespace dragoman::net
