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
    const std::size_t wrote = unsent_ ? 0 : write_now(pieces);
    if (gone_)
        return false;
    keep(pieces, wrote);
    return true;
}

void ClientOutput::keep(std::span<const std::string_view> pieces, std::size_t from)
{
    for (std::string_view piece : pieces) {
        const std::size_t cut = std::min(from, piece.size());
        from -= cut;
        if (cut == piece.size())
            continue;
        if (!unsent_)
            unsent_ = std::make_unique<Unsent>();
        unsent_->text.append(piece.substr(cut));
    }
    if (unsent_)
        write_when_possible();
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
    std::string& text = unsent_->text;
    std::size_t& written = unsent_->written;
    std::string_view rest = std::string_view(text).substr(written);
    std::size_t wrote = write_now({ &rest, 1 });
    if (wrote > 0)
        unsent_->last_progress = Clock::now();
    written += wrote;
    if (written == text.size()) {
        give_back(text);
        unsent_.reset();
    } else if (written > text.size() / 2) {
        text.erase(0, written);
        written = 0;
    }
    if (unsent_ && !gone_)
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
