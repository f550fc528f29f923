// The checks of `doctor`, each a function that adds what it found.
#pragma once

#include "cli/catalogue.h"
#include "cli/context.h"
#include "cli/doctor_findings.h"
#include "cli/key_check.h"

#include <optional>
#include <string>
#include <vector>

namespace dragoman::cli {

struct Examined {
    const Context& context;
    const config::Config& config;
    bool offline = false;
    Findings& findings;
    const config::Upstream& upstream; // whose turn it is

    const Environment& environment() const { return context.sources.environment; }
};

// doctor_network.cpp
void check_proxies(const Examined& examined);
void check_certificates(const Examined& examined);
void check_reachable(const Examined& examined); // names and sockets
void check_answers(const Examined& examined, const KeyReport& report);
void check_clock(Findings& findings, std::string_view date, std::int64_t now);

// doctor_upstream.cpp
void check_key_in_force(const Examined& examined, const std::optional<KeyReport>& report);
void check_other_keys(const Examined& examined); // of a pool, behind the first
void check_models(const Examined& examined, const std::vector<bool>& answers); // whether each upstream does

// What the configuration uses: names, and targets of routes. One entry for each model of an upstream.
struct UsedModel {
    std::string role {}; // "big, route quick"
    std::string name {}; // as a client would ask for it
    std::size_t upstream = 0; // of the configuration's
    std::string model {}; // as that upstream names it
};
std::vector<UsedModel> models_in_use(const config::Config& config);

// doctor_machine.cpp
void check_port(const Examined& examined);
void check_instances(const Examined& examined);
void check_directories(const Examined& examined);

// doctor_client.cpp
void check_client(const Context& context, Findings& findings);
void check_client_settings(const Context& context, Findings& findings);
void say_what_safeguards_mean(Findings& findings);

// doctor_request.cpp
void check_requests(const Examined& examined, const std::vector<bool>& usable); // which upstreams are

} // namespace dragoman::cli
