// Whom we talk to over TLS, and what an attacker in between can do: N-07 to N-09.
#include "support/certificates.h"
#include "unit/net/fetching.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace dragoman::net {
namespace {

using namespace dragoman::testing;
namespace fs = std::filesystem;

const std::string sized = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const std::string until_close = "HTTP/1.1 200 OK\r\n\r\nhello";

// Answers one request of one connection after another.
class TlsUpstream {
public:
    struct Manners {
        std::string answer = sized;
        bool says_goodbye = true; // close_notify
        int version_max = TLS1_3_VERSION;
    };

    TlsUpstream(const Identity& identity, Manners manners)
        : manners_(std::move(manners))
        , context_(SSL_CTX_new(TLS_server_method()))
        , listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        SSL_CTX_set_security_level(context_, 0); // so that it can offer what nobody should take
        SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context_, manners_.version_max);
        SSL_CTX_use_certificate(context_, identity.certificate.get());
        SSL_CTX_use_PrivateKey(context_, identity.key.get());
        SSL_CTX_set_tlsext_servername_callback(context_, &TlsUpstream::on_name);
        SSL_CTX_set_tlsext_servername_arg(context_, this);
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 16);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    TlsUpstream(const TlsUpstream&) = delete;
    TlsUpstream& operator=(const TlsUpstream&) = delete;
    ~TlsUpstream()
    {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
        SSL_CTX_free(context_);
    }

    std::uint16_t port = 0;
    std::atomic<std::size_t> request_bytes { 0 };
    std::string asked_name; // read after the exchange

private:
    static int on_name(SSL* ssl, int*, void* self)
    {
        if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name))
            static_cast<TlsUpstream*>(self)->asked_name = name;
        return SSL_TLSEXT_ERR_OK;
    }

    void run()
    {
        for (;;) {
            int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0)
                return;
            SSL* ssl = SSL_new(context_);
            SSL_set_fd(ssl, fd);
            if (SSL_accept(ssl) == 1)
                serve(ssl);
            SSL_free(ssl);
            ::close(fd);
        }
    }

    void serve(SSL* ssl)
    {
        std::string in;
        while (!in.contains("\r\n\r\n{}")) {
            char buffer[4096];
            int got = SSL_read(ssl, buffer, sizeof buffer);
            if (got <= 0)
                return;
            in.append(buffer, static_cast<std::size_t>(got));
            request_bytes += static_cast<std::size_t>(got);
        }
        SSL_write(ssl, manners_.answer.data(), static_cast<int>(manners_.answer.size()));
        if (manners_.says_goodbye)
            SSL_shutdown(ssl);
    }

    Manners manners_;
    SSL_CTX* context_;
    int listener_;
    std::thread thread_;
};

class Tls : public ::testing::Test {
protected:
    Tls()
        : authority(make_authority())
        , folder(fs::temp_directory_path() / ("dragoman-tls-" + std::to_string(getpid())))
        , bundle(folder / "ca.pem")
    {
        fs::create_directories(folder);
        std::ofstream(bundle) << as_pem(authority.certificate.get());
    }
    ~Tls() override { fs::remove_all(folder); }

    Trust trust() const
    {
        Result<Trust> loaded = Trust::load({ { "SSL_CERT_FILE", bundle } });
        EXPECT_TRUE(loaded) << loaded.error().message;
        return *loaded;
    }

    Fetched fetch(const TlsUpstream& upstream, std::string host = "localhost")
    {
        Fetching fetching(trust());
        return fetching.fetch({ true, std::move(host), upstream.port });
    }

    Identity authority;
    fs::path folder;
    fs::path bundle;
};

TEST_F(Tls, TalksToAnUpstreamWithAGoodCertificate)
{
    for (int version : { TLS1_2_VERSION, TLS1_3_VERSION }) {
        TlsUpstream upstream(make_leaf(authority), { .version_max = version });
        Fetched fetched = fetch(upstream);
        EXPECT_EQ(fetched.body, "hello") << (fetched.error ? fetched.error->message : "");
        EXPECT_EQ(upstream.asked_name, "localhost");
        EXPECT_EQ(fetch(upstream, "127.0.0.1").body, "hello");
    }
}

TEST_F(Tls, SendsNothingToAnUpstreamThatCannotProveItsName) // N-07, S-12
{
    const std::vector<Leaf> bad = {
        { .from_s = -7200, .until_s = -3600 }, // expired
        { .from_s = 3600, .until_s = 7200 }, // not yet
        { .names = "DNS:other.example" }, { .names = "DNS:localhost.evil.example" }, // ends differently
        { .names = "DNS:evil-localhost" }, { .usage = "clientAuth" }, { .self_signed = true },
        { .names = "DNS:other.example", .common_name = "localhost" }, // names outrank the common name
        { .names = "DNS:localho*" }, // half a name is no name
    };
    for (const Leaf& leaf : bad) {
        TlsUpstream upstream(make_leaf(authority, leaf), {});
        Fetched fetched = fetch(upstream);
        ASSERT_TRUE(fetched.error) << leaf.names;
        EXPECT_EQ(fetched.error->kind, Error::Kind::unreachable);
        EXPECT_TRUE(fetched.error->message.starts_with("Cannot reach localhost: its certificate was refused"))
            << fetched.error->message;
        EXPECT_EQ(upstream.request_bytes, 0U);
    }
}

TEST_F(Tls, TrustsNobodyElsesAuthority) // N-07
{
    Identity other = make_authority();
    TlsUpstream upstream(make_leaf(other), {});
    EXPECT_TRUE(fetch(upstream).error);
    TlsUpstream good(make_leaf(authority), {});
    Fetching fetching(Trust::none());
    EXPECT_TRUE(fetching.fetch({ true, "localhost", good.port }).error);
    EXPECT_EQ(upstream.request_bytes + good.request_bytes, 0U);
}

TEST_F(Tls, RefusesOldVersions) // N-08
{
    for (int version : { TLS1_VERSION, TLS1_1_VERSION }) {
        TlsUpstream upstream(make_leaf(authority), { .version_max = version });
        Fetched fetched = fetch(upstream);
        ASSERT_TRUE(fetched.error);
        EXPECT_EQ(fetched.error->kind, Error::Kind::unreachable);
        EXPECT_EQ(upstream.request_bytes, 0U);
    }
}

TEST_F(Tls, TakesAnUnannouncedEndForAnEndOnlyWhenTheAnswerIsComplete) // N-08
{
    TlsUpstream whole(make_leaf(authority), { .answer = sized, .says_goodbye = false });
    EXPECT_FALSE(fetch(whole).error);
    TlsUpstream open_end(make_leaf(authority), { .answer = until_close, .says_goodbye = true });
    Fetched ended = fetch(open_end);
    EXPECT_FALSE(ended.error);
    EXPECT_EQ(ended.body, "hello");
    TlsUpstream cut(make_leaf(authority), { .answer = until_close, .says_goodbye = false });
    Fetched truncated = fetch(cut);
    ASSERT_TRUE(truncated.error);
    EXPECT_TRUE(ended_early(*truncated.error));
}

TEST_F(Tls, FailsAtTheStartWhenTheBundleIsUnusable) // N-09
{
    fs::path empty = folder / "empty.pem", corrupt = folder / "corrupt.pem", no_files = folder / "none";
    std::ofstream(empty) << "";
    std::ofstream(corrupt) << "-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n";
    fs::create_directories(no_files);
    for (const fs::path& file : { folder / "missing.pem", empty, corrupt }) {
        Result<Trust> loaded = Trust::load({ { "SSL_CERT_FILE", file } });
        ASSERT_FALSE(loaded) << file;
        EXPECT_TRUE(loaded.error().message.contains(file.string())) << loaded.error().message;
    }
    EXPECT_FALSE(Trust::load({ { "SSL_CERT_DIR", no_files } }));
    EXPECT_FALSE(Trust::load({ { "SSL_CERT_DIR", folder / "missing" } }));
}

} // namespace
} // namespace dragoman::net
