// The demonstration's upstream: demo_model behind a port of its own on loopback, spoken to like any other
// upstream.
#pragma once

#include "config/load.h"
#include "net/server.h"

#include <memory>
#include <string>

namespace dragoman::gateway {

class DemoServer {
public:
    DemoServer();
    ~DemoServer();

    Result<void> start();
    std::string base_url() const; // "http://127.0.0.1:45123/api/v1"

private:
    std::unique_ptr<net::Server> server_;
};

// Starts it, and makes it the only upstream of `sources`: an upstream like any other, of which only address
// and key are given.
Result<void> set_up_demonstration(DemoServer& demo, config::Sources& sources);

} // namespace dragoman::gateway
