#include "net/server.h"

#include "net/listeners.h"
#include "net/worker.h"

#include <csignal>

namespace dragoman::net {

struct Server::Shared {
    WorkersShared workers_shared;
    Trust trust;
    Proxies proxies;
    HandlerFactory make_handler;
    std::vector<std::string> endpoints {};
    std::vector<std::unique_ptr<Worker>> workers {};
    bool started = false;
};

Server::Server(ServerOptions options, Trust trust, Proxies proxies, HandlerFactory make_handler)
    : shared_(new Shared { .workers_shared = { .options = std::move(options) },
          .trust = std::move(trust),
          .proxies = std::move(proxies),
          .make_handler = std::move(make_handler) })
{
    std::signal(SIGPIPE, SIG_IGN); // TLS writes know no MSG_NOSIGNAL.
}

Server::~Server()
{
    stop_now();
    wait();
}

namespace {

Result<std::vector<Listening>> listen_on_all(
    const std::vector<Endpoint>& endpoints, std::vector<GivenSocket> given, unsigned workers)
{
    std::vector<Listening> all;
    for (GivenSocket& socket : given) {
        ASSIGN_OR_RETURN(listening, listen_on(std::move(socket), workers));
        all.push_back(std::move(listening));
    }
    if (!all.empty())
        return all;
    for (const Endpoint& endpoint : endpoints) {
        ASSIGN_OR_RETURN(listening, listen_on(endpoint, workers));
        if (!listening.sockets.empty())
            all.push_back(std::move(listening));
    }
    if (all.empty())
        return Failure(Error::internal("there is no address to listen on"));
    return all;
}

} // namespace

Result<void> Server::bind(std::vector<GivenSocket> given)
{
    const unsigned count = workers();
    ASSIGN_OR_RETURN(all, listen_on_all(shared_->workers_shared.options.listen, std::move(given), count));
    for (unsigned i = 0; i < count; ++i)
        shared_->workers.push_back(
            std::make_unique<Worker>(i, shared_->workers_shared, shared_->trust, shared_->proxies));
    for (Listening& listening : all) {
        shared_->endpoints.push_back(listening.address);
        for (unsigned i = 0; i < count; ++i)
            shared_->workers[i]->add_listener(std::move(listening.sockets[i]), listening.ipv6);
    }
    return {};
}

unsigned Server::workers() const { return std::max(shared_->workers_shared.options.workers, 1U); }
std::vector<std::string> Server::endpoints() const { return shared_->endpoints; }

void Server::start()
{
    shared_->started = true;
    for (auto& worker : shared_->workers)
        worker->start(shared_->make_handler);
}

void Server::wait()
{
    for (auto& worker : shared_->workers)
        worker->join();
}

void Server::drain(std::chrono::milliseconds time)
{
    for (auto& worker : shared_->workers)
        worker->begin_drain(time);
}

void Server::stop_now()
{
    for (auto& worker : shared_->workers)
        worker->stop();
}

void Server::post_to_all(std::function<void(WorkerContext&)> call)
{
    for (auto& worker : shared_->workers)
        worker->post(call);
}

std::size_t Server::live_exchanges() const { return shared_->workers_shared.live_exchanges; }
std::size_t Server::connections() const { return shared_->workers_shared.connections; }

} // namespace dragoman::net
