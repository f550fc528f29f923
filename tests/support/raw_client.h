// A TCP client that says exactly the bytes it is told, for what no HTTP library would send. Every wait ends
// after ten seconds, so that a server that hangs fails a test instead of stopping it.
#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace dragoman::testing {

class RawClient {
public:
    explicit RawClient(std::uint16_t port)
        : RawClient(port, ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
    }
    RawClient(std::uint16_t port, int unconnected)
        : fd_(unconnected)
    {
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    RawClient(RawClient&& other) noexcept
        : fd_(std::exchange(other.fd_, -1))
        , connected_(other.connected_)
        , in_(std::move(other.in_))
    {
    }
    RawClient& operator=(RawClient&&) = delete;
    ~RawClient() { close(); }

    bool connected() const { return connected_; }
    int fd() const { return fd_; }

    bool send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            ssize_t wrote = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (wrote <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(wrote));
        }
        return true;
    }

    void finish_sending() { ::shutdown(fd_, SHUT_WR); }

    void close()
    {
        if (fd_ >= 0)
            ::close(std::exchange(fd_, -1));
    }

    void reset()
    {
        linger hard { 1, 0 };
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close();
    }

    // Everything up to the end of the connection.
    std::string read_to_end()
    {
        while (read_some()) { }
        return std::exchange(in_, {});
    }

    // Until `text` has arrived; gives everything up to its end. Empty when the connection ended before.
    std::string read_until(std::string_view text)
    {
        for (;;) {
            if (std::size_t at = in_.find(text); at != std::string::npos) {
                std::string found = in_.substr(0, at + text.size());
                in_.erase(0, at + text.size());
                return found;
            }
            if (!read_some())
                return {};
        }
    }

    // One answer with a Content-Length, head included. Interim answers are skipped.
    std::string read_answer(bool with_body = true)
    {
        std::string head = read_until("\r\n\r\n");
        while (head.starts_with("HTTP/1.1 1"))
            head = read_until("\r\n\r\n");
        std::size_t at = head.find("Content-Length: ");
        std::size_t length = at == std::string::npos || !with_body ? 0 : std::stoul(head.substr(at + 16));
        while (in_.size() < length && read_some()) { }
        std::string body = in_.substr(0, length);
        in_.erase(0, body.size());
        return head + body;
    }

    // True when the other side has closed (or reset) and nothing is left to read.
    bool ended() { return in_.empty() && !read_some(); }

private:
    bool read_some()
    {
        pollfd waiting { fd_, POLLIN, 0 };
        if (::poll(&waiting, 1, 10'000) <= 0) {
            in_ += "<<TIMEOUT>>";
            return false;
        }
        char buffer[16384];
        ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
        if (got <= 0)
            return false;
        in_.append(buffer, static_cast<std::size_t>(got));
        return true;
    }

    int fd_;
    bool connected_ = false;
    std::string in_;
};

// "HTTP/1.1 200 OK..." as 200; 0 when it is no answer.
inline int status_of(std::string_view answer)
{
    return answer.size() > 12 && answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3)))
                                                                 : 0;
}

inline std::string body_of(std::string_view answer)
{
    std::size_t end = answer.find("\r\n\r\n");
    return end == std::string_view::npos ? std::string() : std::string(answer.substr(end + 4));
}

} // namespace dragoman::testing
