#include "gateway/respond.h"

#include "anthropic/error_body.h"

namespace dragoman::gateway {

std::vector<net::Field> views(const OwnedFields& fields)
{
    std::vector<net::Field> borrowed;
    borrowed.reserve(fields.size());
    for (const auto& [name, value] : fields)
        borrowed.push_back({ name, value });
    return borrowed;
}

net::Refusal render(const Error& error, std::string_view request_id)
{
    net::Refusal answer = render_json(http_status(error), "", request_id);
    if (error.retry_after_s)
        answer.fields.emplace_back("retry-after", std::to_string(*error.retry_after_s));
    if (error.should_retry)
        answer.fields.emplace_back("x-should-retry", *error.should_retry ? "true" : "false");
    anthropic::append_error_body(answer.body, error, request_id);
    return answer;
}

net::Refusal render_json(int status, std::string body, std::string_view request_id)
{
    net::Refusal answer { status, {}, std::move(body) };
    answer.fields.emplace_back("content-type", "application/json");
    answer.fields.emplace_back("cache-control", "no-cache");
    answer.fields.emplace_back("request-id", request_id);
    return answer;
}

net::Task<Result<void>> send(net::ResponseWriter& response, const net::Refusal& answer)
{
    std::vector<net::Field> fields = views(answer.fields);
    co_return co_await response.whole(answer.status, fields, answer.body);
}

} // namespace dragoman::gateway
