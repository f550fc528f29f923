// GET /metrics for Prometheus, on a listener and a thread of its own, so that it can be let through a
// firewall without letting clients through, and is answered while every worker is busy. Who may ask is
// decided as for clients: the same Host, the same Origin, the same tokens.
#pragma once

#include "gateway/shared.h"
#include "net/server.h"

#include <memory>
#include <string>
#include <vector>

namespace dragoman::gateway {

class MetricsServer {
public:
    explicit MetricsServer(Shared& shared);
    ~MetricsServer();

    // Does nothing where the configuration names no address. All addresses or none.
    Result<void> start(const std::vector<config::Endpoint>& listen);

private:
    Shared& shared_;
    std::unique_ptr<net::Server> server_;
};

} // namespace dragoman::gateway
