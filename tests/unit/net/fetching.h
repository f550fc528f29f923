// Runs an UpstreamClient on the test's own thread.
#pragma once

#include "net/race.h"
#include "net/upstream_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>
#include <string>
#include <vector>

namespace dragoman::net {

struct Fetched {
    int status = 0; // 0: there was no answer
    std::string body;
    std::string content_type;
    std::optional<Error> error; // of send() or of read_some()
    bool was_reused = false;
};

inline Task<void> fetch_into(Upstream& upstream, UpstreamRequest request, Fetched& fetched)
{
    Result<std::unique_ptr<UpstreamAnswer>> answer = co_await upstream.send(request);
    if (!answer) {
        fetched.error = answer.error();
        co_return;
    }
    fetched.status = (*answer)->status();
    fetched.content_type = (*answer)->field("Content-Type");
    fetched.was_reused = (*answer)->connection_was_reused();
    for (;;) {
        Result<std::string_view> bytes = co_await (*answer)->read_some();
        if (!bytes) {
            fetched.error = bytes.error();
            co_return;
        }
        if (bytes->empty())
            co_return;
        fetched.body.append(*bytes);
    }
}

class Fetching {
public:
    explicit Fetching(Trust trust = Trust::none(), Proxies proxies = {}, Lookup lookup = system_lookup)
        : client(std::move(trust), std::move(proxies), std::move(lookup))
    {
    }

    Fetched fetch(const Origin& origin, std::string_view body = "{}", std::span<const Field> fields = {})
    {
        Fetched fetched;
        std::string_view pieces[] = { body };
        UpstreamRequest request { .origin = origin, .target = "/v1/x", .fields = fields, .body = pieces };
        request.connect_time = connect_time;
        run(fetch_into(client, request, fetched));
        return fetched;
    }

    // Connections that are kept go on waiting.
    void run(Task<void> task)
    {
        spawn(std::move(task), [this] { loop.stop(); });
        loop.restart();
        loop.run();
    }

    // And whatever the task leaves behind.
    void run_all(Task<void> task)
    {
        spawn(std::move(task), [] { });
        loop.restart();
        loop.run();
    }

    boost::asio::io_context loop { 1 };
    UpstreamClient client; // its sockets go before the loop
    Clock::duration connect_time = limits::connect_time;

private:
    template <class Done> void spawn(Task<void> task, Done done)
    {
        boost::asio::co_spawn(loop, std::move(task), [done](std::exception_ptr error) {
            done();
            if (error)
                std::rethrow_exception(error);
        });
    }
};

inline Origin local(std::uint16_t port) { return { false, "127.0.0.1", port }; }

} // namespace dragoman::net
