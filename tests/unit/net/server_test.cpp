#include "unit/net/test_server.h"

namespace dragoman::net {
namespace {

using dragoman::testing::body_of;
using dragoman::testing::RawClient;
using dragoman::testing::status_of;
using namespace std::chrono_literals;

TEST(Server, AnswersAndKeepsTheConnection)
{
    TestServer server;
    RawClient client(server.port);
    for (int i = 0; i < 3; ++i) {
        client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
        std::string answer = client.read_answer();
        EXPECT_EQ(status_of(answer), 200);
        EXPECT_EQ(body_of(answer), "hello");
        EXPECT_FALSE(answer.contains("Connection: close"));
    }
}

TEST(Server, StreamsOneChunkForEachBody)
{
    TestServer server;
    RawClient client(server.port);
    client.send("GET /stream?n=2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::string answer = client.read_until("0\r\n\r\n");
    EXPECT_TRUE(answer.contains("Transfer-Encoding: chunked"));
    EXPECT_EQ(body_of(answer), "9\r\ndata: 0\n\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n");
}

TEST(Server, StreamsUntilCloseTowardsHttp10)
{
    TestServer server;
    RawClient client(server.port);
    client.send("GET /stream?n=2 HTTP/1.0\r\n\r\n");
    std::string answer = client.read_to_end();
    EXPECT_FALSE(answer.contains("chunked"));
    EXPECT_EQ(body_of(answer), "data: 0\n\ndata: 1\n\n");
}

TEST(Server, LeavesOutFieldsThatWouldSplitTheAnswer) // H-18
{
    TestServer server;
    std::string answer = server.ask("GET /split HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_FALSE(answer.contains("evil"));
    EXPECT_TRUE(answer.contains("x-good: yes\r\n"));
}

TEST(Server, TurnsAnExceptionIntoAnAnswerAndGoesOn) // P-15
{
    TestServer server;
    RawClient client(server.port);
    client.send("GET /throw HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(status_of(client.read_answer()), 500);
    client.send("GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(status_of(client.read_answer()), 200);
}

TEST(Server, DoesNotEndAnAnswerThatWasAborted)
{
    TestServer server;
    RawClient client(server.port);
    client.send("GET /cut HTTP/1.1\r\nHost: localhost\r\n\r\n");
    std::string answer = client.read_to_end();
    EXPECT_TRUE(answer.ends_with("4\r\nhalf\r\n"));
}

TEST(Server, BreaksAnAnswerOffThatWasGivenUpInsideAChunk)
{
    TestServer server;
    RawClient client(server.port);
    client.send("GET /give-up HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ASSERT_TRUE(Seen::reaches(server.seen.finished, 1));
    std::string answer = client.read_to_end();
    EXPECT_FALSE(answer.contains("data: error"));
    EXPECT_FALSE(answer.ends_with("\r\n"));
    EXPECT_TRUE(client.ended());
}

TEST(Server, SaysWhoHasThePort) // P-05
{
    TestServer first;
    ServerOptions options;
    options.listen = { { "127.0.0.1", first.port, false } };
    for (unsigned workers : { 1U, 3U }) {
        options.workers = workers;
        Server second(options, Trust::none(), {}, [](WorkerContext&) { return nullptr; });
        Result<void> bound = second.bind();
        ASSERT_FALSE(bound);
        EXPECT_EQ(bound.error().message,
            "address in use: 127.0.0.1:" + std::to_string(first.port) + " (pid " + std::to_string(getpid())
                + ")");
    }
}

TEST(Server, LeavesOutAnOptionalAddressThatTheMachineDoesNotHave)
{
    ServerOptions options;
    options.listen = { { "127.0.0.1", 0, false }, { "192.0.2.1", 0, true } };
    Server server(options, Trust::none(), {}, [](WorkerContext&) { return nullptr; });
    ASSERT_TRUE(server.bind());
    EXPECT_EQ(server.endpoints().size(), 1U);
    options.listen.back().optional = false;
    Server strict(options, Trust::none(), {}, [](WorkerContext&) { return nullptr; });
    EXPECT_FALSE(strict.bind());
}

TEST(Server, ServesWithSeveralWorkers)
{
    ServerOptions options;
    options.workers = 3;
    TestServer server(options);
    for (int i = 0; i < 30; ++i)
        EXPECT_EQ(status_of(server.ask("GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n")), 200);
}

TEST(Server, RestsOnceAfterEachBusyTime)
{
    ServerOptions options = impatient();
    options.calm = std::chrono::milliseconds(50);
    TestServer server(options);
    const std::string request = "GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n";
    EXPECT_EQ(status_of(server.ask(request)), 200);
    EXPECT_TRUE(Seen::reaches(server.seen.rested, 1));
    EXPECT_EQ(status_of(server.ask(request)), 200);
    EXPECT_TRUE(Seen::reaches(server.seen.rested, 2));
    EXPECT_EQ(server.seen.rested, 2);
}

TEST(Server, DrainsRunningAnswersAndTakesNoNewOnes) // P-01
{
    TestServer server(impatient());
    RawClient idle(server.port);
    idle.send("GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n");
    idle.read_answer();
    RawClient running(server.port);
    running.send("GET /silent-stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    running.read_until("data: first\n\n\r\n");
    EXPECT_EQ(server.server->live_exchanges(), 1U);
    server.server->drain(300ms);
    EXPECT_TRUE(idle.ended());
    EXPECT_FALSE(RawClient(server.port).connected());
    std::string rest = running.read_to_end();
    EXPECT_TRUE(rest.contains("data: last words")) << rest;
    EXPECT_TRUE(rest.ends_with("0\r\n\r\n"));
    running.close();
    server.server->wait();
    EXPECT_EQ(server.server->live_exchanges(), 0U);
    EXPECT_EQ(server.server->connections(), 0U);
}

TEST(Server, StopsAtOnceWhenToldTo)
{
    TestServer server;
    RawClient running(server.port);
    running.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ASSERT_TRUE(Seen::reaches(server.seen.handled, 1));
    server.server->stop_now();
    server.server->wait();
    EXPECT_TRUE(running.ended());
    EXPECT_EQ(server.seen.cancelled, 1);
}

TEST(Server, RunsACallOnEveryWorker)
{
    ServerOptions options;
    options.workers = 2;
    TestServer server(options);
    std::atomic<int> mask { 0 };
    server.server->post_to_all([&](WorkerContext& context) { mask |= 1 << context.index; });
    EXPECT_TRUE(Seen::reaches(mask, 3));
}

} // namespace
} // namespace dragoman::net
