#include "net/readiness.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <sys/socket.h>

namespace dragoman::net {
namespace {

Task<bool> until(Socket& socket, Socket::wait_type what)
{
    auto [error] = co_await socket.async_wait(what, boost::asio::as_tuple(boost::asio::use_awaitable));
    co_return !error;
}

} // namespace

Task<bool> until_readable(Socket& socket) { return until(socket, Socket::wait_read); }
Task<bool> until_writable(Socket& socket) { return until(socket, Socket::wait_write); }
Task<bool> until_failed(Socket& socket) { return until(socket, Socket::wait_error); }

ssize_t receive(Socket& socket, std::string& out, std::size_t space)
{
    ssize_t got = 0;
    std::size_t before = out.size();
    out.resize_and_overwrite(before + space, [&](char* data, std::size_t) {
        do
            got = ::recv(socket.native_handle(), data + before, space, MSG_DONTWAIT);
        while (got < 0 && errno == EINTR);
        return before + (got > 0 ? static_cast<std::size_t>(got) : 0);
    });
    return got;
}

} // namespace dragoman::net
