#include "socket.h"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace bench {

namespace {

void without_delay(int fd)
{
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void common_options(SSL_CTX* context)
{
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context,
        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
}

} // namespace

std::expected<TlsContext, std::string> server_tls(const std::string& certificate, const std::string& key)
{
    TlsContext context(SSL_CTX_new(TLS_server_method()));
    common_options(context.get());
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1)
        return std::unexpected("no certificate in " + certificate);
    if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
        return std::unexpected("no key that belongs to the certificate in " + key);
    const std::string_view name = "bench";
    SSL_CTX_set_session_id_context(context.get(), reinterpret_cast<const unsigned char*>(name.data()),
        static_cast<unsigned>(name.size()));
    return context;
}

TlsContext client_tls()
{
    TlsContext context(SSL_CTX_new(TLS_client_method()));
    common_options(context.get());
    return context;
}

Socket::Socket(int fd, SSL_CTX* tls, bool server)
    : fd_(fd)
{
    without_delay(fd);
    if (!tls)
        return;
    tls_ = SSL_new(tls);
    SSL_set_fd(tls_, fd);
    if (server)
        SSL_set_accept_state(tls_);
    else
        SSL_set_connect_state(tls_);
}

Socket::Socket(Socket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1))
    , tls_(std::exchange(other.tls_, nullptr))
{
}

Socket& Socket::operator=(Socket&& other) noexcept
{
    std::swap(fd_, other.fd_);
    std::swap(tls_, other.tls_);
    return *this;
}

Socket Socket::connect(std::uint16_t port, SSL_CTX* tls)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return {};
    Socket made(fd, tls, false);
    const sockaddr_in address = loopback(port);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
        && errno != EINPROGRESS)
        return {};
    return made;
}

bool Socket::failed() const
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    return error != 0;
}

void Socket::close()
{
    SSL_free(std::exchange(tls_, nullptr));
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

Transfer Socket::after_tls(int count)
{
    if (count > 0)
        return { .bytes = static_cast<std::size_t>(count) };
    const int error = SSL_get_error(tls_, count);
    ERR_clear_error();
    return { .closed = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE };
}

Transfer Socket::read(std::span<char> buffer)
{
    if (tls_)
        return after_tls(SSL_read(tls_, buffer.data(), static_cast<int>(buffer.size())));
    const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
    if (count > 0)
        return { .bytes = static_cast<std::size_t>(count) };
    return { .closed = count == 0 || (errno != EAGAIN && errno != EINTR) };
}

Transfer Socket::write(std::string_view bytes)
{
    if (tls_)
        return after_tls(SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())));
    const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0)
        return { .bytes = static_cast<std::size_t>(count) };
    return { .closed = errno != EAGAIN && errno != EINTR };
}

std::expected<Listening, std::string> listen_on(std::uint16_t port)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(port);
    socklen_t size = sizeof address;
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 || listen(fd, 65535) != 0)
        return std::unexpected("cannot listen on port " + std::to_string(port) + ": " + std::strerror(errno));
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return Listening { .fd = fd, .port = ntohs(address.sin_port) };
}

} // namespace bench
