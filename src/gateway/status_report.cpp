#include "gateway/status_report.h"

#include "json/writer.h"

#include <fmt/format.h>

#include <cmath>

namespace dragoman::gateway {

namespace {

json::Writer& count(json::Writer& json, std::string_view name, std::uint64_t value)
{
    return json.key(name).integer(static_cast<std::int64_t>(value));
}

void add_dollars(json::Writer& json, std::uint64_t micros)
{
    json.key("cost_usd").begin_value() += fmt::format("{:.6f}", static_cast<double>(micros) / 1e6);
}

void add_percentile(json::Writer& json, std::string_view name, const Times& times, double percent)
{
    if (const auto ms = times.percentile_ms(percent))
        json.key(name).integer(std::llround(*ms));
    else
        json.key(name).null();
}

void add_first_byte(json::Writer& json, const Times& times)
{
    json.key("first_byte_ms").begin_object();
    count(json, "count", times.count());
    add_percentile(json, "p50", times, 50);
    add_percentile(json, "p90", times, 90);
    add_percentile(json, "p99", times, 99);
    json.end_object();
}

void add_outcomes(json::Writer& json, const MetricsSnapshot::Target& target)
{
    count(json, "requests", target.all_requests());
    json.key("outcomes").begin_object();
    for (std::size_t outcome = 0; outcome < outcome_count; ++outcome)
        count(json, outcome_name(outcome), target.requests[outcome]);
    json.end_object();
    count(json, "errors", target.failures());
}

void add_usage(json::Writer& json, const MetricsSnapshot::Target& target)
{
    add_first_byte(json, target.first_byte);
    json.key("tokens").begin_object();
    count(json, "input", target.input_tokens);
    count(json, "cached", target.cached_tokens);
    count(json, "output", target.output_tokens).end_object();
    add_dollars(json, target.cost_usd_micros);
}

void add_context(json::Writer& json, const StatusContext& context)
{
    json.key("service").text("dragoman").key("version").text(context.version);
    json.key("pid").integer(context.pid).key("started").integer(context.started);
    json.key("uptime_seconds").integer(context.uptime_s).key("config").text(context.config);
    json.key("metrics").text(context.metrics).key("demonstration").boolean(context.demonstration);
    json.key("degraded").boolean(context.degraded);
    if (context.resident_bytes)
        count(json, "resident_bytes", *context.resident_bytes);
    count(json, "sessions", context.sessions);
}

void add_upstream(json::Writer& json, const UpstreamState& state)
{
    json.begin_object().key("name").text(state.name).key("degraded").boolean(state.degraded);
    count(json, "keys", state.keys).key("breakers").begin_array();
    for (const UpstreamState::Breaker& breaker : state.breakers) {
        json.begin_object().key("target").text(breaker.target).key("state").text(breaker.state);
        json.key("failures").integer(breaker.failures).end_object();
    }
    json.end_array().key("resting_keys").begin_array();
    for (const UpstreamState::RestingKey& key : state.resting_keys) {
        json.begin_object().key("target").text(key.target).key("key").integer(key.key);
        json.key("source").text(key.source).key("seconds").integer(key.seconds).end_object();
    }
    json.end_array().end_object();
}

void add_answering(json::Writer& json, const SessionFigures::Answering& answering)
{
    json.begin_object().key("client_model").text(answering.client_model);
    json.key("model").text(answering.model).key("provider").text(answering.provider);
    if (answering.context_window)
        count(json, "context_window", *answering.context_window);
    json.end_object();
}

// By status, of the failures of one kind; "other" for those that have no count of their own.
void add_errors(json::Writer& json, const MetricsSnapshot& metrics)
{
    json.key("errors_by_status").begin_array();
    for (const auto& failed : metrics.failures) {
        json.begin_object().key("outcome").text(outcome_name(failed.outcome)).key("status");
        if (failed.status == 0)
            json.null();
        else
            json.integer(failed.status);
        count(json, "count", failed.count).end_object();
    }
    json.end_array();
}

void add_tally(json::Writer& json, std::string_view name, const std::vector<Tally::Row>& rows,
    std::string_view name_of_why)
{
    json.key(name).begin_array();
    for (const Tally::Row& row : rows) {
        json.begin_object().key("target").text(row.target).key(name_of_why).text(row.why);
        count(json, "count", row.count).end_object();
    }
    json.end_array();
}

} // namespace

std::string status_report(const MetricsSnapshot& metrics, const StatusContext& context)
{
    std::string body;
    json::Writer json(body);
    json.begin_object();
    add_context(json, context);
    const MetricsSnapshot::Target all = metrics.all_targets();
    add_outcomes(json, all);
    add_errors(json, metrics);
    add_tally(json, "fallbacks", metrics.fallbacks, "reason");
    add_tally(json, "mended", metrics.mended, "remedy");
    count(json, "running", metrics.running);
    std::uint64_t refused = 0;
    for (const auto& refusals : metrics.refusals)
        refused += refusals.count;
    count(json, "refused", refused);
    count(json, "token_counts", metrics.token_counts);
    add_usage(json, all);
    json.key("upstream_requests").begin_object();
    for (std::size_t kind = 0; kind < connection_kinds; ++kind)
        count(json, connection_name(kind), metrics.upstream_requests[kind]);
    json.end_object().key("targets").begin_array();
    for (const auto& target : metrics.targets) {
        json.begin_object().key("target").text(target.name);
        add_outcomes(json, target);
        add_usage(json, target);
        json.end_object();
    }
    json.end_array().key("upstreams").begin_array();
    for (const UpstreamState& upstream : context.upstreams)
        add_upstream(json, upstream);
    json.end_array().end_object();
    return body;
}

std::string session_report(
    std::string_view id, const SessionFigures& figures, const std::optional<SessionFigures::Answering>& next)
{
    std::string body;
    json::Writer json(body);
    json.begin_object().key("session").text(id);
    count(json, "requests", figures.requests);
    count(json, "input_tokens", figures.input_tokens);
    count(json, "cached_tokens", figures.cached_tokens);
    count(json, "output_tokens", figures.output_tokens);
    if (figures.cost_usd_micros)
        add_dollars(json, *figures.cost_usd_micros);
    else
        json.key("cost_usd").null();
    const SessionFigures::Answering nobody;
    const auto& last = figures.answering.empty() ? nobody : figures.answering.front();
    json.key("model").text(last.model).key("provider").text(last.provider).key("answering").begin_array();
    for (const auto& answering : figures.answering)
        add_answering(json, answering);
    json.end_array();
    if (next) {
        json.key("next");
        add_answering(json, *next);
    }
    json.end_object();
    return body;
}

} // namespace dragoman::gateway
