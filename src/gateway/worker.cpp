#include "gateway/worker.h"

#include "base/log.h"
#include "gateway/admission.h"
#include "gateway/count_tokens.h"
#include "gateway/messages_exchange.h"
#include "gateway/small_endpoints.h"
#include "gateway/warm_up.h"

#include <algorithm>
#include <chrono>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace dragoman::gateway {

namespace {

// Monitors, and clients in passing, ask for these all day long.
bool is_routine(Route::Endpoint endpoint)
{
    using enum Route::Endpoint;
    return endpoint == health || endpoint == hello || endpoint == event_logging || endpoint == status
        || endpoint == session;
}

// The line of a request that no model answers.
void log_answer(const net::RequestHead& head, const net::Refusal& answer, Clock::duration time)
{
    using enum RequestRecord::Outcome;
    auto id = std::ranges::find(answer.fields, "request-id", &std::pair<std::string, std::string>::first);
    RequestRecord record { .request_id = id->second,
        .method = std::string(head.method),
        .path = std::string(head.path()),
        .status = answer.status,
        .outcome = answer.status < 400 ? ok : client_error,
        .total_ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() };
    log::request_line(record);
}

} // namespace

Worker::Worker(net::WorkerContext& context, Shared& shared)
    : context_(context)
    , shared_(shared)
    , config_(shared.live.published())
    , catalogues_(shared.catalogues.published())
{
}

std::optional<net::Refusal> Worker::admit(const net::RequestHead& head)
{
    Route route = route_of(head.target);
    auto error =
        refuse(*config(), route, head.method, head.target, credentials_of(head), shared_.instance_token);
    if (!error)
        return std::nullopt;
    net::Refusal answer = refusal(http_status(*error), *error, &head);
    if (error->kind == Error::Kind::method_not_allowed)
        std::ranges::find(answer.fields, "allow", &std::pair<std::string, std::string>::first)->second =
            route.allow;
    return answer;
}

net::Refusal Worker::refusal(int status, const Error& error, const net::RequestHead* head)
{
    std::string request_id = ids_.with_prefix("req_");
    net::Refusal answer = render(error, request_id);
    answer.status = status;
    if (status == 405) // RFC 9110, 15.5.6: always with what would be allowed
        answer.fields.emplace_back("allow", "GET, HEAD, POST");
    RequestRecord record { .request_id = std::move(request_id),
        .method = "",
        .status = status,
        .outcome = RequestRecord::Outcome::client_error,
        .error = error.message };
    if (head) {
        record.method = head->method;
        record.path = head->path();
    }
    log::request_line(record);
    shared_.metrics.refused(status);
    return answer;
}

net::Task<void> Worker::handle(net::ClientRequest& request, net::ResponseWriter& response)
{
    if (route_of(request.head.target).endpoint == Route::Endpoint::messages)
        return MessagesExchange::serve(*this, request, response);
    return serve_here(request, response);
}

net::Task<void> Worker::serve_here(net::ClientRequest& request, net::ResponseWriter& response)
{
    Route route = route_of(request.head.target);
    TimePoint begun = Clock::now();
    net::Refusal answer = co_await answer_here(route, request);
    if (request.head.method == "HEAD"
        && request.head.target == "/") // A client that will have a request soon.
        warm_up(shared_, context_);
    if (!is_routine(route.endpoint))
        log_answer(request.head, answer, Clock::now() - begun);
    (void)co_await send(response, answer);
}

// Freed memory that lies below something that is still in use is the allocator's until it is asked.
// https://man7.org/linux/man-pages/man3/malloc_trim.3.html
void Worker::rest()
{
    document_ = {};
    resolved_from_.reset();
    resolved_.reset();
    RecycledMemory<anthropic::Block>::forget();
    MessagesExchange::Memory::forget();
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

const std::shared_ptr<const Routing>& Worker::routing(const std::shared_ptr<const config::Config>& config)
{
    if (routing_from_ != config) {
        routing_ = std::make_shared<const Routing>(routing_of(*config));
        routing_from_ = config;
        resolved_from_.reset();
    }
    return routing_;
}

const std::shared_ptr<Resolved>& Worker::resolved(
    const std::shared_ptr<const config::Config>& config, const std::shared_ptr<const Catalogues>& catalogues)
{
    routing(config);
    if (resolved_from_ != catalogues) {
        resolved_ = std::make_shared<Resolved>();
        resolved_from_ = catalogues;
    }
    return resolved_;
}

net::Task<net::Refusal> Worker::answer_here(const Route& route, net::ClientRequest& request)
{
    using Endpoint = Route::Endpoint;
    switch (route.endpoint) {
    case Endpoint::count_tokens:
        co_return co_await count_tokens(*this, request);
    case Endpoint::models:
        co_return co_await models(*this, request.head);
    case Endpoint::model:
        co_return co_await model(*this, route.model_id);
    case Endpoint::health:
        co_return health(*this);
    case Endpoint::hello:
        co_return hello(*this, request.head.target);
    case Endpoint::event_logging:
        co_return event_logging(*this);
    case Endpoint::status:
        co_return status(*this);
    case Endpoint::session:
        co_return session(*this, route.session, request.head.target);
    case Endpoint::messages: // handle() does that.
    case Endpoint::metrics: // MetricsServer does that.
    case Endpoint::unknown: // admit() has refused it.
        break;
    }
    co_return render(Error { .kind = Error::Kind::not_found }, ids_.with_prefix("req_"));
}

} // namespace dragoman::gateway
