// A server on a free port with a handler that does what the tests need.
#pragma once

#include "net/exchange_io.h"
#include "net/race.h"
#include "net/server.h"
#include "net/timer.h"
#include "support/raw_client.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace dragoman::net {

// What the handler did, seen from the test's thread.
struct Seen {
    std::atomic<int> admitted { 0 };
    std::atomic<int> handled { 0 };
    std::atomic<int> cancelled { 0 }; // the handler ended because the client was gone
    std::atomic<int> finished { 0 };
    std::atomic<int> rested { 0 };
    std::optional<Origin> origin; // of /forward
    std::atomic<std::uint64_t> most_unsent { 0 };

    // True when `counter` reaches `value` within ten seconds.
    static bool reaches(const std::atomic<int>& counter, int value)
    {
        auto until = Clock::now() + std::chrono::seconds(10);
        while (counter < value && Clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return counter >= value;
    }
};

class TestHandler final : public Handler {
public:
    TestHandler(WorkerContext& context, Seen& seen)
        : context_(context)
        , seen_(seen)
    {
    }

    std::optional<Refusal> admit(const RequestHead& head) override
    {
        ++seen_.admitted;
        if (head.path() == "/secret")
            return Refusal { 401, { { "content-type", "text/plain" } }, "who are you" };
        return std::nullopt;
    }

    Refusal refusal(int status, const Error& error, const RequestHead*) override
    {
        return { status, { { "content-type", "text/plain" } }, error.message };
    }

    void rest() override { ++seen_.rested; }

    Task<void> handle(ClientRequest& request, ResponseWriter& response) override
    {
        ++seen_.handled;
        Leaving leaving { seen_, response };
        std::string_view path = request.head.path();
        if (path == "/echo")
            co_await echo(request, response);
        else if (path == "/stream")
            co_await stream(request, response);
        else if (path == "/wait")
            co_await context_.must_end.wait();
        else if (path == "/silent-stream")
            co_await silent_stream(response);
        else if (path == "/forward")
            co_await forward(request, response);
        else if (path == "/flood")
            co_await flood(response);
        else if (path == "/give-up")
            co_await give_up(response);
        else if (path == "/throw")
            throw std::runtime_error("as asked");
        else if (path == "/split")
            co_await split(response);
        else if (path == "/cut")
            co_await cut(response);
        else
            co_await text(response, request.head.target);
    }

private:
    struct Leaving {
        Seen& seen;
        ResponseWriter& response;
        ~Leaving() { ++(response.client_gone() ? seen.cancelled : seen.finished); }
    };

    Task<void> text(ResponseWriter& response, std::string_view body)
    {
        Field type { "content-type", "text/plain" };
        co_await response.whole(200, { &type, 1 }, body);
    }

    Task<void> echo(ClientRequest& request, ResponseWriter& response)
    {
        co_await text(response, request.body);
        request.release_body();
    }

    static int number_of(std::string_view target)
    {
        std::size_t at = target.find("n=");
        return at == std::string_view::npos ? 3 : std::stoi(std::string(target.substr(at + 2)));
    }

    Task<void> stream(ClientRequest& request, ResponseWriter& response)
    {
        int count = number_of(request.head.target);
        (void)response.head(200, {});
        for (int i = 0; i < count; ++i) {
            std::string event = "data: " + std::to_string(i) + "\n\n";
            Result<void> sent = co_await response.body(event);
            if (!sent)
                co_return;
            co_await sleep_for(std::chrono::milliseconds(i % 4 == 0 ? 1 : 0));
        }
        co_await response.end();
    }

    Task<void> silent_stream(ResponseWriter& response)
    {
        response.set_probe(": ping\n\n");
        (void)response.head(200, {});
        co_await response.body("data: first\n\n");
        co_await context_.must_end.wait();
        co_await response.body("data: last words\n\n");
        co_await response.end();
    }

    Task<void> flood(ResponseWriter& response)
    {
        std::string event(64 * 1024, 'x');
        (void)response.head(200, {});
        for (;;) {
            Result<void> sent = co_await response.body(event);
            seen_.most_unsent = std::max<std::uint64_t>(seen_.most_unsent, response.bytes_unsent());
            if (!sent)
                co_return;
        }
    }

    // A deadline strikes while a client that does not read is sent one large chunk.
    Task<void> give_up(ResponseWriter& response)
    {
        std::string chunk(16 * 1024 * 1024, 'x');
        (void)response.head(200, {});
        Task<Result<void>> writing = response.body(chunk);
        auto written = co_await before(Clock::now() + std::chrono::milliseconds(20), std::move(writing));
        EXPECT_FALSE(written);
        EXPECT_FALSE(response.offer(": ping\n\n"));
        EXPECT_FALSE(co_await response.body("data: error\n\n"));
    }

    Task<void> split(ResponseWriter& response)
    {
        Field fields[] = { { "x-model", "a\r\nx-evil: 1" }, { "x-good", "yes" }, { "content-length", "1" } };
        co_await response.whole(200, fields, "ok");
    }

    Task<void> cut(ResponseWriter& response)
    {
        (void)response.head(200, {});
        co_await response.body("half");
        response.abort();
    }

    Task<void> forward(ClientRequest& request, ResponseWriter& response)
    {
        std::string_view pieces[] = { request.body };
        UpstreamRequest asked { .origin = *seen_.origin, .target = "/v1", .body = pieces };
        Result<std::unique_ptr<UpstreamAnswer>> answer = co_await context_.upstream.send(asked);
        if (!answer) {
            co_await response.whole(502, {}, answer.error().message);
            co_return;
        }
        (void)response.head((*answer)->status(), {});
        for (;;) {
            Result<std::string_view> bytes = co_await (*answer)->read_some();
            if (!bytes) {
                co_await response.body("ERROR " + bytes.error().message);
                break;
            }
            if (bytes->empty())
                break;
            co_await response.body(*bytes);
        }
        co_await response.end();
    }

    WorkerContext& context_;
    Seen& seen_;
};

class TestServer {
public:
    explicit TestServer(ServerOptions options = {})
    {
        options.listen = { { "127.0.0.1", 0, false } };
        server = std::make_unique<Server>(std::move(options), Trust::none(), Proxies(),
            [this](WorkerContext& context) { return std::make_unique<TestHandler>(context, seen); });
        Result<void> bound = server->bind();
        EXPECT_TRUE(bound) << bound.error().message;
        std::string address = server->endpoints().front();
        port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
        server->start();
    }

    // One request, one answer, one connection.
    std::string ask(std::string_view bytes)
    {
        dragoman::testing::RawClient client(port);
        client.send(bytes);
        return client.read_answer();
    }

    Seen seen; // outlives the server
    std::unique_ptr<Server> server;
    std::uint16_t port = 0;
};

inline ServerOptions impatient()
{
    ServerOptions options;
    options.patience.sweep = std::chrono::milliseconds(10);
    return options;
}

} // namespace dragoman::net
