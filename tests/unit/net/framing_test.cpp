// What a request may look like on the wire, and what is refused: table H, through a real connection.
#include "net/request_head.h"
#include "unit/net/test_server.h"

#include <vector>

namespace dragoman::net {
namespace {

using dragoman::testing::body_of;
using dragoman::testing::RawClient;
using dragoman::testing::status_of;

// Sends it all, and gives what came until the server closed.
std::string conversation(const TestServer& server, std::string_view bytes)
{
    RawClient client(server.port);
    client.send(bytes);
    client.finish_sending();
    return client.read_to_end();
}

// The refusal, after which nothing else may have been answered or handed to the handler.
void expect_refused(TestServer& server, std::string_view bytes, int status)
{
    int handled = server.seen.handled;
    // A second request behind it: it must never be reached.
    std::string answer =
        conversation(server, std::string(bytes) + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(answer), status) << bytes.substr(0, 200) << "\n->\n" << answer.substr(0, 200);
    EXPECT_FALSE(answer.contains("smuggled")) << bytes.substr(0, 200);
    EXPECT_TRUE(answer.contains("Connection: close")) << bytes.substr(0, 200);
    EXPECT_EQ(server.seen.handled, handled) << bytes.substr(0, 200);
}

std::string post(std::string_view fields, std::string_view body)
{
    return "POST /echo HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

TEST(Framing, RefusesBothLengthAndTransferEncoding) // H-01
{
    TestServer server;
    expect_refused(server, post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
    expect_refused(server, post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400);
}

TEST(Framing, RefusesEveryOddContentLength) // H-02
{
    TestServer server;
    for (std::string_view value : { "+5", "-1", "0x5", "5 ", "05", "00", "5, 5", "5,5", "", "five", "5\t",
             " 5", "9223372036854775808", "18446744073709551616", "99999999999999999999999", "1e1", "5;" })
        expect_refused(server, post("Content-Length: " + std::string(value) + "\r\n", "hello"), 400);
    expect_refused(server, post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400);
    expect_refused(server, post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400);
}

TEST(Framing, RefusesEveryTransferEncodingButChunked) // H-03, H-04
{
    TestServer server;
    for (std::string_view value :
        { "xchunked", "chunked, identity", "identity, chunked", "chunked;q=1", "  chunked",
            "\x0b"
            "chunked",
            "chunked\x0c", "", "identity", "gzip, chunked", "chunked chunked", "chunked," })
        expect_refused(server, post("Transfer-Encoding: " + std::string(value) + "\r\n", "0\r\n\r\n"), 400);
    expect_refused(
        server, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
    expect_refused(
        server, "POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

TEST(Framing, ReadsChunksAndIgnoresTheirExtensionsAndTrailers) // H-06
{
    TestServer server;
    std::string request = post("Transfer-Encoding: chunked\r\n",
        "5\r\nhello\r\n1;a=b;c=\"d e\";f\r\n,\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n");
    std::string answer = conversation(server, request);
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_EQ(body_of(answer), "hello, world");
}

TEST(Framing, RefusesEveryOddChunk) // H-05
{
    TestServer server;
    for (std::string_view chunk :
        { "-2\r\nab\r\n", "+5\r\nhello\r\n", "0x5\r\nhello\r\n", "5 \r\nhello\r\n", "5;\r\nhello\r\n",
            "5;\nhello\r\n", "5\nhello\r\n", "5\rhello\r\n", "FFFFFFFFFFFFFFFF1\r\nhello\r\n", "5\r\nhello",
            "5\r\nhelloX\r\n", "5\r\nhello\n", "5\r\nhello\rX", "\r\nhello\r\n", "g\r\nhello\r\n",
            "5\r\r\nhello\r\n", " 5\r\nhello\r\n", "5;a=\r\nhello\r\n", "5; a=b\r\nhello\r\n" })
        expect_refused(server, post("Transfer-Encoding: chunked\r\n", std::string(chunk) + "0\r\n\r\n"), 400);
    std::string long_extension = "5;a=" + std::string(64 * 1024, 'x') + "\r\nhello\r\n0\r\n\r\n";
    expect_refused(server, post("Transfer-Encoding: chunked\r\n", long_extension), 400);
}

TEST(Framing, RefusesTrailersThatWouldChangeTheFraming) // H-06
{
    TestServer server;
    expect_refused(server, post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 3\r\n\r\n"), 400);
    std::string many = "0\r\n";
    for (int i = 0; i < 1000; ++i)
        many += "X-T: 1\r\n";
    expect_refused(server, post("Transfer-Encoding: chunked\r\n", many + "\r\n"), 400);
}

TEST(Framing, RefusesBrokenLines) // H-07
{
    TestServer server;
    using namespace std::string_literals;
    for (const std::string& bytes : { "GET /ok HTTP/1.1\nHost: x\n\n"s, "GET /ok HTTP/1.1\r\nHost: x\n\r\n"s,
             "GET /ok HTTP/1.1\r\nHost: x\rX-A: b\r\n\r\n"s,
             "GET /ok HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n"s, "GET /ok HTTP/1.1\r\n Host: x\r\n\r\n"s,
             "GET /ok HTTP/1.1\r\nHost : x\r\n\r\n"s, "GET /ok HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n"s,
             "GET /ok HTTP/1.1\r\nHost: x\r\n: v\r\n\r\n"s, "GET /ok HTTP/1.1\r\nHost: x\r\nX(A): v\r\n\r\n"s,
             "GET /ok HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n"s,
             "GET /ok HTTP/1.1\r\nHost: x\r\nX-A: a\x01b\r\n\r\n"s,
             "GET /ok HTTP/1.1\r\nHost: x\r\nX-A: \x7f\r\n\r\n"s, "GET  /ok HTTP/1.1\r\nHost: x\r\n\r\n"s,
             "GET /ok  HTTP/1.1\r\nHost: x\r\n\r\n"s, "GET /ok\tHTTP/1.1\r\nHost: x\r\n\r\n"s,
             "G(T /ok HTTP/1.1\r\nHost: x\r\n\r\n"s, "GET /a\x01 HTTP/1.1\r\nHost: x\r\n\r\n"s,
             "GET /ok#frag HTTP/1.1\r\nHost: x\r\n\r\n"s, "GET ok HTTP/1.1\r\nHost: x\r\n\r\n"s,
             "\r\n\r\n\r\n\r\n\r\n\r\nGET /ok HTTP/1.1\r\nHost: x\r\n\r\n"s })
        expect_refused(server, bytes, 400);
}

TEST(Framing, RefusesABadHost) // H-08
{
    TestServer server;
    for (std::string_view fields :
        { "", "Host: a\r\nHost: a\r\n", "Host:\r\n", "Host: a,b\r\n", "Host: me@a\r\n", "Host: a/b\r\n",
            "Host: a:65536\r\n", "Host: a:\r\n", "Host: a:8o\r\n", "Host: a:1:2\r\n", "Host: [::1\r\n",
            "Host: [::g]\r\n", "Host: a b\r\n", "Host: localhost:4000/#@evil\r\n" })
        expect_refused(server, "GET /ok HTTP/1.1\r\n" + std::string(fields) + "\r\n", 400);
    for (std::string_view host :
        { "localhost", "localhost:8080", "127.0.0.1:1", "[::1]:65535", "[::1]", "a-b.example." })
        EXPECT_EQ(status_of(server.ask("GET /ok HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n")), 200)
            << host;
}

TEST(Framing, TakesTheAuthorityOfAnAbsoluteTarget) // H-09
{
    TestServer server;
    std::string answer = server.ask("GET http://evil.example/x?y=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(body_of(answer), "/x?y=1");
    Parsed<RequestHead> head =
        parse_request_head("GET http://evil.example/x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->host, "evil.example");
    EXPECT_EQ(status_of(server.ask("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n")), 200);
    expect_refused(server, "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n", 405);
    expect_refused(server, "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405);
    expect_refused(server, "GET http://me@evil/ HTTP/1.1\r\nHost: x\r\n\r\n", 400);
}

TEST(Framing, RefusesOtherVersions) // H-10
{
    TestServer server;
    expect_refused(server, "GET /ok\r\n", 400);
    expect_refused(server, "GET /ok HTTP/0.9\r\nHost: x\r\n\r\n", 505);
    expect_refused(server, "GET /ok HTTP/1.2\r\nHost: x\r\n\r\n", 505);
    expect_refused(server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
    expect_refused(server, "GET /ok http/1.1\r\nHost: x\r\n\r\n", 400);
    expect_refused(server, "GET /ok HTTP/1.10\r\nHost: x\r\n\r\n", 400);
}

TEST(Framing, BoundsTheHead) // H-11, H-12
{
    TestServer server;
    std::string many = "GET /ok HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 10'000; ++i)
        many += "A: b\r\n";
    expect_refused(server, many + "\r\n", 431);
    std::string hundred_and_one = "GET /ok HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 99; ++i)
        hundred_and_one += "A: b\r\n";
    EXPECT_EQ(status_of(server.ask(hundred_and_one + "\r\n")), 200);
    expect_refused(server, hundred_and_one + "A: b\r\n\r\n", 431);
    std::string long_text(100 * 1024, 'a');
    expect_refused(server, "GET /" + long_text + " HTTP/1.1\r\nHost: x\r\n\r\n", 414);
    expect_refused(server, long_text + " / HTTP/1.1\r\nHost: x\r\n\r\n", 400);
    expect_refused(server, "GET / HTTP/1.1\r\nHost: x\r\nA: " + long_text + "\r\n\r\n", 431);
}

TEST(Framing, NeverDecodesTheTarget) // H-14, S-04
{
    TestServer server;
    std::string answer = server.ask("GET /%0d%0aX:%20y/%2e%2e//v1 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(body_of(answer), "/%0d%0aX:%20y/%2e%2e//v1");
}

TEST(Framing, IgnoresUpgradesAndReadsOnAsHttp) // H-16, S-05
{
    TestServer server;
    std::string answers = conversation(server,
        "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
        "GET /b HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    EXPECT_TRUE(answers.contains("\r\n\r\n/aHTTP/1.1 200"));
    EXPECT_TRUE(answers.ends_with("/b"));
    EXPECT_FALSE(answers.contains("101"));
}

TEST(Framing, DropsAShortBodyOfARefusedRequestAndGoesOn) // H-17
{
    TestServer server;
    RawClient client(server.port);
    std::string body = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send(
        "POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    EXPECT_EQ(status_of(client.read_answer()), 401);
    client.send(body + "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(body_of(client.read_answer()), "/ok");
}

TEST(Framing, ClosesAfterARefusalWithALongBody) // H-17
{
    TestServer server;
    expect_refused(server, "POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", 401);
    expect_refused(server, "POST /secret HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 401);
}

TEST(Framing, GivesTheSameAnswerHoweverTheRequestIsCut) // H-19
{
    TestServer server;
    const std::string request =
        "POST /echo?a=b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n1\r\n!\r\n0\r\nX-T: 1\r\n\r\n";
    RawClient client(server.port);
    for (std::size_t cut = 1; cut < request.size(); ++cut) {
        client.send(request.substr(0, cut));
        std::this_thread::yield();
        client.send(request.substr(cut));
        EXPECT_EQ(body_of(client.read_answer()), "hello!") << cut;
    }
    for (char byte : request)
        client.send({ &byte, 1 });
    EXPECT_EQ(body_of(client.read_answer()), "hello!");
}

TEST(Framing, AnswersHeadWithoutABody) // H-20
{
    TestServer server;
    RawClient client(server.port);
    client.send("HEAD /ok HTTP/1.1\r\nHost: x\r\n\r\nHEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n"
                "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    std::string head = client.read_until("\r\n\r\n");
    EXPECT_TRUE(head.contains("Content-Length: 3\r\n"));
    EXPECT_TRUE(client.read_until("\r\n\r\n").contains("Transfer-Encoding: chunked"));
    std::string last = client.read_to_end();
    EXPECT_TRUE(last.starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(last.ends_with("/last"));
}

TEST(Framing, MeetsTheExpectationOnlyOfAdmittedRequests) // C-15
{
    TestServer server;
    RawClient client(server.port);
    client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("ok");
    EXPECT_EQ(body_of(client.read_answer()), "ok");
    expect_refused(
        server, "POST /secret HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n", 401);
    expect_refused(
        server, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: gold\r\n\r\n", 417);
    std::string large =
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n";
    expect_refused(server, large, 413);
}

TEST(Framing, AnswersPipelinedRequestsInOrder) // C-14
{
    TestServer server;
    std::string requests, expected;
    for (int i = 0; i < 100; ++i)
        requests += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n" + std::to_string(100 + i);
    std::string answers = conversation(server, requests);
    std::size_t at = 0;
    for (int i = 0; i < 100; ++i) {
        at = answers.find("\r\n\r\n" + std::to_string(100 + i), at);
        ASSERT_NE(at, std::string::npos) << i;
    }
}

} // namespace
} // namespace dragoman::net
