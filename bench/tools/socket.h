// A socket that never blocks, plain or under TLS, and the contexts that TLS needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <openssl/ssl.h>
#include <span>
#include <string>
#include <string_view>

namespace bench {

struct TlsContextDeleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsContextDeleter>;

std::expected<TlsContext, std::string> server_tls(const std::string& certificate, const std::string& key);
TlsContext client_tls(); // trusts everybody: the other end is a measured program on this machine

// What came of a read or a write. `closed`: by the other end, or by a failure.
struct Transfer {
    std::size_t bytes = 0;
    bool closed = false;
};

class Socket {
public:
    Socket() = default;
    Socket(int fd, SSL_CTX* tls, bool server);
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    ~Socket() { close(); }

    static Socket connect(std::uint16_t port, SSL_CTX* tls);

    explicit operator bool() const { return fd_ >= 0; }
    int fd() const { return fd_; }
    bool failed() const; // to connect
    void close();

    Transfer read(std::span<char> buffer);
    Transfer write(std::string_view bytes);

private:
    Transfer after_tls(int count);

    int fd_ = -1;
    SSL* tls_ = nullptr;
};

struct Listening {
    int fd = -1;
    std::uint16_t port = 0;
};
std::expected<Listening, std::string> listen_on(std::uint16_t port);

} // namespace bench
