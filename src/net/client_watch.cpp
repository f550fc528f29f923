// The part of ClientConnection that waits: for the next request's bytes, or for the client to leave.

#include "base/limits.h"
#include "net/client_connection.h"

#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <functional>

namespace dragoman::net {
namespace {

constexpr std::size_t pipelined_read = 4 * limits::KiB;

} // namespace

// One pending wait. The loop owns it, and with it the coroutine that may wait for it, so that both go with
// the loop.
struct ClientConnection::Watch {
    ClientConnection* connection; // null when that is gone
    std::move_only_function<void(bool)> reader {};
};

// Hands the rest of a coroutine to the pending wait for input.
struct ClientConnection::Resume {
    Watch* watch;
    template <class Handler> void operator()(Handler handler) const { watch->reader = std::move(handler); }
};

ClientConnection::~ClientConnection()
{
    for (Watch* watch : { input_watch_, failure_watch_ })
        if (watch)
            watch->connection = nullptr;
    output_->close();
}

Task<bool> ClientConnection::readable()
{
    watch_input();
    Resume resume { input_watch_ };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(bool)>(
        resume, boost::asio::use_awaitable);
}

void ClientConnection::watch_input()
{
    if (input_watch_)
        return;
    auto watch = std::make_unique<Watch>(this);
    input_watch_ = watch.get();
    auto on_event = [watch = std::move(watch)](const boost::system::error_code& error) {
        if (!watch->connection)
            return;
        watch->connection->input_watch_ = nullptr;
        if (auto reader = std::move(watch->reader))
            reader(!error);
        else
            watch->connection->on_input(!error);
    };
    output_->socket().async_wait(Socket::wait_read, std::move(on_event));
}

void ClientConnection::watch_client()
{
    if (input_ended_) {
        writer_->probe();
        probed_ = Clock::now();
    }
    if (input_ended_ || in_.size() >= limits::pipelined)
        watch_failure();
    else
        watch_input();
}

void ClientConnection::on_input(bool usable)
{
    if (!writer_)
        return; // Whoever reads next will see.
    if (!usable)
        return on_gone();
    ssize_t got = receive(output_->socket(), in_, pipelined_read);
    if (got < 0 && errno != EAGAIN)
        return on_gone();
    input_ended_ = got == 0;
    watch_client();
}

void ClientConnection::watch_failure()
{
    if (failure_watch_)
        return;
    auto watch = std::make_unique<Watch>(this);
    failure_watch_ = watch.get();
    auto on_event = [watch = std::move(watch)](const boost::system::error_code& error) {
        if (!watch->connection)
            return;
        watch->connection->failure_watch_ = nullptr;
        if (!error)
            watch->connection->on_gone();
    };
    output_->socket().async_wait(Socket::wait_error, std::move(on_event));
}

// A client that has its whole answer may leave. In the file system its end of a connection alone ends both.
void ClientConnection::on_gone()
{
    if (!writer_ || writer_->is_whole())
        return;
    output_->set_gone();
    output_->interrupt();
}

} // namespace dragoman::net
