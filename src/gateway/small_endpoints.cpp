#include "gateway/small_endpoints.h"

#include "base/encoding.h"
#include "gateway/instance.h"
#include "gateway/plan.h"
#include "gateway/process_figures.h"
#include "gateway/status_report.h"
#include "gateway/targets.h"
#include "gateway/upstream_states.h"
#include "json/writer.h"
#include "net/timer.h"
#include "route/models_list.h"

#include <unistd.h>

namespace dragoman::gateway {

namespace {

constexpr auto catalogue_wait = std::chrono::seconds(2); // from the start of the program

net::Task<void> wait_for_catalogue(const Shared& shared)
{
    TimePoint deadline = shared.started + catalogue_wait;
    while (!shared.catalogues.settled() && Clock::now() < deadline)
        co_await net::sleep_for(std::chrono::milliseconds(20));
}

std::string_view value_in_query(std::string_view target, std::string_view name)
{
    std::string_view query = target.substr(std::min(target.find('?'), target.size()));
    while (!query.empty()) {
        query.remove_prefix(1);
        const std::string_view pair = query.substr(0, query.find('&'));
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
            return pair.substr(name.size() + 1);
        query.remove_prefix(pair.size());
    }
    return {};
}

net::Refusal json_answer(Worker& worker, std::string body)
{
    return render_json(200, std::move(body), worker.ids().with_prefix("req_"));
}

} // namespace

net::Refusal health(Worker& worker)
{
    Shared& shared = worker.shared();
    auto config = shared.live.get();
    std::string body;
    json::Writer json(body);
    json.begin_object().key("status").text(config->degraded() ? "degraded" : "healthy");
    if (config->degraded())
        json.key("reason").text("no upstream key is configured: set " + config->missing_keys());
    json.key("service").text("dragoman").key("version").text(shared.version).key("uptime_seconds");
    json.integer(std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - shared.started).count());
    if (config->demo)
        json.key("demonstration").boolean(true);
    json.end_object();
    return json_answer(worker, std::move(body));
}

net::Refusal hello(Worker& worker, std::string_view target)
{
    std::string body;
    json::Writer json(body);
    json.begin_object().key("message").text("hello").key("service").text("dragoman");
    if (std::string proof = proof_of(worker.shared().instance_token, challenge_in(target)); !proof.empty())
        json.key("proof").text(proof);
    json.end_object();
    return json_answer(worker, std::move(body));
}

net::Refusal status(Worker& worker)
{
    Shared& shared = worker.shared();
    auto config = shared.live.get();
    StatusContext context { .version = shared.version,
        .pid = ::getpid(),
        .started =
            std::chrono::duration_cast<std::chrono::seconds>(shared.started_at.time_since_epoch()).count(),
        .uptime_s = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - shared.started).count(),
        .config = config->file,
        .metrics = shared.metrics_url,
        .demonstration = config->demo,
        .degraded = config->degraded(),
        .sessions = shared.sessions.size(),
        .resident_bytes = process_figures().resident_bytes };
    const MetricsSnapshot figures = shared.metrics.read();
    context.upstreams = upstream_states(*config, shared.breakers, shared.key_rests, figures, Clock::now());
    return json_answer(worker, status_report(figures, context));
}

net::Refusal session(Worker& worker, std::string_view id, std::string_view target)
{
    const Shared& shared = worker.shared();
    const auto figures = shared.sessions.find(id);
    std::optional<SessionFigures::Answering> next;
    const std::string wanted = percent_decode(value_in_query(target, "model"));
    if (auto found = resolve_target(wanted, *shared.live.get(), *shared.catalogues.get()); found)
        next = {
            .client_model = wanted, .model = found->model, .context_window = found->facts->context_length
        };
    if (figures || next)
        return json_answer(worker, session_report(id, figures.value_or(SessionFigures {}), next));
    Error unknown { .kind = Error::Kind::not_found,
        .source = Error::Source::client,
        .message = "no request of that session has come by, or it was too long ago",
        .should_retry = false };
    return render(unknown, worker.ids().with_prefix("req_"));
}

net::Refusal event_logging(Worker& worker) { return json_answer(worker, "{}"); }

net::Task<net::Refusal> models(Worker& worker, const net::RequestHead& head)
{
    const bool for_picker = head.field("user-agent").starts_with("claude-code/");
    co_await wait_for_catalogue(worker.shared());
    auto config = worker.shared().live.get();
    auto catalogues = worker.shared().catalogues.get();
    const route::Catalogue& catalogue = catalogues->of(config->main().name);
    const route::Rules rules = rules_of(*config);
    const route::Lookup lookup = lookup_of(*config, *catalogues);
    if (for_picker)
        co_return json_answer(worker, route::picker_list(rules, catalogue, lookup));
    const auto others = models_of_other_upstreams(*config, *catalogues);
    co_return json_answer(worker, route::models_list(rules, catalogue, lookup, others));
}

net::Task<net::Refusal> model(Worker& worker, std::string_view path_tail)
{
    co_await wait_for_catalogue(worker.shared());
    auto config = worker.shared().live.get();
    auto catalogues = worker.shared().catalogues.get();
    auto entry = route::model_entry(
        path_tail, rules_of(*config), catalogues->of(config->main().name), lookup_of(*config, *catalogues));
    if (entry)
        co_return json_answer(worker, std::move(*entry));
    co_return render(entry.error(), worker.ids().with_prefix("req_"));
}

} // namespace dragoman::gateway
