#include "load_run.h"

#include "clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace bench {

namespace {

constexpr std::size_t read_size = 256 * 1024;
constexpr std::size_t most_connecting = 256; // at a time, so that no queue of a listener overflows
constexpr std::uint64_t second = 1'000'000'000;

std::uint64_t ns(double seconds) { return static_cast<std::uint64_t>(seconds * static_cast<double>(second)); }

} // namespace

LoadRun::LoadRun(const LoadOptions& options)
    : options_(options)
    , tls_(options.tls ? client_tls() : nullptr)
    , requests_(prepared_requests(options))
    , connections_(options.connections)
    , buffer_(read_size)
{
    for (Connection& connection : connections_)
        free_.push_back(&connection);
    std::ranges::reverse(free_);
}

void LoadRun::run()
{
    began_ns_ = now_ns();
    next_check_ns_ = began_ns_ + second;
    for (;;) {
        const std::uint64_t now = now_ns();
        start_due(now);
        if (running_ == 0 && !may_start(now))
            break;
        if (now >= next_check_ns_)
            end_stalled(now);
        if (EventLoop::ended())
            break;
        step(next_wake(now));
    }
    ended_ns_ = now_ns();
    hold();
}

bool LoadRun::may_start(std::uint64_t now) const
{
    const bool in_time = options_.seconds == 0 || now < began_ns_ + ns(options_.seconds);
    return in_time && started_ < options_.requests && !EventLoop::ended();
}

std::uint64_t LoadRun::due_at(std::uint64_t n) const
{
    return options_.rate == 0 ? began_ns_ : began_ns_ + ns(static_cast<double>(n) / options_.rate);
}

void LoadRun::start_due(std::uint64_t now)
{
    while (may_start(now) && due_at(started_) <= now && !free_.empty() && connecting_ < most_connecting) {
        if (options_.rate != 0 && now - due_at(started_) > second / 100)
            ++counts_.late;
        Connection& connection = *free_.back();
        free_.pop_back();
        start(connection);
    }
}

std::uint64_t LoadRun::next_wake(std::uint64_t now) const
{
    const bool waits_for_time =
        may_start(now) && options_.rate != 0 && !free_.empty() && connecting_ < most_connecting;
    return waits_for_time ? std::min(next_check_ns_, due_at(started_)) : next_check_ns_;
}

void LoadRun::step(std::uint64_t until)
{
    const std::uint64_t now = now_ns();
    for (const epoll_event& event : loop_.wait(until > now ? until - now : 0))
        on_event(*static_cast<Connection*>(event.data.ptr), event.events);
}

void LoadRun::start(Connection& connection)
{
    connection.request = &requests_[started_ % requests_.size()];
    connection.response = {};
    connection.sent = 0;
    connection.answered = false;
    connection.began_ns = connection.last_ns = now_ns();
    ++started_;
    ++running_;
    connection.socket ? send(connection) : open(connection);
}

void LoadRun::open(Connection& connection)
{
    connection.socket = Socket::connect(options_.port, tls_.get());
    if (!connection.socket)
        return fail(connection, counts_.errors, "cannot connect");
    connection.connecting = connection.wants_out = true;
    ++connecting_;
    loop_.watch(connection.socket.fd(), &connection, EPOLLIN | EPOLLOUT);
}

void LoadRun::on_event(Connection& connection, std::uint32_t events)
{
    if (connection.connecting) {
        connection.connecting = false;
        --connecting_;
        if (connection.socket.failed())
            return fail(connection, counts_.errors, "cannot connect");
        connection.began_ns = now_ns(); // of a request; a handshake of TLS belongs to it
    }
    const bool may_write = (events & EPOLLOUT) != 0 || options_.tls;
    if (may_write && connection.request && connection.sent < connection.request->size())
        send(connection);
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && connection.socket)
        receive(connection);
}

// After the request has been sent, or while a handshake waits for an answer, writability is of no interest.
void LoadRun::send(Connection& connection)
{
    std::string_view rest = std::string_view(*connection.request).substr(connection.sent);
    bool full = false;
    while (!rest.empty() && !full) {
        const Transfer sent = connection.socket.write(rest);
        if (sent.closed)
            return fail(connection, counts_.errors, "the connection was closed while the request was sent");
        rest.remove_prefix(sent.bytes);
        connection.sent += sent.bytes;
        full = sent.bytes == 0;
    }
    const bool wanted = full && (!options_.tls || connection.sent > 0);
    if (connection.wants_out == wanted)
        return;
    connection.wants_out = wanted;
    const std::uint32_t out = wanted ? std::uint32_t { EPOLLOUT } : 0;
    loop_.change(connection.socket.fd(), &connection, EPOLLIN | out);
}

void LoadRun::receive(Connection& connection)
{
    const Transfer got = connection.socket.read(buffer_);
    if (got.bytes == 0 && !got.closed)
        return;
    if (!connection.request) { // an idle connection has ended
        connection.socket = {};
        return;
    }
    const std::uint64_t now = now_ns();
    connection.last_ns = now;
    if (got.bytes != 0 && !connection.answered)
        first_byte(connection, now);
    const auto state = got.closed
        ? connection.response.closed()
        : connection.response.feed({ buffer_.data(), got.bytes }, timed() ? &event_ : nullptr);
    if (state == ResponseReader::State::complete)
        judge(connection);
    else if (state == ResponseReader::State::bad)
        fail(connection, connection.answered ? counts_.incomplete : counts_.errors,
            got.closed ? "the connection was closed before the end of the answer"
                       : "the answer's framing is broken");
}

void LoadRun::first_byte(Connection& connection, std::uint64_t now)
{
    connection.answered = true;
    if (timed())
        first_byte_.add(now - connection.began_ns);
    most_open_ = std::max(most_open_, ++open_streams_);
    if (open_streams_ < connections_.size() || said_open_)
        return;
    said_open_ = true; // for those who want to look at what so many at once cost
    fmt::print(stderr, "open {}\n", open_streams_);
}

void LoadRun::judge(Connection& connection)
{
    const ResponseReader& response = connection.response;
    counts_.events += response.body().events();
    counts_.bytes += response.body().bytes();
    if (response.status() != 200)
        return fail(connection, counts_.errors, fmt::format("status {}", response.status()));
    if (options_.expect_events && *options_.expect_events != response.body().events())
        return fail(connection, counts_.incomplete, fmt::format("{} events", response.body().events()));
    if (options_.expect_end && !response.body().ends_with(*options_.expect_end))
        return fail(connection, counts_.incomplete, "another last event");
    if (timed())
        total_.add(connection.last_ns - connection.began_ns);
    end_request(connection, response.keep_alive() && connection.sent == connection.request->size());
}

void LoadRun::fail(Connection& connection, std::uint64_t& count, std::string_view why)
{
    ++count;
    if (first_problem_.empty()) {
        first_problem_ = why;
        fmt::print(stderr, "bench_load: request {}: {}\n", counts_.requests + 1, why);
    }
    end_request(connection, false);
}

void LoadRun::end_request(Connection& connection, bool stays)
{
    ++counts_.requests;
    --running_;
    open_streams_ -= connection.answered ? 1 : 0;
    connection.request = nullptr;
    if (!stays)
        connection.socket = {};
    free_.push_back(&connection);
}

void LoadRun::end_stalled(std::uint64_t now)
{
    next_check_ns_ = now + second;
    for (Connection& connection : connections_) {
        if (!connection.request || now < connection.last_ns + ns(options_.timeout))
            continue;
        if (connection.connecting)
            --connecting_;
        connection.connecting = false;
        fail(connection, counts_.incomplete, "nothing came any more");
    }
}

// For those who want to look at what idle connections cost.
void LoadRun::hold()
{
    if (options_.hold == 0)
        return;
    const auto open = std::ranges::count_if(connections_, [](const Connection& c) { return bool(c.socket); });
    fmt::print(stderr, "idle {}\n", open);
    const std::uint64_t until = ended_ns_ + ns(options_.hold);
    while (!EventLoop::ended() && now_ns() < until)
        step(until);
}

std::string LoadRun::report_json() const
{
    return fmt::format(R"({{"requests":{},"errors":{},"incomplete":{},"late":{},"events":{},"bytes":{},)"
                       R"("most_open":{},"first_byte_us":{},"total_us":{},"event_us":{},"seconds":{:.6f},)"
                       R"("cpu_seconds":{:.3f}}})",
        counts_.requests, counts_.errors, counts_.incomplete, counts_.late, counts_.events, counts_.bytes,
        most_open_, first_byte_.json(), total_.json(), event_.json(),
        static_cast<double>(ended_ns_ - began_ns_) * 1e-9, cpu_seconds());
}

} // namespace bench
