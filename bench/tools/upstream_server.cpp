#include "upstream_server.h"

#include "clock.h"

#include <fmt/format.h>

#include <sys/socket.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::size_t read_size = 256 * 1024;
constexpr std::uint64_t ms = 1'000'000;

std::uint64_t now_ms() { return now_ns() / ms; }

Answer error_answer(std::string_view status, std::string_view code, std::string_view message)
{
    return json_answer(status, fmt::format(R"({{"error":{{"code":{},"message":"{}"}}}})", code, message));
}

} // namespace

UpstreamServer::UpstreamServer(int listener, SSL_CTX* tls)
    : listener_(listener)
    , tls_(tls)
    , wheel_(now_ms())
    , models_(json_answer("200 OK", models_body()))
    , not_found_(error_answer("404 Not Found", "404", "there is nothing at this path"))
    , bad_request_(
          error_answer("400 Bad Request", "400", "no request with a Content-Length that names a workload"))
    , buffer_(read_size)
{
    loop_.watch(listener_, nullptr, EPOLLIN);
}

void UpstreamServer::serve()
{
    while (!EventLoop::ended()) {
        std::optional<std::uint64_t> timeout;
        if (const auto tick = wheel_.next_tick()) {
            const std::uint64_t now = now_ns();
            timeout = *tick * ms > now ? *tick * ms - now : 0;
        }
        for (const epoll_event& event : loop_.wait(timeout)) {
            if (event.data.ptr)
                on_event(*static_cast<Connection*>(event.data.ptr), event.events);
            else
                accept_all();
        }
        wheel_.advance(now_ms(), [&](Timer& timer) { write_due(*static_cast<Connection*>(timer.owner)); });
    }
}

std::string UpstreamServer::counts_json() const
{
    return fmt::format(R"({{"requests":{},"events":{},"cancelled":{},"bad_requests":{},"connections":{},)"
                       R"("body_bytes":{},"cpu_seconds":{:.3f}}})",
        counts_.requests, counts_.events, counts_.cancelled, counts_.bad_requests, counts_.connections,
        counts_.body_bytes, cpu_seconds());
}

void UpstreamServer::accept_all()
{
    for (;;) {
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        auto connection = std::make_unique<Connection>();
        connection->socket = Socket(fd, tls_, true);
        connection->timer.owner = connection.get();
        loop_.watch(fd, connection.get(), EPOLLIN);
        ++counts_.connections;
        connections_.emplace(connection.get(), std::move(connection));
    }
}

void UpstreamServer::on_event(Connection& connection, std::uint32_t events)
{
    if ((events & EPOLLOUT) != 0 && !flush(connection))
        return;
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
        read(connection);
}

bool UpstreamServer::read(Connection& connection)
{
    const Transfer got = connection.socket.read(buffer_);
    if (got.closed)
        return drop(connection);
    return take(connection, { buffer_.data(), got.bytes });
}

// Answers are given one after the other, also to a client that does not wait for them.
bool UpstreamServer::take(Connection& connection, std::string_view bytes)
{
    while (!bytes.empty()) {
        if (connection.answer) {
            connection.early.append(bytes);
            return true;
        }
        bytes.remove_prefix(connection.request.feed(bytes));
        const auto state = connection.request.state();
        const bool ended = state == RequestReader::State::complete || state == RequestReader::State::bad;
        if (ended && !begin_answer(connection))
            return false;
    }
    return true;
}

const Answer& UpstreamServer::scripted(const Workload& workload, Dialect dialect)
{
    const auto key = std::pair(workload, dialect);
    const auto found = answers_.find(key);
    return found != answers_.end() ? found->second
                                   : answers_.emplace(key, make_answer(workload, dialect)).first->second;
}

const Answer& UpstreamServer::answer_to(const RequestReader& request)
{
    if (request.state() == RequestReader::State::bad)
        return bad_request_;
    const std::string_view path = request.path();
    if (request.method() == "GET")
        return path.ends_with("/models") ? models_ : not_found_;
    const bool chat = path.ends_with("/chat/completions");
    if (!chat && !path.ends_with("/messages"))
        return not_found_;
    if (!request.workload())
        return bad_request_;
    return scripted(*request.workload(), chat ? Dialect::chat : Dialect::messages);
}

bool UpstreamServer::begin_answer(Connection& connection)
{
    const Answer& answer = answer_to(connection.request);
    counts_.body_bytes += connection.request.body_bytes();
    const bool asks = connection.request.method() != "GET";
    if (&answer == &bad_request_ || (asks && &answer == &not_found_))
        ++counts_.bad_requests;
    connection.answer = &answer;
    connection.step = 0;
    connection.began_ms = now_ms();
    return write_due(connection);
}

// The bytes of the steps, each with the time at which it leaves.
std::string_view UpstreamServer::stamped(const Answer& answer, std::size_t first, std::size_t last)
{
    const std::size_t begin = first == 0 ? 0 : answer.steps[first - 1].end;
    const std::string_view bytes =
        std::string_view(answer.bytes).substr(begin, answer.steps[last - 1].end - begin);
    if (answer.pace_ms == 0)
        return bytes;
    scratch_.assign(bytes);
    const std::string now = fmt::format("{:016x}", now_ns());
    for (std::size_t step = first; step < last; ++step) {
        if (answer.steps[step].stamp != std::string::npos)
            scratch_.replace(answer.steps[step].stamp - begin, stamp_digits, now);
    }
    return scratch_;
}

// All steps whose time has come leave in one write.
bool UpstreamServer::write_due(Connection& connection)
{
    const Answer& answer = *connection.answer;
    const std::size_t first = connection.step;
    std::size_t last = answer.steps.size();
    if (answer.pace_ms != 0)
        last =
            std::min(last, 1 + static_cast<std::size_t>((now_ms() - connection.began_ms) / answer.pace_ms));
    if (last > first) {
        counts_.events += answer.steps[last - 1].events - (first == 0 ? 0 : answer.steps[first - 1].events);
        connection.step = last;
        if (!write(connection, stamped(answer, first, last)))
            return false;
    }
    if (last < answer.steps.size())
        wheel_.set(connection.timer, connection.began_ms + last * answer.pace_ms);
    else if (connection.unsent.empty())
        return finish(connection);
    return true;
}

bool UpstreamServer::write(Connection& connection, std::string_view bytes)
{
    if (!connection.unsent.empty()) {
        connection.unsent.append(bytes);
        return true;
    }
    while (!bytes.empty()) {
        const Transfer sent = connection.socket.write(bytes);
        if (sent.closed)
            return drop(connection);
        bytes.remove_prefix(sent.bytes);
        if (sent.bytes == 0)
            break;
    }
    if (!bytes.empty()) {
        connection.unsent.assign(bytes);
        want_out(connection, true);
    }
    return true;
}

bool UpstreamServer::flush(Connection& connection)
{
    const std::string bytes = std::exchange(connection.unsent, {});
    if (!write(connection, bytes))
        return false;
    if (!connection.unsent.empty())
        return true;
    want_out(connection, false);
    if (connection.answer && connection.step == connection.answer->steps.size())
        return finish(connection);
    return true;
}

bool UpstreamServer::finish(Connection& connection)
{
    if (connection.answer != &models_ && connection.answer != &not_found_
        && connection.answer != &bad_request_)
        ++counts_.requests;
    const bool good = connection.request.state() == RequestReader::State::complete;
    const bool stays = good && connection.request.keep_alive();
    connection.answer = nullptr;
    connection.request = {};
    if (!stays)
        return drop(connection);
    const std::string early = std::exchange(connection.early, {});
    return take(connection, early);
}

void UpstreamServer::want_out(Connection& connection, bool wanted)
{
    if (connection.wants_out == wanted)
        return;
    connection.wants_out = wanted;
    const std::uint32_t out = wanted ? std::uint32_t { EPOLLOUT } : 0;
    loop_.change(connection.socket.fd(), &connection, EPOLLIN | out);
}

bool UpstreamServer::drop(Connection& connection)
{
    if (connection.answer)
        ++counts_.cancelled;
    connections_.erase(&connection);
    return false;
}

} // namespace bench
