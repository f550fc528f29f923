#include "net/readiness.h"

#include "base/limits.h"
#include "base/memory.h"

#include <boost/asio/as_tuple.hpp>

#include <cerrno>
#include <memory>
#include <sys/socket.h>

namespace dragoman::net {
namespace {

Task<bool> until(Socket& socket, Socket::wait_type what)
{
    auto [error] = co_await socket.async_wait(what, boost::asio::as_tuple(use_task));
    co_return !error;
}

constexpr std::size_t scratch_size = 64 * limits::KiB;

ssize_t receive(Socket& socket, char* to, std::size_t space)
{
    ssize_t got = 0;
    do
        got = ::recv(socket.native_handle(), to, space, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return got;
}

} // namespace

Task<bool> until_readable(Socket& socket) { return until(socket, Socket::wait_read); }
Task<bool> until_writable(Socket& socket) { return until(socket, Socket::wait_write); }
Task<bool> until_failed(Socket& socket) { return until(socket, Socket::wait_error); }

ssize_t receive(Socket& socket, std::string& out, std::size_t space)
{
    std::size_t before = out.size();
    if (out.capacity() - before < space && space <= scratch_size) {
        // Not an array of the thread's own storage: that is zeroed for every thread, those that never read
        // included.
        thread_local const auto scratch = std::make_unique_for_overwrite<char[]>(scratch_size);
        ssize_t got = receive(socket, scratch.get(), space);
        if (got > 0 && before == 0)
            fit(out, static_cast<std::size_t>(got));
        if (got > 0)
            out.append(scratch.get(), static_cast<std::size_t>(got));
        return got;
    }
    ssize_t got = 0;
    out.resize_and_overwrite(before + space, [&](char* data, std::size_t) {
        got = receive(socket, data + before, space);
        return before + (got > 0 ? static_cast<std::size_t>(got) : 0);
    });
    return got;
}

} // namespace dragoman::net
