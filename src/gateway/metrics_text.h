// The metrics in Prometheus's text format, version 0.0.4. Base units, `_total` for counters, every family
// once with its HELP and TYPE. https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include "gateway/metrics.h"
#include "gateway/process_figures.h"
#include "route/breakers.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::gateway {

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

// What is no count of requests.
struct MetricsContext {
    std::string version {};
    bool degraded = false;
    double started = 0; // seconds since 1970
    std::size_t sessions = 0;
    std::vector<route::Breakers::Report> breakers {}; // of targets that failed, and not since succeeded
    ProcessFigures process {};
};

std::string metrics_text(const MetricsSnapshot& metrics, const MetricsContext& context);

} // namespace dragoman::gateway
