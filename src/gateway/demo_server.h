// The demonstration's upstream: demo_model behind a port of its own on loopback, spoken to like any other
// upstream.
#pragma once

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

} // namespace dragoman::gateway
