// The part of ClientConnection that waits: for the next request's bytes, or for the client to leave.

#include "base/limits.h"
#include "base/spare_buffer.h"
#include "net/client_connection.h"

#include <cerrno>
#include <memory>

namespace dragoman::net {
namespace {

constexpr std::size_t pipelined_read = 4 * limits::KiB;

} // namespace

// The wait for a reset. The loop owns it.
struct ClientConnection::Watch {
    ClientConnection* connection; // null when that is gone
};

ClientConnection::~ClientConnection()
{
    if (failure_watch_)
        failure_watch_->connection = nullptr;
    output_->close();
}

Arrivals::Arrival ClientConnection::readable()
{
    return_spare(in_);
    // What interrupts an exchange finds no wait here; a connection without one is closed.
    return { &arrivals_, &output_->socket(), left_, false };
}

ssize_t ClientConnection::take(std::string& out, std::size_t space)
{
    ssize_t got = receive(output_->socket(), out, space);
    left_ = got < static_cast<ssize_t>(space) ? Arrivals::Left::nothing : Arrivals::Left::perhaps_something;
    return got;
}

void ClientConnection::watch_input()
{
    arrivals_.wait(output_->socket(), left_, [this](bool usable) { on_input(usable); });
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
    if (!writer_) { // Whoever reads next will see.
        left_ = Arrivals::Left::perhaps_something;
        return;
    }
    if (!usable)
        return on_gone();
    ssize_t got = take(in_, pipelined_read);
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
