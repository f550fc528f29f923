// Whom we talk to over TLS, and what an attacker in between can do: N-07 to N-09.
#include "net/tls_sessions.h"
#include "support/certificates.h"
#include "unit/net/fetching.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace dragoman::net {
namespace {

using namespace dragoman::testing;
namespace fs = std::filesystem;

const std::string sized = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const std::string until_close = "HTTP/1.1 200 OK\r\n\r\nhello";

// Answers the requests of one connection after another.
class TlsUpstream {
public:
    struct Manners {
        std::string answer = sized;
        bool says_goodbye = true; // close_notify
        int version_max = TLS1_3_VERSION;
        int requests = 1; // of a connection
        bool asks_for_new_keys = false; // before each answer
        bool reads_bodies = true; // else it answers the head and waits for the end of the test
        std::size_t answered_at_once = 1 << 20; // bytes of a record or more
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
        SSL_CTX_set_msg_callback(context_, &TlsUpstream::on_record);
        SSL_CTX_set_msg_callback_arg(context_, this);
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 16);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        EXPECT_EQ(::pipe2(end_.data(), O_CLOEXEC), 0);
        thread_ = std::thread([this] { run(); });
    }
    TlsUpstream(const TlsUpstream&) = delete;
    TlsUpstream& operator=(const TlsUpstream&) = delete;
    ~TlsUpstream()
    {
        ::shutdown(listener_, SHUT_RDWR);
        ::close(end_[1]);
        thread_.join();
        ::close(end_[0]);
        ::close(listener_);
        SSL_CTX_free(context_);
    }

    std::uint16_t port = 0;
    std::atomic<std::size_t> request_bytes { 0 };
    std::atomic<int> resumed { 0 };
    std::atomic<int> records { 0 }; // that came with data; of TLS 1.2, where nothing else looks the same
    std::string asked_name, request; // the last one's; read after the exchange

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

    static void on_record(int written, int, int kind, const void* bytes, std::size_t, SSL*, void* self)
    {
        if (written == 0 && kind == SSL3_RT_HEADER
            && *static_cast<const unsigned char*>(bytes) == SSL3_RT_APPLICATION_DATA)
            ++static_cast<TlsUpstream*>(self)->records;
    }

    void serve(SSL* ssl)
    {
        resumed += SSL_session_reused(ssl);
        for (int i = 0; i < manners_.requests; ++i) {
            if (!read_request(ssl))
                return;
            if (manners_.asks_for_new_keys)
                SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
            std::string_view left = manners_.answer;
            for (; !left.empty(); left.remove_prefix(std::min(left.size(), manners_.answered_at_once)))
                SSL_write(
                    ssl, left.data(), static_cast<int>(std::min(left.size(), manners_.answered_at_once)));
        }
        if (!manners_.reads_bodies) {
            pollfd end { end_[0], POLLIN, 0 };
            ::poll(&end, 1, -1);
        } else if (manners_.says_goodbye) {
            SSL_shutdown(ssl);
        }
    }

    bool read_request(SSL* ssl)
    {
        arriving_.clear();
        while (!is_complete()) {
            char buffer[4096];
            int got = SSL_read(ssl, buffer, sizeof buffer);
            if (got <= 0)
                return false;
            arriving_.append(buffer, static_cast<std::size_t>(got));
            request_bytes += static_cast<std::size_t>(got);
        }
        request = arriving_;
        return true;
    }

    bool is_complete() const
    {
        std::size_t head = arriving_.find("\r\n\r\n");
        if (head == std::string::npos)
            return false;
        constexpr std::string_view field = "Content-Length: ";
        std::size_t length = std::stoul(arriving_.substr(arriving_.find(field) + field.size(), 20));
        return !manners_.reads_bodies || arriving_.size() >= head + 4 + length;
    }

    Manners manners_;
    SSL_CTX* context_;
    int listener_;
    std::array<int, 2> end_ {};
    std::string arriving_;
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

    Trust trust() const { return trust({ { "SSL_CERT_FILE", bundle } }); }
    static Trust trust(const Environment& environment)
    {
        Result<Trust> loaded = Trust::load(environment);
        EXPECT_TRUE(loaded) << loaded.error().message;
        return *loaded;
    }

    // Longer than what is read at the start, with the authority at the end.
    fs::path long_bundle(std::string_view end) const
    {
        fs::path file = folder / "long.pem";
        const std::string other = as_pem(make_leaf(authority).certificate.get());
        std::ofstream out(file);
        for (std::size_t size = 0; size < 80 * limits::KiB; size += other.size())
            out << other;
        out << end;
        return file;
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

TEST_F(Tls, ReadsALongBundleForTheFirstConnection)
{
    TlsUpstream upstream(make_leaf(authority), {});
    Fetching fetching(trust({ { "SSL_CERT_FILE", long_bundle(as_pem(authority.certificate.get())) } }));
    EXPECT_EQ(fetching.fetch({ true, "localhost", upstream.port }).body, "hello");
}

TEST_F(Tls, SaysWhichLongBundleIsBroken)
{
    TlsUpstream upstream(make_leaf(authority), {});
    const std::string file =
        long_bundle("-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n");
    Trust broken = trust({ { "SSL_CERT_FILE", file } });
    EXPECT_FALSE(broken.read()) << "what looks at everything finds it";
    Fetched fetched = Fetching(broken).fetch({ true, "localhost", upstream.port });
    ASSERT_TRUE(fetched.error);
    EXPECT_TRUE(fetched.error->message.contains(file)) << fetched.error->message;
    EXPECT_EQ(upstream.request_bytes, 0U);
}

TEST_F(Tls, FindsAnAuthorityInAFolderByItsHash)
{
    fs::path hashed = folder / "hashed";
    fs::create_directories(hashed);
    std::array<char, 16> name {};
    std::snprintf(name.data(), name.size(), "%08lx.0", X509_subject_name_hash(authority.certificate.get()));
    std::ofstream(hashed / name.data()) << as_pem(authority.certificate.get());
    TlsUpstream upstream(make_leaf(authority), {});
    Fetching fetching(trust({ { "SSL_CERT_DIR", hashed } }));
    EXPECT_EQ(fetching.fetch({ true, "localhost", upstream.port }).body, "hello");
}

TEST_F(Tls, ComesBackWithTheSessionOfBefore)
{
    for (int version : { TLS1_2_VERSION, TLS1_3_VERSION }) {
        TlsUpstream upstream(make_leaf(authority), { .version_max = version });
        Fetching fetching(trust());
        for (int i = 0; i < 4; ++i) {
            Fetched fetched = fetching.fetch({ true, "localhost", upstream.port });
            EXPECT_EQ(fetched.body, "hello");
            EXPECT_FALSE(fetched.was_reused);
        }
        EXPECT_EQ(upstream.resumed, 3) << version;
        fetching.fetch({ true, "127.0.0.1", upstream.port });
        EXPECT_EQ(upstream.resumed, 3) << "another name is another server";
    }
}

TEST_F(Tls, KeepsAConnectionForTheNextRequest)
{
    for (bool new_keys : { false, true }) {
        TlsUpstream upstream(make_leaf(authority), { .requests = 3, .asks_for_new_keys = new_keys });
        Fetching fetching(trust());
        for (int i = 0; i < 3; ++i) {
            Fetched fetched = fetching.fetch({ true, "localhost", upstream.port });
            EXPECT_EQ(fetched.body, "hello");
            EXPECT_EQ(fetched.was_reused, i > 0);
        }
    }
}

TEST_F(Tls, OpensAConnectionAheadOfTheRequest)
{
    TlsUpstream upstream(make_leaf(authority), {}); // which sends tickets before anybody reads
    Fetching fetching(trust());
    Origin origin { true, "localhost", upstream.port };
    fetching.run(fetching.client.warm_up(origin, limits::connect_time));
    fetching.client.sweep();
    EXPECT_EQ(fetching.client.idle_connections(), 1U);
    EXPECT_TRUE(fetching.fetch(origin).was_reused);
}

std::string counted(std::size_t size)
{
    std::string text;
    for (int i = 0; text.size() < size; ++i)
        text += std::to_string(i) + ' ';
    text.resize(size);
    return text;
}

TEST_F(Tls, SendsABodyWholeHoweverItIsCut)
{
    TlsUpstream upstream(make_leaf(authority), { .requests = 2 });
    Fetching fetching(trust());
    Origin origin { true, "localhost", upstream.port };
    const std::string body = counted(5 * limits::MiB); // more than any buffer between the two
    std::vector<std::string_view> pieces;
    std::string_view left = body;
    for (std::size_t size : { 0UL, 1UL, 100UL, 16383UL, 16384UL, 16385UL, 300000UL, 5000000UL, 0UL }) {
        pieces.push_back(left.substr(0, size));
        left.remove_prefix(pieces.back().size());
    }
    pieces.push_back(left);
    Fetched fetched;
    UpstreamRequest request { .origin = origin, .target = "/v1/x", .body = pieces };
    fetching.run(fetch_into(fetching.client, request, fetched));
    EXPECT_EQ(fetched.body, "hello");
    EXPECT_TRUE(upstream.request.substr(upstream.request.find("\r\n\r\n") + 4) == body);
    EXPECT_EQ(fetching.fetch(origin, body).body, "hello");
    EXPECT_TRUE(upstream.request.ends_with(body));
}

TEST_F(Tls, SendsFullRecords)
{
    TlsUpstream upstream(make_leaf(authority), { .version_max = TLS1_2_VERSION, .requests = 2 });
    Fetching fetching(trust());
    fetching.fetch({ true, "localhost", upstream.port }, counted(4000));
    EXPECT_EQ(upstream.records, 1) << "head and body are one";
    fetching.fetch({ true, "localhost", upstream.port }, counted(60 * limits::KiB));
    EXPECT_EQ(upstream.records, 1 + 4);
}

TEST_F(Tls, ReadsAnswersOfAnySize)
{
    const std::string body = counted(3 * limits::MiB);
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    for (std::size_t at_once : { std::size_t { 1000 }, answer.size() }) {
        TlsUpstream upstream(make_leaf(authority), { .answer = answer, .answered_at_once = at_once });
        EXPECT_TRUE(fetch(upstream).body == body) << at_once;
    }
}

TEST_F(Tls, ReadsAnAnswerThatComesBeforeTheBodyIsTaken) // U-14
{
    TlsUpstream upstream(make_leaf(authority),
        { .answer = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig", .reads_bodies = false });
    Fetching fetching(trust());
    Fetched fetched =
        fetching.fetch({ true, "localhost", upstream.port }, std::string(32 * limits::MiB, 'x'));
    EXPECT_EQ(fetched.status, 413);
    EXPECT_EQ(fetched.body, "big");
    EXPECT_EQ(fetching.client.idle_connections(), 0U);
}

} // namespace
} // namespace dragoman::net
