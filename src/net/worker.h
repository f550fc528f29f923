// One worker: a thread, its loop, and everything that runs on it. Nothing here is touched from another thread
// except through post().
#pragma once

#include "net/alarms.h"
#include "net/buffer_cache.h"
#include "net/client_connection.h"
#include "net/listeners.h"
#include "net/server.h"
#include "net/timer.h"
#include "net/upstream_client.h"
#include "net/worker_services.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <list>
#include <memory>
#include <thread>
#include <vector>

namespace dragoman::net {

class Worker {
public:
    Worker(unsigned index, WorkersShared& shared, const Trust& trust, const Proxies& proxies);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void add_listener(Descriptor socket, bool ipv6);
    void start(const HandlerFactory& make_handler);
    void join();

    void post(std::function<void(WorkerContext&)> call); // from any thread
    void begin_drain(Clock::duration time); // from any thread
    void stop(); // from any thread

private:
    // Lets the coroutines that are still suspended be destroyed while what they refer to is alive.
    struct Loop : boost::asio::io_context {
        Loop()
            : io_context(1)
        {
        }
        using io_context::shutdown;
    };
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;

    class Registered;
    void run();
    Task<void> accept_on(Acceptor& acceptor);
    Task<bool> accept_all(Acceptor& acceptor); // false: out of descriptors
    void serve(Socket socket, std::string peer);
    Task<void> sweep();
    void tick();
    void rest_if_calm(TimePoint now);
    void drain_on(Clock::duration time);
    std::vector<ClientConnection*> connections();
    void cut_all();
    void shed_idle(std::size_t count);
    void finish_if_done();

    unsigned index_;
    WorkersShared& shared_;
    Loop loop_;
    UpstreamClient upstream_;
    BufferCache buffers_;
    Event must_end_;
    bool draining_ = false;
    std::uint64_t exchanges_seen_ = 0;
    TimePoint busy_at_ = Clock::now();
    bool rested_ = true; // nothing was asked since
    TimePoint drained_by_ = TimePoint::max();
    TimePoint cut_at_ = TimePoint::max();
    Alarms alarms_;
    WorkerContext context_;
    std::unique_ptr<Handler> handler_;
    std::unique_ptr<WorkerServices> services_;
    std::list<Acceptor> acceptors_;
    std::vector<Registered*> connections_; // each knows its place
    Timer sweep_timer_;
    std::thread thread_;
};

} // namespace dragoman::net
