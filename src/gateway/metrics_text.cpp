#include "gateway/metrics_text.h"

#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <iterator>
#include <utility>

namespace dragoman::gateway {

namespace {

// What Prometheus is shown; all of them bounds of the histogram.
constexpr std::array<std::int64_t, 14> shown_bounds_ms { 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10'000,
    25'000, 50'000, 100'000, 250'000 };

using Label = std::pair<std::string_view, std::string_view>;

class Page {
public:
    void family(std::string_view name, std::string_view type, std::string_view help)
    {
        family_ = name;
        fmt::format_to(std::back_inserter(out_), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
    }

    template <class Number> void sample(Number value, std::initializer_list<Label> labels = {})
    {
        line("", value, labels);
    }

    void histogram(const Times& times, std::initializer_list<Label> labels = {})
    {
        for (const std::int64_t bound : shown_bounds_ms)
            bucket(fmt::format("{}", static_cast<double>(bound) / 1000), times.up_to(bound), labels);
        bucket("+Inf", times.count(), labels);
        line("_sum", static_cast<double>(times.sum_ms) / 1000, labels);
        line("_count", times.count(), labels);
    }

    std::string take() { return std::move(out_); }

private:
    void bucket(std::string_view bound, std::uint64_t count, std::initializer_list<Label> labels)
    {
        out_ += family_;
        out_ += "_bucket{";
        for (const Label& label : labels) {
            append(label);
            out_ += ',';
        }
        fmt::format_to(std::back_inserter(out_), "le=\"{}\"}} {}\n", bound, count);
    }

    template <class Number>
    void line(std::string_view suffix, Number value, std::initializer_list<Label> labels)
    {
        out_ += family_;
        out_ += suffix;
        for (const Label& label : labels) {
            out_ += &label == labels.begin() ? '{' : ',';
            append(label);
        }
        fmt::format_to(std::back_inserter(out_), "{} {}\n", labels.size() == 0 ? "" : "}", value);
    }

    void append(const Label& label)
    {
        out_ += label.first;
        out_ += "=\"";
        for (const char c : label.second) {
            if (c == '\n')
                out_ += "\\n";
            else if (c == '"' || c == '\\')
                (out_ += '\\') += c;
            else
                out_ += c;
        }
        out_ += '"';
    }

    std::string out_;
    std::string_view family_;
};

std::string status_label(int status) { return status == 0 ? "other" : std::to_string(status); }

void add_requests(Page& page, const MetricsSnapshot& metrics)
{
    page.family("dragoman_requests_total", "counter",
        "Finished requests to /v1/messages, by the upstream's model and how they ended.");
    for (const auto& target : metrics.targets)
        for (std::size_t outcome = 0; outcome < outcome_count; ++outcome)
            page.sample(target.requests[outcome],
                { { "target", target.name }, { "outcome", outcome_name(outcome) } });
    page.family("dragoman_request_errors_total", "counter",
        "Requests that failed, by whose fault it was and the status that the client got.");
    for (const auto& failed : metrics.failures)
        page.sample(failed.count,
            { { "outcome", outcome_name(failed.outcome) }, { "status", status_label(failed.status) } });
    page.family("dragoman_requests_running", "gauge", "Requests to /v1/messages that are being answered.");
    page.sample(metrics.running);
    page.family("dragoman_refused_requests_total", "counter",
        "Requests of any kind that were refused before they came to an endpoint, by status.");
    for (const auto& refused : metrics.refusals)
        page.sample(refused.count, { { "status", status_label(refused.status) } });
    page.family("dragoman_token_counts_total", "counter", "Answers to /v1/messages/count_tokens.");
    page.sample(metrics.token_counts);
}

void add_detours(Page& page, const MetricsSnapshot& metrics)
{
    page.family("dragoman_fallbacks_total", "counter",
        "Times that the next target of a route was asked, by the target that could not answer and why.");
    for (const Tally::Row& row : metrics.fallbacks)
        page.sample(row.count, { { "target", row.target }, { "reason", row.why } });
    page.family("dragoman_mended_requests_total", "counter",
        "Requests that a target refused and answered without what it refused, by what was given up.");
    for (const Tally::Row& row : metrics.mended)
        page.sample(row.count, { { "target", row.target }, { "remedy", row.why } });
}

void add_times(Page& page, const MetricsSnapshot& metrics)
{
    page.family("dragoman_first_byte_seconds", "histogram",
        "Time from a request to the first byte of its answer, by the upstream's model.");
    for (const auto& target : metrics.targets)
        if (target.first_byte.count() > 0)
            page.histogram(target.first_byte, { { "target", target.name } });
    page.family("dragoman_request_seconds", "histogram", "Time from a request to the end of its answer.");
    page.histogram(metrics.total_time);
}

void add_usage(Page& page, const MetricsSnapshot& metrics)
{
    page.family("dragoman_tokens_total", "counter",
        "Tokens as billed: input without what came from a cache, cached input, output.");
    for (const auto& target : metrics.targets) {
        page.sample(target.input_tokens, { { "target", target.name }, { "kind", "input" } });
        page.sample(target.cached_tokens, { { "target", target.name }, { "kind", "cached" } });
        page.sample(target.output_tokens, { { "target", target.name }, { "kind", "output" } });
    }
    page.family("dragoman_cost_dollars_total", "counter", "US dollars, as the upstream reported them.");
    for (const auto& target : metrics.targets)
        page.sample(fmt::format("{:.6f}", static_cast<double>(target.cost_usd_micros) / 1e6),
            { { "target", target.name } });
    page.family("dragoman_upstream_requests_total", "counter",
        "Requests that went upstream, by the connection that brought the answer; none: no answer came.");
    for (std::size_t kind = 0; kind < connection_kinds; ++kind)
        page.sample(metrics.upstream_requests[kind], { { "connection", connection_name(kind) } });
}

template <class Number>
void add_if_known(Page& page, std::string_view name, std::string_view type, std::string_view help,
    const std::optional<Number>& value)
{
    if (!value)
        return;
    page.family(name, type, help);
    page.sample(*value);
}

void add_breakers(Page& page, const std::vector<route::Breakers::Report>& breakers)
{
    page.family("dragoman_breaker_open", "gauge",
        "1 while a target rests, or one request at a time may try it; only targets whose last request "
        "failed.");
    for (const route::Breakers::Report& one : breakers)
        page.sample(one.state == route::Breakers::State::closed ? 0 : 1, { { "target", one.target } });
    page.family("dragoman_breaker_failures", "gauge", "How often in a row a target has failed.");
    for (const route::Breakers::Report& one : breakers)
        page.sample(one.failures, { { "target", one.target } });
}

void add_process(Page& page, const MetricsContext& context)
{
    page.family("dragoman_build_info", "gauge", "Always 1; the label is the version.");
    page.sample(1, { { "version", context.version } });
    page.family(
        "dragoman_degraded", "gauge", "1 while no upstream key is there, so that every message is refused.");
    page.sample(context.degraded ? 1 : 0);
    page.family("dragoman_sessions", "gauge", "Sessions whose figures are kept, at most 1000.");
    page.sample(context.sessions);
    page.family("process_start_time_seconds", "gauge", "When the process began, in seconds since 1970.");
    page.sample(fmt::format("{:.3f}", context.started));
    const ProcessFigures& process = context.process;
    add_if_known(
        page, "process_resident_memory_bytes", "gauge", "Memory that is in use.", process.resident_bytes);
    add_if_known(
        page, "process_virtual_memory_bytes", "gauge", "Address space in use.", process.virtual_bytes);
    add_if_known(page, "process_cpu_seconds_total", "counter", "Processor time, user and system.",
        process.cpu_seconds);
    add_if_known(page, "process_threads", "gauge", "Threads of the process.", process.threads);
    add_if_known(page, "process_open_fds", "gauge", "Open file descriptors.", process.open_files);
    add_if_known(page, "process_max_fds", "gauge", "How many of them it may have.", process.open_files_max);
}

} // namespace

std::string metrics_text(const MetricsSnapshot& metrics, const MetricsContext& context)
{
    Page page;
    add_breakers(page, context.breakers);
    add_process(page, context);
    add_requests(page, metrics);
    add_detours(page, metrics);
    add_times(page, metrics);
    add_usage(page, metrics);
    return page.take();
}

} // namespace dragoman::gateway
