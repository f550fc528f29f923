// Which targets a name leads to, in their order, with the reason for each: worked out by the same plan that a
// request follows, and said for people and for programs. Pure.
#pragma once

#include "base/result.h"
#include "cli/terminal.h"
#include "config/config.h"
#include "gateway/catalogues.h"
#include "gateway/plan.h"
#include "route/learned_facts.h"

#include <string>
#include <string_view>
#include <vector>

namespace dragoman::cli {

struct RouteStop {
    std::string upstream {};
    std::string model {}; // as the upstream is asked
    std::string dialect {}; // "chat"
    std::string url {};
    std::string key {}; // where it comes from; empty: none is needed
    bool ready = true; // false: there is no key, and it is passed over
    std::string missing {}; // the variable to set, when it is not ready
    route::ModelFacts facts {};
    std::vector<std::string> quirks {};
    std::vector<std::string> learned {}; // of refusals and answers: "refuses temperature"
    std::vector<std::string> reasons {}; // sentences
};

struct RouteReport {
    std::string model {}; // as it was asked for
    route::Scenario scenario = route::Scenario::any;
    std::string route_name {}; // else its position among the routes; empty: no route fits
    std::string condition {}; // of the route
    std::string reason {}; // why it is this route, or what the name means without one
    std::vector<RouteStop> stops {}; // in the order in which they are asked
};

// Errors are those that a client would get.
Result<RouteReport> route_report(const config::Config& config, const gateway::Catalogues& catalogues,
    std::string_view model, route::Scenario scenario,
    const route::LearnedMemory& learned = route::LearnedMemory());

std::string route_text(const RouteReport& report, const Style& style);
std::string route_json(const RouteReport& report);

// What was forgotten.
using Forgotten = std::vector<route::LearnedMemory::Known>;
std::string forgotten_text(const Forgotten& all, const Style& style);
std::string forgotten_json(const Forgotten& all);

} // namespace dragoman::cli
