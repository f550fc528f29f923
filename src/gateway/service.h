// A dragoman that serves, from its configuration to its end: what `serve` runs in the foreground, and
// `dragoman code` beside its client.
//
//     Service service(sources, config, {.version = "1.0.0"});
//     if (auto ready = service.bind(); !ready) ...
//     service.run();                                  // until a signal ends it
//
// or, beside something else: start(); ...; stop().
#pragma once

#include "gateway/instance.h"
#include "gateway/learned_file.h"
#include "gateway/metrics_server.h"
#include "gateway/shared.h"
#include "gateway/started_by.h"
#include "net/server.h"
#include "tokens/calibration_file.h"

#include <memory>
#include <string>
#include <thread>

namespace dragoman::gateway {

class Control;

struct ServiceOptions {
    std::string version {};
    Instance::Kind kind = Instance::Kind::serve;
    Secret instance_token {}; // empty: the user's lasting one
    StartedBy started_by {};
    bool warms_up = false; // connects to the upstream before there is a request
};

class Service {
public:
    Service(const config::Sources& sources, const config::Config& config, ServiceOptions options);
    ~Service(); // stops at once when still running

    // Reads what is kept, listens, and leaves word of itself for other commands of this user.
    Result<void> bind();

    std::vector<std::string> endpoints() const; // "127.0.0.1:8080", after bind()
    std::string url() const; // where a client on this machine finds it; empty: by no network
    const Secret& token() const { return shared_.instance_token; }
    std::string proxies() const; // how upstreams are reached, for people; empty: directly

    void run(); // signals end it
    void start(); // in the background; signals are the caller's
    void stop(); // at once, whatever runs

private:
    config::Sources sources_;
    std::shared_ptr<const config::Config> config_; // as it was at the start
    ServiceOptions options_;
    config::Live live_;
    Shared shared_;
    tokens::CalibrationFile calibration_;
    LearnedFile learned_;
    net::Proxies proxies_;
    std::unique_ptr<net::Server> server_;
    MetricsServer metrics_;
    std::unique_ptr<Control> control_;
    InstanceFile instance_;
    std::thread thread_;
};

// Once, before anything else of a process that serves.
void give_large_memory_back();

} // namespace dragoman::gateway
