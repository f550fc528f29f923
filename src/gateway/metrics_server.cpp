#include "gateway/metrics_server.h"

#include "base/id_source.h"
#include "base/log.h"
#include "gateway/admission.h"
#include "gateway/metrics_text.h"
#include "gateway/respond.h"

namespace dragoman::gateway {

namespace {

Route metrics_route(const net::RequestHead& head)
{
    if (head.path() != "/metrics")
        return {};
    return { .endpoint = Route::Endpoint::metrics, .allow = "GET, HEAD" };
}

class MetricsHandler final : public net::Handler {
public:
    explicit MetricsHandler(Shared& shared)
        : shared_(shared)
    {
    }

    std::optional<net::Refusal> admit(const net::RequestHead& head) override
    {
        const Route route = metrics_route(head);
        auto error = refuse(*shared_.live.get(), route, head.method, head.target, credentials_of(head),
            shared_.instance_token);
        if (!error)
            return std::nullopt;
        return refusal(http_status(*error), *error, &head);
    }

    net::Refusal refusal(int status, const Error& error, const net::RequestHead*) override
    {
        net::Refusal answer = render(error, ids_.with_prefix("req_"));
        answer.status = status;
        if (status == 405)
            answer.fields.emplace_back("allow", "GET, HEAD");
        return answer;
    }

    net::Task<void> handle(net::ClientRequest&, net::ResponseWriter& response) override
    {
        net::Refusal answer { 200, {}, text() };
        answer.fields.emplace_back("content-type", metrics_content_type);
        answer.fields.emplace_back("cache-control", "no-cache");
        (void)co_await send(response, answer);
    }

private:
    std::string text() const
    {
        const MetricsContext context { .version = shared_.version,
            .degraded = shared_.live.get()->degraded(),
            .started = std::chrono::duration<double>(shared_.started_at.time_since_epoch()).count(),
            .sessions = shared_.sessions.size(),
            .breakers = shared_.breakers.report(Clock::now()),
            .process = process_figures() };
        return metrics_text(shared_.metrics.read(), context);
    }

    Shared& shared_;
    RandomIds ids_;
};

} // namespace

MetricsServer::MetricsServer(Shared& shared)
    : shared_(shared)
{
}

MetricsServer::~MetricsServer() = default;

Result<void> MetricsServer::start(const std::vector<config::Endpoint>& listen)
{
    if (listen.empty())
        return {};
    net::ServerOptions options;
    for (const config::Endpoint& endpoint : listen)
        options.listen.push_back({ endpoint.host, endpoint.port, endpoint.optional });
    server_ = std::make_unique<net::Server>(std::move(options), net::Trust::none(), net::Proxies(),
        [this](net::WorkerContext&) { return std::make_unique<MetricsHandler>(shared_); });
    if (auto bound = server_->bind(); !bound)
        return bound;
    for (const std::string& endpoint : server_->endpoints())
        log::info("metrics are at http://" + endpoint + "/metrics");
    shared_.metrics_url = "http://" + server_->endpoints().front() + "/metrics";
    server_->start();
    return {};
}

} // namespace dragoman::gateway
