#include "net/fetch.h"

#include "net/proxies.h"
#include "net/race.h"
#include "net/trust.h"
#include "net/upstream_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>

namespace dragoman::net {
namespace {

// The origin, and path and query as they are asked for.
Result<Url> split(std::string_view text)
{
    const std::size_t query = std::min(text.find('?'), text.size());
    auto url = parse_url(text.substr(0, query));
    if (!url)
        return url;
    if (url->path.empty())
        url->path = "/";
    url->path += text.substr(query);
    return url;
}

Task<Result<FetchedAnswer>> exchange(UpstreamClient& client, const FetchRequest& request, const Url& url)
{
    std::vector<Field> fields;
    for (const auto& [name, value] : request.fields)
        fields.push_back({ name, value });
    const std::array<std::string_view, 1> body { request.body };
    UpstreamRequest asked {
        .origin = url.origin, .method = request.method, .target = url.path, .fields = fields
    };
    if (!request.body.empty())
        asked.body = body;
    auto answer = co_await client.send(asked);
    if (!answer)
        co_return Failure(answer.error());
    FetchedAnswer fetched { .status = (*answer)->status() };
    for (const Field& field : (*answer)->fields())
        fetched.fields.emplace_back(field.name, field.value);
    auto all = co_await read_all(**answer, request.bytes_max);
    if (!all)
        co_return Failure(all.error());
    fetched.body = std::move(*all);
    co_return fetched;
}

} // namespace

std::string_view FetchedAnswer::field(std::string_view name) const
{
    for (const auto& [own, value] : fields)
        if (same_name(own, name))
            return value;
    return {};
}

Result<FetchedAnswer> fetch(const FetchRequest& request, const Environment& environment)
{
    auto url = split(request.url);
    if (!url)
        return Failure(url.error());
    auto proxies = Proxies::from(environment);
    if (!proxies)
        return Failure(proxies.error());
    auto trust = url->origin.tls ? Trust::load(environment) : Result<Trust>(Trust::none());
    if (!trust)
        return Failure(trust.error());
    boost::asio::io_context loop(1);
    UpstreamClient client(*trust, *proxies);
    Result<FetchedAnswer> result = Failure(Error::timed_out("no answer in time"));
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop, before(Clock::now() + request.time, exchange(client, request, *url)),
        [&](std::exception_ptr error, std::optional<Result<FetchedAnswer>> fetched) {
            thrown = std::move(error);
            if (fetched)
                result = std::move(*fetched);
            client.clear();
        });
    loop.run();
    if (thrown)
        std::rethrow_exception(thrown);
    return result;
}

} // namespace dragoman::net
