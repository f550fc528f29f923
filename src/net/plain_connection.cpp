#include "base/limits.h"
#include "base/recycled.h"
#include "base/spare_buffer.h"
#include "net/upstream_connection.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <array>
#include <cerrno>
#include <climits>
#include <ctime>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utility>
#include <vector>

namespace dragoman::net {
namespace {

constexpr std::size_t read_size = 64 * limits::KiB;

class PlainConnection final : public UpstreamConnection {
public:
    explicit PlainConnection(Socket socket)
        : socket_(std::move(socket))
    {
    }

    Socket& socket() override { return socket_; }

    // Head and body in one system call when the socket takes them; waiting only for the rest.
    Task<bool> write(std::span<const std::string_view> pieces) override
    {
        using namespace boost::asio::experimental::awaitable_operators;
        Recycled<std::vector<iovec>> gathered(pieces.size());
        std::vector<iovec>& parts = *gathered;
        for (std::string_view piece : pieces)
            if (!piece.empty())
                parts.push_back({ const_cast<char*>(piece.data()), piece.size() });
        std::size_t first = 0;
        bool interim_seen = false;
        while (first < parts.size()) {
            msghdr message {};
            message.msg_iov = parts.data() + first;
            message.msg_iovlen = std::min<std::size_t>(parts.size() - first, IOV_MAX);
            ssize_t wrote = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (wrote < 0 && errno != EAGAIN && errno != EINTR)
                co_return false;
            if (wrote < 0) {
                if (interim_seen) { // It stays readable: waiting for that would be a busy loop.
                    (void)co_await until_writable(socket_);
                    continue;
                }
                const Arrivals::Arrival something { &arrivals_, &socket_, left_ };
                co_await (until_writable(socket_) || awaited(something));
                Early early = early_answer();
                left_ = early == Early::none ? Left::nothing : Left::perhaps_something;
                if (early == Early::refusal)
                    co_return false;
                interim_seen = early == Early::interim;
                continue;
            }
            auto left = static_cast<std::size_t>(wrote);
            for (; first < parts.size() && left >= parts[first].iov_len; ++first)
                left -= parts[first].iov_len;
            if (left > 0) {
                parts[first].iov_base = static_cast<char*>(parts[first].iov_base) + left;
                parts[first].iov_len -= left;
            }
        }
        co_return true;
    }

    Read read_now() override
    {
        if (left_ == Left::nothing)
            return Read::nothing;
        borrow_spare(in);
        ssize_t got = receive(socket_, in, read_size);
        drained_ = got < static_cast<ssize_t>(read_size);
        if (got > 0 && drained_ && end_is_framed)
            left_ = Left::nothing;
        if (got > 0)
            return Read::data; // And perhaps an end.
        if (got == 0)
            return Read::end;
        if (errno != EAGAIN)
            return Read::broken;
        left_ = Left::nothing;
        return Read::nothing;
    }

    Arrivals::Arrival arrival() override
    {
        return_spare(in);
        return { &arrivals_, &socket_, std::exchange(left_, Left::perhaps_something) };
    }

    // Whatever arrives now does not belong there. An end that came with the answer is found by a sweep.
    void rest() override
    {
        if (!drained_)
            return;
        left_ = Left::nothing;
        arrivals_.wait(socket_, left_, [this](bool) { left_ = Left::perhaps_something; });
    }

    bool is_quiet() override { return left_ == Left::nothing ? in.empty() : UpstreamConnection::is_quiet(); }

private:
    using Left = Arrivals::Left;

    // An upstream that refuses a large body may answer and not read the rest: then writing would wait for
    // ever.
    enum class Early : std::uint8_t { none, interim, refusal };
    Early early_answer()
    {
        std::array<char, 10> begin {};
        ssize_t got = ::recv(socket_.native_handle(), begin.data(), begin.size(), MSG_PEEK | MSG_DONTWAIT);
        if (got < 0)
            return errno == EAGAIN ? Early::none : Early::refusal;
        std::string_view text(begin.data(), static_cast<std::size_t>(got));
        return text.starts_with("HTTP/1.1 1") ? Early::interim : Early::refusal;
    }

    Socket socket_;
    Arrivals arrivals_;
    bool drained_ = true; // no bytes were left when it was last read
    Left left_ = Left::nothing;
};

} // namespace

std::unique_ptr<UpstreamConnection> plain_connection(Socket socket)
{
    return std::make_unique<PlainConnection>(std::move(socket));
}

Task<UpstreamConnection::Read> UpstreamConnection::read_more()
{
    for (;;) {
        Read read = read_now();
        if (read != Read::nothing)
            co_return read;
        bool usable = co_await arrival();
        if (!usable)
            co_return Read::broken;
    }
}

bool UpstreamConnection::is_quiet()
{
    char byte = 0;
    ssize_t got = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && errno == EAGAIN && in.empty();
}

std::chrono::seconds boot_time()
{
    std::timespec now {};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec);
}

} // namespace dragoman::net
