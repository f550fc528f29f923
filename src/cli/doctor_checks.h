// The checks of `doctor`, each a function that adds what it found.
#pragma once

#include "cli/catalogue.h"
#include "cli/context.h"
#include "cli/doctor_findings.h"
#include "cli/key_check.h"

#include <optional>
#include <string>

namespace dragoman::cli {

struct Examined {
    const Context& context;
    const config::Config& config;
    bool offline = false;
    Findings& findings;

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
void check_models(const Examined& examined, bool answers); // whether the upstream answers at all

// doctor_machine.cpp
void check_port(const Examined& examined);
void check_instances(const Examined& examined);
void check_directories(const Examined& examined);

// doctor_client.cpp
void check_client(const Context& context, Findings& findings);
void check_client_settings(const Context& context, Findings& findings);
void say_what_safeguards_mean(Findings& findings);

// doctor_request.cpp
void check_requests(const Examined& examined);

} // namespace dragoman::cli
