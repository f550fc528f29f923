// What upstreams do to us: tables U and N, without TLS.
#include "support/scripted_upstream.h"
#include "unit/net/fetching.h"
#include "unit/net/test_server.h"

#include <gtest/gtest.h>

#include <zlib.h>

namespace dragoman::net {
namespace {

using dragoman::testing::RawClient;
using dragoman::testing::ScriptedUpstream;
using dragoman::testing::Step;
using namespace std::chrono_literals;

const std::string whole = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "5\r\nhello\r\n7\r\n, world\r\n0\r\nX-Sum: 1\r\n\r\n";

TEST(Upstream, SendsTheRequestAsItWasGiven)
{
    ScriptedUpstream upstream({ { whole } });
    Fetching fetching;
    Field fields[] = { { "Authorization", "Bearer k" }, { "content-length", "99" },
        { "host", "evil.example" } };
    Fetched fetched = fetching.fetch(local(upstream.port()), "{\"a\":1}", fields);
    EXPECT_EQ(fetched.status, 200);
    EXPECT_EQ(fetched.body, "hello");
    EXPECT_EQ(fetched.content_type, "text/plain");
    EXPECT_EQ(upstream.requests().at(0),
        "POST /v1/x HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(upstream.port())
            + "\r\nAuthorization: Bearer k\r\nContent-Length: 7\r\nAccept-Encoding: "
              "identity\r\n\r\n{\"a\":1}");
}

TEST(Upstream, RefusesToSendAFieldThatWouldSplitTheRequest) // H-18, S-10
{
    ScriptedUpstream upstream;
    Fetching fetching;
    Field fields[] = { { "x-model", "a\r\nx-evil: 1" } };
    EXPECT_EQ(fetching.fetch(local(upstream.port()), "{}", fields).error->kind, Error::Kind::internal);
    EXPECT_EQ(upstream.connections, 0);
}

TEST(Upstream, KeepsTheConnectionForTheNextRequest)
{
    ScriptedUpstream upstream({ { whole }, { chunked }, { whole } });
    Fetching fetching;
    EXPECT_FALSE(fetching.fetch(local(upstream.port())).was_reused);
    EXPECT_TRUE(fetching.fetch(local(upstream.port())).was_reused);
    EXPECT_EQ(fetching.fetch(local(upstream.port())).body, "hello");
    EXPECT_EQ(upstream.connections, 1);
    EXPECT_EQ(fetching.client.idle_connections(), 1U);
    fetching.client.clear();
    EXPECT_EQ(fetching.client.idle_connections(), 0U);
}

TEST(Upstream, DoesNotReuseAConnectionThatWillClose)
{
    for (std::string_view field : { "Connection: close\r\n", "" }) {
        std::string answer = field.empty()
            ? "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"
            : "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
        ScriptedUpstream upstream({ { answer }, { answer } });
        Fetching fetching;
        fetching.fetch(local(upstream.port()));
        EXPECT_EQ(fetching.fetch(local(upstream.port())).body, "ok");
        EXPECT_EQ(upstream.connections, 2);
    }
}

TEST(Upstream, ReadsTheSameHoweverTheAnswerIsCut) // U-04, U-18
{
    for (const std::string& answer : { whole, chunked }) {
        for (std::size_t piece : { 1U, 2U, 3U, 7U, 64U }) {
            ScriptedUpstream upstream({ { answer, Step::Then::keep, piece } });
            Fetching fetching;
            Fetched fetched = fetching.fetch(local(upstream.port()));
            EXPECT_EQ(fetched.body, answer == whole ? "hello" : "hello, world") << piece;
            EXPECT_FALSE(fetched.error);
        }
    }
}

TEST(Upstream, NeverTakesACutForTheEnd) // U-07, N-05
{
    for (const std::string& answer : { whole, chunked }) {
        for (Step::Then then : { Step::Then::close, Step::Then::reset }) {
            for (std::size_t size = 0; size < answer.size(); ++size) {
                ScriptedUpstream upstream({ { answer.substr(0, size), then } });
                Fetching fetching;
                Fetched fetched = fetching.fetch(local(upstream.port()));
                ASSERT_TRUE(fetched.error) << size;
                bool nothing_came =
                    size == 0 || then == Step::Then::reset; // A reset may overtake what was sent.
                EXPECT_TRUE(ended_early(*fetched.error) || nothing_came) << fetched.error->message;
                EXPECT_EQ(fetched.error->source, Error::Source::upstream);
                EXPECT_EQ(fetching.client.idle_connections(), 0U);
                EXPECT_EQ(upstream.connections, 1) << size; // Nothing is sent a second time.
            }
        }
    }
}

TEST(Upstream, ReadsUntilTheConnectionEndsWhenThereIsNoLength)
{
    ScriptedUpstream upstream({ { "HTTP/1.1 200 OK\r\n\r\nall of it", Step::Then::close } });
    Fetching fetching;
    Fetched fetched = fetching.fetch(local(upstream.port()));
    EXPECT_EQ(fetched.body, "all of it");
    EXPECT_FALSE(fetched.error);
}

TEST(Upstream, AsksOnceMoreWhenAKeptConnectionWasClosed) // U-19
{
    ScriptedUpstream upstream({ { whole }, { "", Step::Then::close }, { chunked } });
    Fetching fetching;
    fetching.fetch(local(upstream.port()));
    Fetched fetched = fetching.fetch(local(upstream.port()));
    EXPECT_EQ(fetched.body, "hello, world");
    EXPECT_EQ(upstream.connections, 2);
    EXPECT_EQ(upstream.requests().size(), 3U);
}

TEST(Upstream, DoesNotAskAgainOnceAByteOfAnAnswerCame) // U-19
{
    ScriptedUpstream upstream({ { whole }, { "H", Step::Then::close }, { chunked } });
    Fetching fetching;
    fetching.fetch(local(upstream.port()));
    Fetched fetched = fetching.fetch(local(upstream.port()));
    ASSERT_TRUE(fetched.error);
    EXPECT_TRUE(ended_early(*fetched.error));
    EXPECT_EQ(upstream.requests().size(), 2U);
}

TEST(Upstream, DoesNotAskAgainOnANewConnection) // U-19
{
    ScriptedUpstream upstream({ { "", Step::Then::close }, { whole } });
    Fetching fetching;
    Fetched fetched = fetching.fetch(local(upstream.port()));
    ASSERT_TRUE(fetched.error);
    EXPECT_EQ(fetched.error->kind, Error::Kind::upstream_protocol);
    EXPECT_EQ(upstream.requests().size(), 1U);
}

TEST(Upstream, ReadsAnAnswerThatComesBeforeTheBodyIsTaken) // U-14
{
    // Neither side would ever move again if the whole body had to go first.
    ScriptedUpstream upstream(
        { { "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig", Step::Then::hold, 0, true } });
    Fetching fetching;
    Fetched fetched = fetching.fetch(local(upstream.port()), std::string(32 * limits::MiB, 'x'));
    EXPECT_EQ(fetched.status, 413);
    EXPECT_EQ(fetched.body, "big");
    EXPECT_EQ(fetching.client.idle_connections(), 0U);
}

TEST(Upstream, SkipsSomeInterimAnswersButNotAThousand) // U-16
{
    std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += interim;
    ScriptedUpstream upstream({ { interim + "HTTP/1.1 100 Continue\r\n\r\n" + whole, Step::Then::close },
        { many + whole, Step::Then::close },
        { "HTTP/1.1 101 Switching Protocols\r\n\r\n", Step::Then::close } });
    Fetching fetching;
    EXPECT_EQ(fetching.fetch(local(upstream.port())).body, "hello");
    EXPECT_EQ(fetching.fetch(local(upstream.port())).error->kind, Error::Kind::upstream_protocol);
    EXPECT_EQ(fetching.fetch(local(upstream.port())).error->kind, Error::Kind::upstream_protocol);
}

TEST(Upstream, KnowsAnswersWithoutABody) // U-16
{
    ScriptedUpstream upstream(
        { { "HTTP/1.1 204 No Content\r\n\r\n" }, { "HTTP/1.1 304 Not Modified\r\n\r\n" }, { whole } });
    Fetching fetching;
    EXPECT_EQ(fetching.fetch(local(upstream.port())).status, 204);
    EXPECT_EQ(fetching.fetch(local(upstream.port())).status, 304);
    EXPECT_EQ(fetching.fetch(local(upstream.port())).body, "hello");
    EXPECT_EQ(upstream.connections, 1);
}

TEST(Upstream, ReportsARedirectAndDoesNotFollowIt) // U-15
{
    ScriptedUpstream upstream(
        { { "HTTP/1.1 307 T\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n" } });
    Fetching fetching;
    EXPECT_EQ(fetching.fetch(local(upstream.port())).status, 307);
    EXPECT_EQ(upstream.requests().size(), 1U);
}

TEST(Upstream, RefusesAnswersWithBrokenFraming) // U-18
{
    std::string many;
    for (int i = 0; i < 10'000; ++i)
        many += "A: b\r\n";
    for (const std::string& answer :
        { std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            std::string("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"),
            std::string("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello"),
            std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
            std::string("HTTP/1.1 200 OK\r\nX: ") + std::string(1 << 20, 'x') + "\r\n\r\n",
            "HTTP/1.1 200 OK\r\n" + many + "\r\n", std::string("HTTP/1.1 999 OK\r\n\r\n"),
            std::string("SSH-2.0-OpenSSH_9.2\r\n\r\n"), std::string("HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
            std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n") }) {
        ScriptedUpstream upstream({ { answer, Step::Then::close } });
        Fetching fetching;
        Fetched fetched = fetching.fetch(local(upstream.port()));
        ASSERT_TRUE(fetched.error) << answer.substr(0, 100);
        EXPECT_EQ(fetched.error->kind, Error::Kind::upstream_protocol);
        EXPECT_EQ(fetching.client.idle_connections(), 0U);
    }
}

TEST(Upstream, DoesNotKeepAConnectionThatSaysMoreThanItsAnswer) // U-18
{
    ScriptedUpstream upstream({ { whole + "more" }, { whole } });
    Fetching fetching;
    EXPECT_EQ(fetching.fetch(local(upstream.port())).body, "hello");
    EXPECT_EQ(fetching.fetch(local(upstream.port())).body, "hello");
    EXPECT_EQ(upstream.connections, 2);
}

std::string deflated(std::string_view text, int window)
{
    z_stream z {};
    deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&z, text.size()) + 64, '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    deflate(&z, Z_FINISH);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

std::string coded(std::string_view coding, std::string_view body)
{
    return "HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string(coding)
        + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(Upstream, DecodesCompressedBodies) // U-17
{
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += std::to_string(i * 7919);
    for (auto [coding, window] :
        { std::pair { "gzip", 16 + MAX_WBITS }, { "deflate", MAX_WBITS }, { "deflate", -MAX_WBITS } }) {
        std::string body = deflated(text, window);
        ScriptedUpstream upstream({ { coded(coding, body), Step::Then::keep, 1000 },
            { coded(coding, body.substr(0, body.size() / 2)) }, { coded(coding, "garbage!") } });
        Fetching fetching;
        EXPECT_TRUE(fetching.fetch(local(upstream.port())).body == text) << coding;
        EXPECT_TRUE(ended_early(*fetching.fetch(local(upstream.port())).error));
        EXPECT_TRUE(fetching.fetch(local(upstream.port())).error);
    }
}

TEST(Upstream, NeverShowsABodyThatItCannotDecode) // U-17
{
    for (std::string_view coding : { "br", "zstd", "BR", "gzip, gzip" }) {
        ScriptedUpstream upstream({ { coded(coding, "garbage") } });
        Fetching fetching;
        Fetched fetched = fetching.fetch(local(upstream.port()));
        EXPECT_EQ(fetched.status, 200);
        EXPECT_EQ(fetched.body, "");
        EXPECT_EQ(fetched.error->kind, Error::Kind::upstream_protocol);
    }
}

TEST(Upstream, ReadsABodyWhoseCodingIsNone) // U-17
{
    for (std::string_view coding : { "none", "identity", "utf-8", "Identity" }) {
        ScriptedUpstream upstream({ { coded(coding, "as it is") } });
        Fetching fetching;
        Fetched fetched = fetching.fetch(local(upstream.port()));
        EXPECT_EQ(fetched.body, "as it is") << coding;
        EXPECT_FALSE(fetched.error) << coding;
    }
}

TEST(Upstream, StopsABomb) // U-17
{
    std::string bomb = deflated(std::string(70 * limits::MiB, 'x'), 16 + MAX_WBITS);
    ScriptedUpstream upstream({ { coded("gzip", bomb) } });
    Fetching fetching;
    Fetched fetched = fetching.fetch(local(upstream.port()));
    EXPECT_TRUE(fetched.error);
    EXPECT_LE(fetched.body.size(), limits::whole_answer + limits::MiB);
}

Task<void> give_up_after(Upstream& upstream, UpstreamRequest request, Event& event)
{
    Fetched fetched;
    co_await unless(event, fetch_into(upstream, request, fetched));
}

Task<void> set_when_asked(ScriptedUpstream& upstream, Event& event)
{
    while (upstream.requests().empty())
        co_await sleep_for(1ms);
    event.set();
}

TEST(Upstream, ClosesTheConnectionWhenTheCallerGivesUp) // C-01, C-02
{
    for (std::string_view begun :
        { "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" }) {
        ScriptedUpstream upstream({ { std::string(begun), Step::Then::wait } });
        Fetching fetching;
        Event event(fetching.loop.get_executor());
        Origin origin = local(upstream.port());
        UpstreamRequest request { .origin = origin, .target = "/" };
        boost::asio::co_spawn(fetching.loop, set_when_asked(upstream, event), boost::asio::detached);
        fetching.run(give_up_after(fetching.client, request, event));
        EXPECT_TRUE(Seen::reaches(upstream.closed, 1));
        EXPECT_EQ(fetching.client.idle_connections(), 0U);
    }
}

TEST(Upstream, IsCancelledWhenTheClientLeaves) // C-01, C-02
{
    for (std::string_view begun :
        { "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" }) {
        ScriptedUpstream upstream({ { std::string(begun), Step::Then::wait } });
        TestServer server;
        server.seen.origin = local(upstream.port());
        RawClient client(server.port);
        client.send("POST /forward HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
        while (upstream.requests().empty())
            std::this_thread::yield();
        if (!begun.empty())
            client.read_until("hello");
        client.reset();
        EXPECT_TRUE(Seen::reaches(upstream.closed, 1));
        EXPECT_TRUE(Seen::reaches(server.seen.cancelled, 1));
    }
}

TEST(Upstream, SaysWhyItCannotBeReached) // N-01, N-03
{
    std::uint16_t port = 0;
    {
        ScriptedUpstream gone;
        port = gone.port();
    }
    Fetching fetching;
    Fetched refused = fetching.fetch(local(port));
    ASSERT_TRUE(refused.error);
    EXPECT_EQ(refused.error->kind, Error::Kind::unreachable);
    EXPECT_EQ(refused.error->message, "Cannot reach 127.0.0.1: connection refused");
    Fetching lost(Trust::none(), {}, [](const std::string&, std::uint16_t) -> Result<Addresses> {
        return Failure(Error::unreachable("Name or service not known"));
    });
    Fetched unknown = lost.fetch({ false, "nowhere.example", 80 });
    ASSERT_TRUE(unknown.error);
    EXPECT_EQ(unknown.error->message, "Cannot reach nowhere.example: Name or service not known");
}

// A listener whose queue is full: further connections to it are neither made nor refused.
class DeadEnd {
public:
    DeadEnd()
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(fd_, 0);
        socklen_t size = sizeof address;
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        first_.emplace(port);
    }
    ~DeadEnd() { ::close(fd_); }
    std::uint16_t port = 0;

private:
    int fd_;
    std::optional<RawClient> first_;
};

Addresses loopback(std::initializer_list<std::uint16_t> ports)
{
    Addresses addresses;
    for (std::uint16_t port : ports)
        addresses.emplace_back(boost::asio::ip::address_v4::loopback(), port);
    return addresses;
}

TEST(Upstream, TriesTheNextAddressWhenOneIsSilentOrRefuses) // N-02, N-03
{
    DeadEnd silent;
    ScriptedUpstream upstream({ { whole }, { whole } });
    std::uint16_t refusing = 1;
    for (std::uint16_t bad : { silent.port, refusing }) {
        Fetching fetching(Trust::none(), {}, [&](const std::string&, std::uint16_t) -> Result<Addresses> {
            return loopback({ bad, upstream.port() });
        });
        EXPECT_EQ(fetching.fetch({ false, "two.example", 80 }).body, "hello") << bad;
    }
}

TEST(Upstream, GivesUpOnAConnectionThatIsNotMade) // U-01, N-03
{
    DeadEnd silent;
    Fetching fetching;
    fetching.connect_time = 50ms;
    Fetched fetched = fetching.fetch(local(silent.port));
    ASSERT_TRUE(fetched.error);
    EXPECT_EQ(fetched.error->kind, Error::Kind::unreachable);
}

TEST(Upstream, UsesTheLastKnownAddressWhenNamesCannotBeResolved) // N-01
{
    std::atomic<int> lookups { 0 };
    Lookup lookup = [&](const std::string&, std::uint16_t port) -> Result<Addresses> {
        ++lookups;
        return loopback({ port });
    };
    ScriptedUpstream upstream({ { whole, Step::Then::close }, { whole, Step::Then::close } });
    Fetching fetching(Trust::none(), {}, lookup);
    Origin origin { false, "named.example", upstream.port() };
    EXPECT_EQ(fetching.fetch(origin).body, "hello");
    EXPECT_EQ(fetching.fetch(origin).body, "hello");
    EXPECT_EQ(lookups, 1);
}

TEST(Upstream, OpensAConnectionAheadOfTheRequest)
{
    ScriptedUpstream upstream({ { whole } });
    Fetching fetching;
    Origin origin = local(upstream.port());
    for (int i = 0; i < 2; ++i) // The second one finds the first.
        fetching.run(fetching.client.warm_up(origin, 1s));
    EXPECT_EQ(fetching.client.idle_connections(), 1U);
    EXPECT_TRUE(upstream.requests().empty());
    Fetched fetched = fetching.fetch(origin);
    EXPECT_EQ(fetched.body, "hello");
    EXPECT_TRUE(fetched.was_reused);
    EXPECT_EQ(upstream.connections, 1);
}

TEST(Upstream, OpensOneConnectionAheadAtATime)
{
    ScriptedUpstream upstream;
    Fetching fetching;
    Origin origin = local(upstream.port());
    for (int i = 0; i < 3; ++i)
        boost::asio::co_spawn(fetching.loop, fetching.client.warm_up(origin, 1s), boost::asio::detached);
    fetching.run(fetching.client.warm_up(origin, 1s));
    fetching.loop.restart();
    while (fetching.client.idle_connections() == 0)
        fetching.loop.run_one();
    fetching.loop.poll();
    EXPECT_EQ(fetching.client.idle_connections(), 1U);
}

TEST(Upstream, IsSilentWhenNoConnectionCanBeOpenedAhead)
{
    Fetching fetching(Trust::none(), {}, [](const std::string&, std::uint16_t) -> Result<Addresses> {
        return Failure(Error::unreachable("Name or service not known"));
    });
    Origin origin { false, "nowhere.example", 80 };
    ::testing::internal::CaptureStderr();
    fetching.run(fetching.client.warm_up(origin, 1s));
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(fetching.client.idle_connections(), 0U);
}

TEST(Upstream, RelaysALongStreamToASlowReaderWithBoundedMemory) // U-25, C-08
{
    std::string big(8 * limits::MiB, 'y');
    ScriptedUpstream upstream(
        { { "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(big.size()) + "\r\n\r\n" + big } });
    TestServer server;
    server.seen.origin = local(upstream.port());
    RawClient client(server.port);
    client.send("POST /forward HTTP/1.0\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
    std::string answer = client.read_to_end();
    EXPECT_TRUE(dragoman::testing::body_of(answer) == big);
}

} // namespace
} // namespace dragoman::net
