// Listens, and gives every worker its thread, its loop, its listener, its upstream connections and its
// handler. Workers share nothing but the bound on bodies in memory and the count of running exchanges.
//
//     Server server(options, trust, proxies, make_handler);
//     if (auto bound = server.bind(); !bound) ...     // all addresses or none; nothing runs yet
//     server.start();  ...  server.drain(30s);  server.wait();
//
// drain(), stop_now(), post_to_all() and the counters may be called from any thread.
#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "net/exchange_io.h"
#include "net/given_sockets.h"
#include "net/proxies.h"
#include "net/trust.h"
#include "net/upstream.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace dragoman::net {

class Alarms;
class Event;

struct Endpoint {
    std::string host = "127.0.0.1"; // a name or an address, IPv6 without brackets
    std::uint16_t port = 8080; // 0: any free one
    bool optional = false; // left out without an error where the machine has no such address
};

// The patience with clients. Everything has the product's default; tests shorten it.
struct ClientPatience {
    Clock::duration head = limits::client_head_time;
    Clock::duration idle = limits::client_idle;
    Clock::duration body_window = limits::client_body_window;
    std::size_t body_rate = limits::client_body_rate; // bytes a second, over one window
    Clock::duration write_stall = limits::client_write_stall;
    Clock::duration sweep = std::chrono::seconds(1); // how often all of these are looked at
};

struct ServerOptions {
    std::vector<Endpoint> listen;
    unsigned workers = 1;
    std::size_t body_max = limits::request_body; // decoded
    std::size_t bodies_in_memory = limits::request_bodies_in_memory; // of all workers together
    ClientPatience patience {};
    Clock::duration calm = std::chrono::seconds(5); // until a worker without a request gives memory back
    Clock::duration end_grace = std::chrono::seconds(2); // for last words, once a drain is over
};

// What a handler may use. Lives as long as the worker.
struct WorkerContext {
    unsigned index;
    boost::asio::io_context& loop;
    Upstream& upstream;
    Event& must_end; // set when a drain is over: say so to the client and return
    const bool& draining; // true from the beginning of a drain
    Alarms& alarms; // all of them ring when must_end is set
};

using HandlerFactory = std::function<std::unique_ptr<Handler>(WorkerContext&)>;

class Server {
public:
    Server(ServerOptions options, Trust trust, Proxies proxies, HandlerFactory make_handler);
    ~Server(); // stops at once when still running
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // "address in use: 127.0.0.1:8080 (pid 4711)" and the like. `given`: to listen on instead of the
    // options'.
    Result<void> bind(std::vector<GivenSocket> given = {});
    std::vector<std::string> endpoints() const; // with the actual ports, after bind(); "unix:/path" too

    void start();
    void wait(); // until drained or stopped

    // No new connections from now on, idle ones are closed. After `time` the handlers' must_end is set, and
    // after end_grace more whatever still runs is cut off.
    void drain(std::chrono::milliseconds time);
    void stop_now();

    void post_to_all(std::function<void(WorkerContext&)> call); // on each worker's thread, soon
    unsigned workers() const; // how many
    std::size_t live_exchanges() const;
    std::size_t connections() const;

private:
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

} // namespace dragoman::net
