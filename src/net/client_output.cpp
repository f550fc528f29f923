#include "net/client_output.h"

#include "base/memory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace dragoman::net {

ClientOutput::ClientOutput(Socket socket)
    : socket_(std::move(socket))
{
}

bool ClientOutput::send(std::span<const std::string_view> pieces)
{
    if (gone_)
        return false;
    bool was_idle = unsent() == 0;
    std::size_t skip = was_idle ? write_now(pieces) : 0;
    if (gone_)
        return false;
    if (was_idle)
        last_progress_ = Clock::now(); // From here on a stall is counted.
    for (std::string_view piece : pieces) {
        std::size_t cut = std::min(skip, piece.size());
        pending_.append(piece.substr(cut));
        skip -= cut;
    }
    if (unsent() > 0)
        write_when_possible();
    return true;
}

std::size_t ClientOutput::write_now(std::span<const std::string_view> pieces)
{
    std::array<iovec, 8> parts {};
    std::size_t count = 0;
    for (std::string_view piece : pieces)
        if (!piece.empty() && count < parts.size())
            parts[count++] = { const_cast<char*>(piece.data()), piece.size() };
    msghdr message {};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    ssize_t wrote = 0;
    do
        wrote = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (wrote < 0 && errno == EINTR);
    if (wrote < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        set_gone();
    std::size_t size = wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
    sent_ += size;
    return size;
}

void ClientOutput::write_when_possible()
{
    if (waiting_)
        return;
    waiting_ = true;
    socket_.async_wait(Socket::wait_write,
        [self = shared_from_this()](const boost::system::error_code& error) { self->on_writable(!error); });
}

void ClientOutput::on_writable(bool usable)
{
    waiting_ = false;
    if (!usable || gone_)
        return;
    std::string_view rest = std::string_view(pending_).substr(written_);
    std::size_t wrote = write_now({ &rest, 1 });
    if (wrote > 0)
        last_progress_ = Clock::now();
    written_ += wrote;
    if (written_ == pending_.size()) {
        give_back(pending_);
        written_ = 0;
    } else if (written_ > pending_.size() / 2) {
        pending_.erase(0, written_);
        written_ = 0;
    }
    if (unsent() > 0 && !gone_)
        write_when_possible();
    if (progress_)
        progress_->set();
}

Task<Result<void>> ClientOutput::until_unsent(std::size_t bytes)
{
    while (!gone_ && unsent() > bytes) {
        if (!progress_)
            progress_ = std::make_unique<Event>(socket_.get_executor());
        progress_->reset();
        co_await progress_->wait();
    }
    if (gone_)
        co_return Failure(Error::client_gone());
    co_return Result<void> {};
}

void ClientOutput::set_gone()
{
    gone_ = true;
    if (progress_)
        progress_->set();
}

void ClientOutput::close()
{
    set_gone();
    boost::system::error_code ignored;
    socket_.close(ignored);
}

} // namespace dragoman::net
