#include "net/upstream_client.h"

#include "base/append.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/recycled.h"
#include "net/dial.h"
#include "net/race.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dragoman::net {
namespace {

constexpr std::chrono::seconds idle_max { 30 }; // shorter than any server's own patience that we know of
constexpr std::size_t idle_per_origin_max = 64;
constexpr std::size_t usual_head = 1024; // bytes

Error cannot_reach(const std::string& host, std::string_view why)
{
    Error error = Error::unreachable(fmt::format("Cannot reach {}: {}", host, why));
    error.retry = Error::Retry::next_target;
    return error;
}

// Added here, whatever the caller has.
bool is_ours(std::string_view name)
{
    static constexpr std::array<std::string_view, 6> ours { "accept-encoding", "connection", "content-length",
        "host", "proxy-authorization", "transfer-encoding" };
    return std::ranges::any_of(ours, [&](std::string_view own) { return same_name(own, name); });
}

Result<void> write_head(std::string& head, const UpstreamRequest& request, const std::optional<Proxy>& proxy)
{
    std::size_t length = 0;
    for (std::string_view piece : request.body)
        length += piece.size();
    bool named_whole = proxy && !request.origin.tls;
    append_all(head, request.method, " ", named_whole ? request.origin.text() : std::string(), request.target,
        " HTTP/1.1\r\nHost: ", request.origin.authority(), "\r\n");
    for (const Field& field : request.fields) {
        if (is_ours(field.name))
            continue;
        if (!is_clean(field))
            return Failure(
                Error::internal(fmt::format("The request field {} holds control characters", field.name)));
        append_all(head, field.name, ": ", field.value, "\r\n");
    }
    if (named_whole && !proxy->authorization.empty())
        append_all(head, "Proxy-Authorization: ", proxy->authorization, "\r\n");
    const fmt::format_int digits(length);
    if (length > 0 || request.method == "POST" || request.method == "PUT")
        append_all(head, "Content-Length: ", std::string_view(digits.data(), digits.size()), "\r\n");
    append_all(head, "Accept-Encoding: identity\r\n\r\n");
    auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
    if (!is_token(request.method) || !std::ranges::all_of(request.target, is_visible))
        return Failure(Error::internal("The request line holds characters that do not belong there"));
    return {};
}

// Asks a proxy for a tunnel. https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6
Task<Result<void>> open_tunnel(UpstreamConnection& connection, const Origin& origin, const Proxy& proxy)
{
    std::string host = origin.host.contains(':') ? fmt::format("[{}]", origin.host) : origin.host;
    std::string text = fmt::format("CONNECT {0}:{1} HTTP/1.1\r\nHost: {0}:{1}\r\n", host, origin.port);
    if (!proxy.authorization.empty())
        text += fmt::format("Proxy-Authorization: {}\r\n", proxy.authorization);
    text += "\r\n";
    std::string_view piece = text;
    bool written = co_await connection.write({ &piece, 1 });
    if (!written)
        co_return Failure(Error::unreachable("the proxy closed the connection"));
    HeadScanner scanner;
    HeadScanner::State state = HeadScanner::State::more;
    while (state == HeadScanner::State::more && connection.in.size() <= limits::http_head) {
        UpstreamConnection::Read read = co_await connection.read_more();
        if (read != UpstreamConnection::Read::data)
            co_return Failure(Error::unreachable("the proxy closed the connection"));
        state = scanner.scan(connection.in);
    }
    if (state != HeadScanner::State::complete)
        co_return Failure(Error::unreachable("the proxy's answer cannot be read"));
    Parsed<AnswerHead> head = parse_answer_head(std::string_view(connection.in).substr(0, scanner.size()));
    if (!head)
        co_return Failure(Error::unreachable("the proxy's answer cannot be read"));
    if (head->status == 407)
        co_return Failure(Error::unreachable("the proxy wants other credentials (407)"));
    if (head->status < 200 || head->status > 299)
        co_return Failure(Error::unreachable(fmt::format("the proxy refused with status {}", head->status)));
    if (connection.in.size() > scanner.size())
        co_return Failure(Error::unreachable("the proxy sent more than an answer"));
    connection.in.clear();
    co_return Result<void> {};
}

Error closed_without_answer(std::string_view host)
{
    Error error = Error::upstream_protocol(fmt::format("{} closed the connection without an answer", host));
    error.retry = Error::Retry::next_target;
    return error;
}

} // namespace

UpstreamClient::UpstreamClient(Trust trust, Proxies proxies, Lookup lookup)
    : trust_(std::move(trust))
    , proxies_(std::move(proxies))
    , resolver_(std::move(lookup))
    , self_(std::make_shared<UpstreamClient*>(this))
{
}

UpstreamClient::~UpstreamClient() { *self_ = nullptr; }

Connection UpstreamClient::take_idle(const Origin& origin)
{
    auto found = idle_.find(origin);
    if (found == idle_.end())
        return nullptr;
    std::vector<Connection>& all = found->second;
    while (!all.empty()) {
        Connection connection = std::move(all.back());
        all.pop_back();
        if (connection->is_quiet() && boot_time() - connection->idle_since <= idle_max) {
            connection->was_reused = true;
            return connection;
        }
    }
    return nullptr;
}

void UpstreamClient::keep(Connection connection)
{
    connection->idle_since = boot_time();
    connection->rest();
    std::vector<Connection>& all = idle_[connection->origin];
    all.push_back(std::move(connection));
    if (all.size() > idle_per_origin_max)
        all.erase(all.begin());
}

void UpstreamClient::sweep()
{
    std::chrono::seconds now = boot_time();
    auto is_over = [&](const Connection& c) { return now - c->idle_since > idle_max || !c->is_quiet(); };
    for (auto& [origin, all] : idle_)
        std::erase_if(all, is_over);
    std::erase_if(idle_, [](const auto& entry) { return entry.second.empty(); });
}

void UpstreamClient::clear() { idle_.clear(); }

std::size_t UpstreamClient::idle_connections() const
{
    std::size_t count = 0;
    for (const auto& [origin, all] : idle_)
        count += all.size();
    return count;
}

Task<Result<Socket>> UpstreamClient::reach(std::string host, std::uint16_t port, Clock::duration connect_time)
{
    Result<Addresses> addresses = co_await resolver_.resolve(host, port);
    if (!addresses)
        co_return Failure(addresses.error());
    Result<Socket> socket = co_await dial(*addresses, connect_time);
    if (socket || !resolver_.doubt(host, port))
        co_return socket;
    Result<Addresses> newer = co_await resolver_.resolve(host, port);
    if (newer && *newer != *addresses)
        socket = co_await dial(std::move(*newer), connect_time);
    co_return socket;
}

Task<Result<Connection>> UpstreamClient::connect(
    const UpstreamRequest& request, const std::optional<Proxy>& proxy)
{
    const Origin& origin = request.origin;
    std::string via =
        proxy ? fmt::format(" through the proxy {}:{}", proxy->host, proxy->port) : std::string();
    std::string host = proxy ? proxy->host : origin.host;
    Result<Socket> socket =
        co_await reach(std::move(host), proxy ? proxy->port : origin.port, request.connect_time);
    if (!socket)
        co_return Failure(cannot_reach(origin.host + via, socket.error().message));
    // What is said before the request has the time of one more address.
    TimePoint deadline = Clock::now() + request.connect_time;
    Connection connection = plain_connection(std::move(*socket));
    if (proxy && origin.tls) {
        Task<Result<void>> asking = open_tunnel(*connection, origin, *proxy);
        std::optional<Result<void>> tunnel = co_await before(deadline, std::move(asking));
        if (!tunnel || !*tunnel)
            co_return Failure(cannot_reach(
                origin.host + via, tunnel ? tunnel->error().message : "the proxy does not answer"));
    }
    if (!origin.tls)
        co_return connection;
    Task<Result<Connection>> shaking =
        tls_connection(std::move(connection->socket()), trust_, origin.host, origin.port);
    std::optional<Result<Connection>> secured = co_await before(deadline, std::move(shaking));
    if (!secured)
        co_return Failure(cannot_reach(origin.host + via, "the TLS handshake took too long"));
    if (!*secured)
        co_return Failure(cannot_reach(origin.host + via, secured->error().message));
    co_return std::move(**secured);
}

Task<Result<std::unique_ptr<UpstreamAnswer>>> UpstreamClient::send(const UpstreamRequest& request)
{
    std::optional<Proxy> proxy = proxies_.proxy_for(request.origin);
    Recycled<std::string> head(usual_head);
    if (Result<void> made = write_head(*head, request, proxy); !made)
        co_return Failure(std::move(made).error());
    Recycled<std::vector<std::string_view>> pieces(request.body.size() + 1);
    pieces->push_back(*head);
    pieces->insert(pieces->end(), request.body.begin(), request.body.end());
    Connection connection = take_idle(request.origin);
    for (;;) {
        if (!connection) {
            Result<Connection> connected = co_await connect(request, proxy);
            if (!connected)
                co_return Failure(connected.error());
            connection = std::move(*connected);
            connection->origin = request.origin;
        }
        bool was_reused = connection->was_reused;
        // An upstream that refuses early answers and closes; then there is something to read all the same.
        bool written = co_await connection->write(*pieces);
        auto answer = std::make_unique<ArrivingAnswer>(
            std::move(connection), request.origin.host, written ? keep_here() : ArrivingAnswer::Keep());
        Result<bool> received = co_await answer->receive_head(request.method);
        if (!received)
            co_return Failure(received.error());
        if (*received)
            co_return std::unique_ptr<UpstreamAnswer>(std::move(answer));
        if (!was_reused)
            co_return Failure(closed_without_answer(request.origin.host));
        connection = nullptr; // It was closed while it was kept: once more, on a new one.
    }
}

ArrivingAnswer::Keep UpstreamClient::keep_here() const
{
    return [self = self_](Connection free) {
        if (*self)
            (*self)->keep(std::move(free));
    };
}

Task<void> UpstreamClient::warm_up(Origin origin, Clock::duration connect_time)
{
    if (idle_.contains(origin) || !warming_.insert(origin).second)
        co_return;
    UpstreamRequest nothing { .origin = origin, .connect_time = connect_time };
    std::shared_ptr<UpstreamClient*> self = self_;
    Result<Connection> connected = co_await connect(nothing, proxies_.proxy_for(origin));
    if (!*self)
        co_return;
    warming_.erase(origin);
    if (!connected) {
        log::debug("no connection ahead of requests", { { "why", connected.error().message } });
        co_return;
    }
    (*connected)->origin = std::move(origin);
    keep(std::move(*connected));
}

} // namespace dragoman::net
