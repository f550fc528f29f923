#include "net/upstream_connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace dragoman::net {
namespace {

namespace asio = boost::asio;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t record = 16 * 1024; // no read returns more than one
constexpr std::size_t joined_max = 4 * record; // head and body up to here are one write

class TlsConnection final : public UpstreamConnection {
public:
    TlsConnection(Socket socket, Trust trust)
        : trust_(std::move(trust))
        , stream_(std::move(socket), trust_.context())
    {
    }

    Socket& socket() override { return stream_.next_layer(); }

    Task<Result<void>> shake_hands(std::string host)
    {
        if (!expect(host))
            co_return Failure(Error::unreachable("its name cannot be checked"));
        auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, as_result);
        if (!error)
            co_return Result<void> {};
        long verdict = SSL_get_verify_result(stream_.native_handle());
        if (verdict != X509_V_OK)
            co_return Failure(Error::unreachable(
                fmt::format("its certificate was refused: {}", X509_verify_cert_error_string(verdict))));
        co_return Failure(Error::unreachable(fmt::format("the TLS handshake failed: {}", error.message())));
    }

    Task<bool> write(std::span<const std::string_view> pieces) override
    {
        std::string joined;
        for (std::string_view piece : pieces) {
            if (joined.size() + piece.size() <= joined_max) {
                joined.append(piece);
                continue;
            }
            bool first = co_await write_all(joined);
            bool second = first && co_await write_all(piece);
            if (!second)
                co_return false;
            joined.clear();
        }
        bool written = co_await write_all(joined);
        co_return written;
    }

    Task<Read> read_more() override
    {
        std::size_t before = in.size();
        in.resize(before + record);
        auto [error, size] =
            co_await stream_.async_read_some(asio::buffer(in.data() + before, record), as_result);
        in.resize(before + size);
        if (size > 0)
            co_return Read::data;
        co_return error == asio::error::eof ? Read::end : Read::broken;
    }

private:
    // Server name indication, and the name (or address) that the certificate must be for.
    bool expect(const std::string& host)
    {
        SSL* ssl = stream_.native_handle();
        X509_VERIFY_PARAM* check = SSL_get0_param(ssl);
        SSL_set_verify(ssl, SSL_VERIFY_PEER, nullptr);
        if (X509_VERIFY_PARAM_set1_ip_asc(check, host.c_str()) == 1)
            return true;
        ERR_clear_error();
        X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        return X509_VERIFY_PARAM_set1_host(check, host.c_str(), host.size()) == 1
            && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
    }

    Task<bool> write_all(std::string_view bytes)
    {
        if (bytes.empty())
            co_return true;
        auto [error, size] = co_await asio::async_write(stream_, asio::buffer(bytes), as_result);
        co_return !error;
    }

    Trust trust_; // the context must outlive the stream
    asio::ssl::stream<Socket> stream_;
};

} // namespace

Task<Result<std::unique_ptr<UpstreamConnection>>> tls_connection(Socket socket, Trust trust, std::string host)
{
    auto connection = std::make_unique<TlsConnection>(std::move(socket), std::move(trust));
    Result<void> shaken = co_await connection->shake_hands(std::move(host));
    if (!shaken)
        co_return Failure(shaken.error());
    co_return std::unique_ptr<UpstreamConnection>(std::move(connection));
}

} // namespace dragoman::net
