// Clients that leave, wait, dawdle or send too much: table C.
#include "unit/net/test_server.h"

#include <sys/resource.h>
#include <vector>
#include <zlib.h>

namespace dragoman::net {
namespace {

using dragoman::testing::body_of;
using dragoman::testing::RawClient;
using dragoman::testing::status_of;
using namespace std::chrono_literals;

constexpr std::string_view wait_request = "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n";

std::string gzip(std::string_view text)
{
    z_stream z {};
    deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&z, text.size()), '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    z.avail_in = static_cast<uInt>(text.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    deflate(&z, Z_FINISH);
    out.resize(z.total_out);
    deflateEnd(&z);
    return out;
}

std::string post(std::string_view body, std::string_view fields = "")
{
    return "POST /echo HTTP/1.1\r\nHost: x\r\n" + std::string(fields)
        + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(Client, IsNoticedWhenItResetsDuringASilentWait) // C-02, C-03
{
    TestServer server;
    RawClient client(server.port);
    client.send(wait_request);
    ASSERT_TRUE(Seen::reaches(server.seen.handled, 1));
    client.reset();
    EXPECT_TRUE(Seen::reaches(server.seen.cancelled, 1));
}

TEST(Client, IsNoticedWhenItClosesDuringASilentWait) // C-02, C-03
{
    TestServer server;
    RawClient client(server.port);
    client.send(wait_request);
    ASSERT_TRUE(Seen::reaches(server.seen.handled, 1));
    auto before = Clock::now();
    client.close(); // Only a FIN reaches the server.
    EXPECT_TRUE(Seen::reaches(server.seen.cancelled, 1));
    EXPECT_LT(Clock::now() - before, 1s); // 50 ms in the benchmarks; this machine may be busy.
}

TEST(Client, IsNoticedWhenItClosesDuringASilentStream) // C-01
{
    TestServer server;
    RawClient client(server.port);
    client.send("GET /silent-stream HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_until("data: first\n\n\r\n");
    client.close();
    EXPECT_TRUE(Seen::reaches(server.seen.cancelled, 1));
}

TEST(Client, IsNoticedWhenItClosesWithUnreadBytes) // C-01
{
    TestServer server;
    RawClient client(server.port);
    client.send("GET /stream?n=1000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_until("data: 5\n\n");
    client.close();
    EXPECT_TRUE(Seen::reaches(server.seen.cancelled, 1));
}

TEST(Client, GetsTheWholeAnswerAfterAHalfClose) // C-07
{
    TestServer server;
    RawClient client(server.port);
    client.send("GET /stream?n=50 HTTP/1.1\r\nHost: x\r\n\r\n");
    client.finish_sending();
    std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.contains("data: 49\n\n"));
    EXPECT_TRUE(answer.ends_with("0\r\n\r\n"));
    EXPECT_TRUE(Seen::reaches(server.seen.finished, 1));
    EXPECT_EQ(server.seen.cancelled, 0);
}

TEST(Client, IsNeverHandedOnWhenItLeavesDuringTheUpload) // C-04
{
    TestServer server;
    {
        RawClient client(server.port);
        client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
        ASSERT_TRUE(Seen::reaches(server.seen.admitted, 1));
    }
    while (server.server->connections() > 0)
        std::this_thread::yield();
    EXPECT_EQ(server.seen.handled, 0);
}

TEST(Client, ThatDoesNotReadStopsTheWriterAndIsEnded) // C-08, U-25
{
    ServerOptions options = impatient();
    options.patience.write_stall = 200ms;
    TestServer server(options);
    RawClient client(server.port);
    client.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(Seen::reaches(server.seen.cancelled, 1));
    EXPECT_LE(server.seen.most_unsent, limits::client_buffer + 128 * 1024);
}

TEST(Client, ThatSaysNothingIsClosedSilently) // C-12
{
    ServerOptions options = impatient();
    options.patience.head = 50ms;
    TestServer server(options);
    RawClient client(server.port);
    EXPECT_EQ(client.read_to_end(), "");
}

TEST(Client, ThatNeverFinishesItsHeadGets408) // C-10
{
    ServerOptions options = impatient();
    options.patience.head = 50ms;
    TestServer server(options);
    RawClient client(server.port);
    client.send("GET /ok HTTP/1.1\r\nHo");
    EXPECT_EQ(status_of(client.read_to_end()), 408);
}

TEST(Client, WithASlowBodyGets408) // C-11
{
    ServerOptions options = impatient();
    options.patience.body_window = 50ms;
    TestServer server(options);
    for (std::string_view framing : { "Content-Length: 1000", "Transfer-Encoding: chunked" }) {
        RawClient client(server.port);
        client.send("POST /echo HTTP/1.1\r\nHost: x\r\n" + std::string(framing) + "\r\n\r\n5\r\n");
        EXPECT_EQ(status_of(client.read_to_end()), 408);
    }
    EXPECT_EQ(server.seen.handled, 0);
}

TEST(Client, ThatIsIdleIsClosedBetweenRequests) // C-13
{
    ServerOptions options = impatient();
    options.patience.idle = 50ms;
    TestServer server(options);
    RawClient client(server.port);
    client.send("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(client.read_answer()), 200);
    EXPECT_TRUE(client.ended());
}

TEST(Client, MaySendABodyUpToTheLimitAndNotOneByteMore) // C-16
{
    ServerOptions options;
    options.body_max = 100'000;
    TestServer server(options);
    std::string most(100'000, 'x');
    EXPECT_EQ(body_of(server.ask(post(most))), most);
    EXPECT_EQ(status_of(server.ask(post(most + "x"))), 413);
    EXPECT_EQ(
        status_of(server.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10737418240\r\n\r\n")), 413);
    RawClient client(server.port);
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send("20000\r\n" + std::string(0x20000, 'x'));
    EXPECT_EQ(status_of(client.read_answer()), 413);
}

TEST(Client, SendsTheWholeDefaultBody) // C-16
{
    TestServer server;
    std::string body(limits::request_body, 'x');
    RawClient client(server.port);
    std::thread sender([&] { client.send(post(body)); });
    std::string answer = client.read_answer();
    sender.join();
    EXPECT_TRUE(body_of(answer) == body);
}

TEST(Client, IsToldWhenTheMemoryForBodiesIsUsedUp) // C-17
{
    ServerOptions options;
    options.bodies_in_memory = 1000;
    TestServer server(options);
    RawClient first(server.port);
    first.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 800\r\n\r\n");
    ASSERT_TRUE(Seen::reaches(server.seen.admitted, 1));
    // Once the first body's share is taken, a second one of its size is too much.
    std::string body(800, 'x');
    int status = 200;
    for (int tries = 0; tries < 1000 && status == 200; ++tries)
        status = status_of(server.ask(post(body)));
    EXPECT_EQ(status, 529);
    first.send(body);
    EXPECT_EQ(body_of(first.read_answer()), body);
    EXPECT_EQ(body_of(server.ask(post(body))), body);
}

TEST(Client, MayCompressItsBody) // C-21
{
    TestServer server;
    std::string text;
    for (int i = 0; i < 100'000; ++i)
        text += std::to_string(i * 7919);
    std::string answer = server.ask(post(gzip(text), "Content-Encoding: gzip\r\n"));
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_TRUE(body_of(answer) == text);
    EXPECT_EQ(status_of(server.ask(post("x", "Content-Encoding: zstd\r\n"))), 415);
    EXPECT_TRUE(body_of(server.ask(post(gzip(text), "Content-Encoding: x-gzip\r\n"))) == text);
    const std::string members = gzip(text.substr(0, 7)) + gzip(text.substr(7));
    EXPECT_TRUE(body_of(server.ask(post(members, "Content-Encoding: gzip\r\n"))) == text);
    EXPECT_EQ(status_of(server.ask(post("x", "Content-Encoding: gzip\r\n"))), 400);
    std::string cut = gzip(text);
    cut.resize(cut.size() / 2);
    EXPECT_EQ(status_of(server.ask(post(cut, "Content-Encoding: gzip\r\n"))), 400);
}

TEST(Client, CannotSendABomb) // C-21
{
    TestServer server;
    std::string bomb = gzip(std::string(40 * limits::MiB, 'x'));
    EXPECT_LT(bomb.size(), 100 * 1024U);
    EXPECT_EQ(status_of(server.ask(post(bomb, "Content-Encoding: gzip\r\n"))), 413);
    std::string smaller =
        gzip(std::string(20 * limits::MiB, 'x')); // within the limit, but swollen a thousandfold
    EXPECT_EQ(status_of(server.ask(post(smaller, "Content-Encoding: gzip\r\n"))), 413);
}

TEST(Client, StreamsByTheHundredKeepTheirOrder) // R-03, S-25
{
    TestServer server;
    constexpr int streams = 500;
    constexpr int events = 20;
    std::vector<RawClient> clients;
    for (int i = 0; i < streams; ++i) {
        clients.emplace_back(server.port);
        clients.back().send(
            "GET /stream?n=" + std::to_string(events + i % 3) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for (int i = 0; i < streams; ++i) {
        std::string answer = body_of(clients[static_cast<std::size_t>(i)].read_until("\r\n0\r\n\r\n"));
        std::string expected;
        for (int event = 0; event < events + i % 3; ++event) {
            std::string text = "data: " + std::to_string(event) + "\n\n";
            expected += (text.size() == 9 ? "9" : "a") + ("\r\n" + text) + "\r\n";
        }
        ASSERT_EQ(answer, expected + "0\r\n\r\n") << i;
    }
}

// Sockets that exist before descriptors run out, and are connected afterwards.
std::vector<int> unconnected(std::size_t count)
{
    std::vector<int> sockets;
    while (sockets.size() < count)
        sockets.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return sockets;
}

TEST(Client, GetsAnAnswerAlthoughIdleOnesHoldAllDescriptors)
{
    TestServer server;
    std::vector<int> sockets = unconnected(60);
    rlimit before {};
    getrlimit(RLIMIT_NOFILE, &before);
    rlimit tight { static_cast<rlim_t>(sockets.back()) + 12, before.rlim_max };
    setrlimit(RLIMIT_NOFILE, &tight);
    std::vector<RawClient> clients;
    int answered = 0;
    for (int socket : sockets) {
        clients.emplace_back(server.port, socket);
        clients.back().send("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n");
        answered += status_of(clients.back().read_answer()) == 200 ? 1 : 0;
    }
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_EQ(answered, 60);
    EXPECT_LE(server.server->connections(), 12U);
    EXPECT_EQ(status_of(server.ask("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n")), 200);
}

} // namespace
} // namespace dragoman::net
