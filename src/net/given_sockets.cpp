#include "net/given_sockets.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstddef>
#include <fcntl.h>
#include <netinet/in.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace dragoman::net {
namespace {

constexpr int first_given = 3; // the protocol's, not ours
constexpr int given_max = 1024;

std::optional<int> number_of(const Environment& environment, std::string_view name)
{
    const auto text = lookup(environment, name);
    int number = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc())
        return std::nullopt;
    return number;
}

// The name that the socket's unit gives it, for messages.
std::string_view name_in(std::string_view names, int index)
{
    for (; index > 0 && names.contains(':'); --index)
        names.remove_prefix(names.find(':') + 1);
    return index > 0 ? "" : names.substr(0, names.find(':'));
}

int option_of(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

template <class In> std::string text_of(int family, const In& address)
{
    std::array<char, INET6_ADDRSTRLEN> text {};
    ::inet_ntop(family, &address, text.data(), text.size());
    return text.data();
}

std::string path_of(const sockaddr_un& address, socklen_t size)
{
    const std::size_t length = size - offsetof(sockaddr_un, sun_path);
    if (length == 0)
        return "(without a name)";
    if (address.sun_path[0] == 0)
        return fmt::format("@{}", std::string_view(address.sun_path + 1, length - 1));
    return std::string(address.sun_path, ::strnlen(address.sun_path, length));
}

// False for an address of a family that no client of ours uses.
bool read_address(GivenSocket& given)
{
    sockaddr_storage address {};
    socklen_t size = sizeof address;
    if (::getsockname(given.socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return false;
    switch (address.ss_family) {
    case AF_INET: {
        const auto& four = reinterpret_cast<const sockaddr_in&>(address);
        given.host = text_of(AF_INET, four.sin_addr);
        given.port = ntohs(four.sin_port);
        return true;
    }
    case AF_INET6: {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
        given.host = text_of(AF_INET6, six.sin6_addr);
        given.port = ntohs(six.sin6_port);
        return true;
    }
    case AF_UNIX:
        given.path = path_of(reinterpret_cast<const sockaddr_un&>(address), size);
        return true;
    default:
        return false;
    }
}

Result<GivenSocket> take(int fd, std::string_view name)
{
    GivenSocket given { .socket = Descriptor(fd) };
    const bool listens = option_of(fd, SO_TYPE) == SOCK_STREAM && option_of(fd, SO_ACCEPTCONN) == 1;
    if (!listens || !read_address(given))
        return Failure(Error::internal(fmt::format(
            "descriptor {}{} was handed over as a socket to listen on, and is none: its .socket unit needs "
            "ListenStream= and Accept=no",
            fd, name.empty() ? "" : fmt::format(" ({})", name))));
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    return given;
}

} // namespace

std::string GivenSocket::name() const
{
    if (!reached_by_network())
        return "unix:" + path;
    return host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<std::vector<GivenSocket>> take_given_sockets(const Environment& environment)
{
    std::vector<GivenSocket> all;
    if (number_of(environment, "LISTEN_PID") != ::getpid())
        return all;
    const int count = number_of(environment, "LISTEN_FDS").value_or(0);
    if (count < 0 || count > given_max)
        return Failure(Error::internal(fmt::format("LISTEN_FDS is {}: no number of sockets", count)));
    const std::string_view names = lookup(environment, "LISTEN_FDNAMES").value_or("");
    for (int i = 0; i < count; ++i) {
        ASSIGN_OR_RETURN(given, take(first_given + i, name_in(names, i)));
        all.push_back(std::move(given));
    }
    return all;
}

} // namespace dragoman::net
