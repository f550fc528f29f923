#include "gateway/worker.h"

#include "base/log.h"
#include "gateway/admission.h"
#include "gateway/count_tokens.h"
#include "gateway/messages_exchange.h"
#include "gateway/small_endpoints.h"

namespace dragoman::gateway {

namespace {

std::optional<std::string_view> given(const net::RequestHead& head, std::string_view name)
{
    return head.count(name) == 0 ? std::nullopt : std::optional(head.field(name));
}

Credentials credentials_of(const net::RequestHead& head)
{
    return { .host = head.host,
        .origin = given(head, "origin"),
        .content_type = given(head, "content-type"),
        .x_api_key = given(head, "x-api-key"),
        .authorization = given(head, "authorization") };
}

} // namespace

Worker::Worker(net::WorkerContext& context, Shared& shared)
    : context_(context)
    , shared_(shared)
{
}

std::optional<net::Refusal> Worker::admit(const net::RequestHead& head)
{
    auto config = shared_.live.get();
    Route route = route_of(head.target);
    auto error = refuse(*config, route, head.method, head.target, credentials_of(head));
    if (!error)
        return std::nullopt;
    net::Refusal answer = refusal(http_status(*error), *error, &head);
    if (error->kind == Error::Kind::method_not_allowed)
        answer.fields.emplace_back("allow", route.allow);
    return answer;
}

net::Refusal Worker::refusal(int status, const Error& error, const net::RequestHead* head)
{
    std::string request_id = ids_.with_prefix("req_");
    net::Refusal answer = render(error, request_id);
    answer.status = status;
    log::debug("refused",
        { { "request_id", request_id }, { "status", status },
            { "path", head ? head->path() : std::string_view("-") }, { "reason", error.message } });
    return answer;
}

net::Task<void> Worker::handle(net::ClientRequest& request, net::ResponseWriter& response)
{
    co_await answer(route_of(request.head.target), request, response);
}

net::Task<void> Worker::answer(Route route, net::ClientRequest& request, net::ResponseWriter& response)
{
    using Endpoint = Route::Endpoint;
    switch (route.endpoint) {
    case Endpoint::messages: {
        MessagesExchange exchange(*this, request, response);
        co_await exchange.run();
        co_return;
    }
    case Endpoint::count_tokens:
        co_await answer_count_tokens(*this, request, response);
        co_return;
    case Endpoint::models:
        co_await answer_models(*this, response);
        co_return;
    case Endpoint::model:
        co_await answer_model(*this, route.model_id, response);
        co_return;
    case Endpoint::health:
        co_await answer_health(*this, response);
        co_return;
    case Endpoint::hello:
        co_await answer_hello(*this, response);
        co_return;
    case Endpoint::event_logging:
        co_await answer_event_logging(*this, response);
        co_return;
    case Endpoint::unknown:
        break; // admit() has refused it.
    }
    (void)co_await send(response, refusal(404, Error { .kind = Error::Kind::not_found }, &request.head));
}

} // namespace dragoman::gateway
