#include "base/limits.h"
#include "base/spare_buffer.h"
#include "net/arrivals.h"
#include "net/tls_sessions.h"
#include "net/tls_wire.h"
#include "net/upstream_connection.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <optional>
#include <sys/socket.h>
#include <vector>

// OpenSSL works on the socket by itself (tls_wire.h): it reads when it is asked to and never waits, what it
// writes is sent from here, and all waiting is the loop's. No call of it is ever repeated for want of room,
// so that reading and writing never get into each other's way.
namespace dragoman::net {
namespace {

constexpr std::size_t record_max = SSL3_RT_MAX_PLAIN_LENGTH;
constexpr std::size_t first_read = 4 * limits::KiB; // of a record; the rest of it is read to measure
constexpr std::size_t read_max = 64 * limits::KiB; // in one go
constexpr std::size_t sent_at_once = 6 * record_max; // what is sent was encrypted a moment ago
constexpr const char* closed = "the other side closed the connection";

struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// The most exact reason that OpenSSL has, in its own words.
std::string reason_of_failure()
{
    unsigned long code = ERR_peek_last_error();
    const char* words = code == 0 ? nullptr : ERR_reason_error_string(code);
    return words ? words : closed;
}

Error handshake_failed(std::string_view why)
{
    return Error::unreachable(fmt::format("the TLS handshake failed: {}", why));
}

// What of a request is still to be encrypted, in its order.
class Pieces {
public:
    explicit Pieces(std::span<const std::string_view> all)
        : rest_(all)
    {
        next();
    }
    bool empty() const { return front_.empty(); }
    bool is_last() const
    {
        return std::ranges::all_of(rest_, [](std::string_view piece) { return piece.empty(); });
    }
    std::string_view front() const { return front_; }
    void take(std::size_t size)
    {
        front_.remove_prefix(size);
        if (front_.empty())
            next();
    }

private:
    void next()
    {
        while (front_.empty() && !rest_.empty()) {
            front_ = rest_.front();
            rest_ = rest_.subspan(1);
        }
    }
    std::span<const std::string_view> rest_;
    std::string_view front_;
};

class TlsConnection final : public UpstreamConnection {
public:
    TlsConnection(Socket socket, Trust trust, ssl_ctx_st* context, std::string server)
        : trust_(std::move(trust))
        , socket_(std::move(socket))
        , wire_(socket_.native_handle())
        , ssl_(SSL_new(context))
        , server_(std::move(server))
    {
        BIO* bio = new_bio(wire_);
        SSL_set_bio(ssl_.get(), bio, bio);
        SSL_set_app_data(ssl_.get(), this);
        SSL_set_connect_state(ssl_.get());
    }

    ~TlsConnection() override
    {
        // Its sessions stay good: the other side learns of the end by the socket's.
        SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }

    Socket& socket() override { return socket_; }

    Task<Result<void>> shake_hands(std::string host)
    {
        if (!expect(host))
            co_return Failure(Error::unreachable("its name cannot be checked"));
        resume();
        for (;;) {
            ERR_clear_error();
            int done = SSL_do_handshake(ssl_.get());
            std::optional<Error> failed;
            if (done != 1 && SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ)
                failed = failure();
            bool usable = co_await flush(); // An alert, too, is for the other side to know.
            if (failed)
                co_return Failure(std::move(*failed));
            if (usable && done == 1)
                break;
            if (usable)
                usable = co_await until_readable(socket_);
            if (!usable)
                co_return Failure(handshake_failed(closed));
        }
        left_ = Left::perhaps_something; // tickets
        if (SSL_session_reused(ssl_.get()) == 0)
            verified_ = boot_time();
        co_return Result<void> {};
    }

    Task<bool> write(std::span<const std::string_view> all) override
    {
        Pieces pieces(all);
        while (!pieces.empty()) {
            bool encrypted = encrypt_some(pieces);
            bool sent = false;
            if (encrypted)
                sent = co_await flush();
            if (!sent)
                co_return false;
        }
        co_return true;
    }

    Read read_now() override
    {
        if (!std::exchange(waited_, false) && wire_.drained && SSL_has_pending(ssl_.get()) == 0
            && !has_arrived())
            return Read::nothing;
        left_ = Left::perhaps_something; // At least an end.
        borrow_spare(in);
        Read read = read_what_is_there();
        if (read == Read::data && wire_.drained && end_is_framed)
            left_ = Left::nothing;
        send_replies();
        return read;
    }

    Arrivals::Arrival arrival() override
    {
        return_spare(in);
        waited_ = true;
        return { &arrivals_, &socket_, left_ };
    }

    // Whatever arrives now does not belong there, or is a ticket.
    void rest() override
    {
        if (!wire_.drained || SSL_has_pending(ssl_.get()) == 1)
            return;
        left_ = Left::nothing;
        arrivals_.wait(socket_, left_, [this](bool) { left_ = Left::perhaps_something; });
    }

    // Tickets may lie there unread, and are no reason not to use it.
    bool is_quiet() override
    {
        if (left_ == Left::nothing)
            return in.empty();
        if (SSL_has_pending(ssl_.get()) == 0 && UpstreamConnection::is_quiet())
            return true;
        return in.empty() && read_what_is_there() == Read::nothing;
    }

    // A session that may be resumed has arrived; it is ours from now on.
    void keep(SSL_SESSION* session)
    {
        std::chrono::seconds since = verified_.count() > 0 ? verified_ : boot_time();
        trust_.sessions().keep(server_, { .session = TlsSessions::Session(session), .verified = since });
    }

private:
    using Left = Arrivals::Left;

    // On the socket. A read for nothing would cost OpenSSL a buffer.
    bool has_arrived()
    {
        char byte = 0;
        if (left_ == Left::perhaps_something
            && (::recv(wire_.socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 || errno != EAGAIN))
            return true;
        left_ = Left::nothing;
        return false;
    }

    // Server name indication, and the name (or address) that the certificate must be for.
    bool expect(const std::string& host)
    {
        X509_VERIFY_PARAM* check = SSL_get0_param(ssl_.get());
        if (X509_VERIFY_PARAM_set1_ip_asc(check, host.c_str()) == 1)
            return true;
        ERR_clear_error();
        X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        return X509_VERIFY_PARAM_set1_host(check, host.c_str(), host.size()) == 1
            && SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1;
    }

    void resume()
    {
        auto kept = trust_.sessions().take(server_);
        if (kept && SSL_set_session(ssl_.get(), kept->session.get()) == 1)
            verified_ = kept->verified;
    }

    Error failure()
    {
        trust_.sessions().forget(server_);
        long verdict = SSL_get_verify_result(ssl_.get());
        if (verdict != X509_V_OK)
            return Error::unreachable(
                fmt::format("its certificate was refused: {}", X509_verify_cert_error_string(verdict)));
        return handshake_failed(reason_of_failure());
    }

    // Into wire_.out. Small pieces share a record; of large ones nothing is copied but what fills it up.
    bool encrypt_some(Pieces& pieces)
    {
        wire_.take_buffer();
        while (!pieces.empty() && wire_.out.size() < sent_at_once) {
            std::string_view next = pieces.front();
            bool encrypted = false;
            if (next.size() >= record_max || pieces.is_last()) {
                std::size_t whole_records = next.size() / record_max * record_max;
                const std::size_t room =
                    (sent_at_once - wire_.out.size() + record_max - 1) / record_max * record_max;
                next = next.substr(0, std::min(whole_records > 0 ? whole_records : next.size(), room));
                encrypted = encrypt(next);
                pieces.take(next.size());
            } else {
                encrypted = encrypt_joined(pieces);
            }
            if (!encrypted)
                return false;
        }
        return true;
    }

    bool encrypt_joined(Pieces& pieces)
    {
        std::array<char, record_max> record; // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
        std::size_t size = 0;
        while (!pieces.empty() && size < record.size()) {
            std::string_view next = pieces.front().substr(0, record.size() - size);
            std::memcpy(record.data() + size, next.data(), next.size());
            size += next.size();
            pieces.take(next.size());
        }
        return encrypt({ record.data(), size });
    }

    bool encrypt(std::string_view bytes)
    {
        constexpr std::size_t overhead = 64; // of a record, at most
        wire_.out.reserve(wire_.out.size() + bytes.size() + (bytes.size() / record_max + 1) * overhead);
        ERR_clear_error();
        return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
    }

    // Sends all of wire_.out.
    Task<bool> flush()
    {
        using namespace boost::asio::experimental::awaitable_operators;
        for (std::size_t sent = 0; sent < wire_.out.size();) {
            ssize_t size = ::send(
                wire_.socket, wire_.out.data() + sent, wire_.out.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (size >= 0) {
                sent += static_cast<std::size_t>(size);
                continue;
            }
            if (errno == EINTR)
                continue;
            if (errno != EAGAIN)
                co_return false;
            if (!in.empty() || SSL_in_init(ssl_.get()) != 0) {
                (void)co_await until_writable(socket_);
                continue;
            }
            const Arrivals::Arrival something { &arrivals_, &socket_, left_ };
            co_await (until_writable(socket_) || awaited(something));
            left_ = Left::perhaps_something;
            if (is_refused())
                co_return false;
        }
        wire_.give_buffer();
        co_return true;
    }

    // An upstream that refuses a large body may answer and not read the rest: then writing would wait for
    // ever.
    bool is_refused()
    {
        Read arrived = read_what_is_there();
        if (arrived == Read::data)
            return !in.starts_with("HTTP/1.1 1");
        return arrived != Read::nothing;
    }

    Read read_what_is_there()
    {
        const std::size_t before = in.size();
        Read last = Read::nothing;
        do
            last = read_record();
        while (last == Read::data && SSL_has_pending(ssl_.get()) == 1 && in.size() - before < read_max);
        return in.size() > before ? Read::data : last;
    }

    // Appends to `in`: never more than what one record held.
    Read read_record()
    {
        std::size_t space = std::max(static_cast<std::size_t>(SSL_pending(ssl_.get())), first_read);
        const std::size_t before = in.size();
        int got = 0;
        ERR_clear_error();
        in.resize_and_overwrite(before + space, [&](char* data, std::size_t) {
            got = SSL_read(ssl_.get(), data + before, static_cast<int>(space));
            return before + static_cast<std::size_t>(std::max(got, 0));
        });
        if (got > 0)
            return Read::data;
        switch (SSL_get_error(ssl_.get(), got)) {
        case SSL_ERROR_WANT_READ:
            return Read::nothing;
        case SSL_ERROR_ZERO_RETURN:
            return Read::end;
        default:
            return Read::broken;
        }
    }

    // New keys that the other side asked for, say. What does not go now goes with the next request.
    void send_replies()
    {
        if (wire_.out.empty())
            return;
        ssize_t size = ::send(wire_.socket, wire_.out.data(), wire_.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        wire_.out.erase(0, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    }

    Trust trust_; // the context must outlive the connection
    Socket socket_;
    Arrivals arrivals_;
    Left left_ = Left::nothing; // on the socket, unread
    TlsWire wire_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
    std::string server_;
    bool waited_ = false; // since it was last read
    std::chrono::seconds verified_ {}; // boot_time(), of the certificate; 0: not yet
};

} // namespace

int on_new_session(SSL* ssl, SSL_SESSION* session)
{
    static_cast<TlsConnection*>(SSL_get_app_data(ssl))->keep(session);
    return 1; // It is ours.
}

Task<Result<std::unique_ptr<UpstreamConnection>>> tls_connection(
    Socket socket, Trust trust, std::string host, std::uint16_t port)
{
    Result<ssl_ctx_st*> context = co_await trust.context();
    if (!context)
        co_return Failure(context.error());
    std::string server = fmt::format("{}:{}", host, port);
    auto connection =
        std::make_unique<TlsConnection>(std::move(socket), std::move(trust), *context, std::move(server));
    Result<void> shaken = co_await connection->shake_hands(std::move(host));
    if (!shaken)
        co_return Failure(shaken.error());
    co_return std::unique_ptr<UpstreamConnection>(std::move(connection));
}

} // namespace dragoman::net
