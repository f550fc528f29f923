#include "net/worker.h"

#include "base/log.h"
#include "base/recycled.h"
#include "base/signals_held.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dragoman::net {
namespace {

namespace asio = boost::asio;
constexpr auto as_result = asio::as_tuple(use_task);
constexpr auto accept_pause = std::chrono::milliseconds(100); // when there are no descriptors left
constexpr auto drain_sweep = std::chrono::milliseconds(50);
constexpr std::size_t looked_ahead = 8; // connections whose memory is on its way while one is looked at
constexpr std::size_t shed_at_a_time = 16;

std::string text_of(const sockaddr_storage& address)
{
    std::array<char, INET6_ADDRSTRLEN> host {};
    if (address.ss_family == AF_UNIX)
        return "unix";
    if (address.ss_family == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
        inet_ntop(AF_INET6, &six.sin6_addr, host.data(), host.size());
        return fmt::format("[{}]:{}", host.data(), ntohs(six.sin6_port));
    }
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &four.sin_addr, host.data(), host.size());
    return fmt::format("{}:{}", host.data(), ntohs(four.sin_port));
}

void report(std::exception_ptr escaped)
{
    if (!escaped)
        return;
    try {
        std::rethrow_exception(escaped);
    } catch (const std::exception& error) {
        log::error("a connection was closed by an exception", { { "why", error.what() } });
    }
}

// Keeps what can interrupt a connection's coroutine for as long as that runs.
struct Ended {
    std::shared_ptr<ClientOutput> output;
    void operator()(std::exception_ptr escaped) const { report(std::move(escaped)); }
};

} // namespace

// Among the worker's connections for as long as it lives.
class Worker::Registered : public ClientConnection {
public:
    Registered(Worker& worker, std::shared_ptr<ClientOutput> output, std::string peer)
        : ClientConnection(*worker.services_, std::move(output), std::move(peer))
        , worker_(worker)
        , place_(worker.connections_.size())
    {
        worker_.connections_.push_back(this);
        ++worker_.shared_.connections;
    }
    ~Registered()
    {
        Registered* last = worker_.connections_.back();
        worker_.connections_[place_] = last;
        last->place_ = place_;
        worker_.connections_.pop_back();
        --worker_.shared_.connections;
        worker_.finish_if_done();
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;

private:
    Worker& worker_;
    std::size_t place_;
};

Worker::Worker(unsigned index, WorkersShared& shared, const Trust& trust, const Proxies& proxies)
    : index_(index)
    , shared_(shared)
    , upstream_(trust, proxies)
    , must_end_(loop_.get_executor())
    , alarms_(loop_)
    , context_ { index_, loop_, upstream_, must_end_, draining_, alarms_ }
    , sweep_timer_(loop_)
{
}

Worker::~Worker()
{
    stop();
    join();
    loop_.shutdown();
}

void Worker::add_listener(Descriptor socket, bool ipv6)
{
    Acceptor acceptor(loop_);
    // A given socket may be one of the file system's: Asio asks the protocol for nothing that matters here.
    acceptor.assign(ipv6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), socket.release());
    acceptors_.push_back(std::move(acceptor));
}

void Worker::start(const HandlerFactory& make_handler)
{
    handler_ = make_handler(context_);
    services_.reset(new WorkerServices { shared_, *handler_, buffers_, draining_ });
    for (Acceptor& acceptor : acceptors_)
        asio::co_spawn(loop_, accept_on(acceptor), report);
    asio::co_spawn(loop_, sweep(), report);
    SignalsHeld held;
    thread_ = std::thread(&Worker::run, this);
}

void Worker::run()
{
    while (!loop_.stopped()) {
        try {
            loop_.run();
        } catch (const std::exception& error) {
            log::error("a worker's loop was left by an exception", { { "why", error.what() } });
        }
    }
}

void Worker::join()
{
    if (thread_.joinable())
        thread_.join();
}

void Worker::post(std::function<void(WorkerContext&)> call)
{
    asio::post(loop_, [this, call = std::move(call)] { call(context_); });
}

void Worker::begin_drain(Clock::duration time)
{
    asio::post(loop_, [this, time] { drain_on(time); });
}

void Worker::stop() { begin_drain(Clock::duration::zero()); }

void Worker::drain_on(Clock::duration time)
{
    TimePoint now = Clock::now();
    draining_ = true;
    drained_by_ = std::min(drained_by_, now + time);
    if (time == Clock::duration::zero())
        cut_at_ = now;
    boost::system::error_code ignored;
    for (Acceptor& acceptor : acceptors_)
        acceptor.close(ignored);
    std::vector<ClientConnection*> all = connections();
    for (ClientConnection* connection : all)
        connection->close_if_idle();
    sweep_timer_.cancel();
    finish_if_done();
}

// A loop that was told to stop returns from run(); what is suspended then is destroyed with the worker.
void Worker::finish_if_done()
{
    if (draining_ && connections_.empty()) {
        upstream_.clear();
        loop_.stop();
    }
}

Task<void> Worker::accept_on(Acceptor& acceptor)
{
    while (acceptor.is_open()) {
        auto [error] = co_await acceptor.async_wait(Acceptor::wait_read, as_result);
        if (error)
            continue; // Closed, and then the loop ends.
        bool served = co_await accept_all(acceptor);
        if (!served) {
            shed_idle(shed_at_a_time);
            co_await sleep_for(accept_pause);
        }
    }
}

Task<bool> Worker::accept_all(Acceptor& acceptor)
{
    while (acceptor.is_open()) {
        sockaddr_storage address {};
        socklen_t size = sizeof address;
        int fd = ::accept4(acceptor.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
            SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
            co_return false;
        if (fd < 0 && errno == EAGAIN)
            co_return true;
        if (fd < 0)
            continue; // A connection that failed before we had it.
        int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        auto protocol = address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
        Socket socket(loop_);
        boost::system::error_code refused;
        socket.assign(protocol, fd, refused);
        if (refused) { // The kernel watches no more descriptors for us.
            ::close(fd);
            co_return false;
        }
        serve(std::move(socket), text_of(address));
    }
    co_return true;
}

// The connection lives as long as the coroutine that serves it.
void Worker::serve(Socket socket, std::string peer)
{
    auto output = std::make_shared<ClientOutput>(std::move(socket));
    auto connection = std::make_unique<Registered>(*this, output, std::move(peer));
    auto begin = [connection = std::move(connection)] { return connection->serve(); };
    asio::co_spawn(
        loop_, std::move(begin), asio::bind_cancellation_slot(output->interruption(), Ended { output }));
}

Task<void> Worker::sweep()
{
    for (;;) {
        Clock::duration pause = shared_.options.patience.sweep;
        if (draining_)
            pause = std::min<Clock::duration>(pause, drain_sweep);
        sweep_timer_.expires_after(pause);
        co_await sweep_timer_.async_wait(as_result); // Cancelled when a drain begins, to look sooner.
        tick();
    }
}

void Worker::tick()
{
    TimePoint now = Clock::now();
    for (std::size_t i = connections_.size(); i-- > 0;) { // One that ends leaves its place to the last.
        if (i >= looked_ahead)
            connections_[i - looked_ahead]->prefetch();
        connections_[i]->on_tick(now); // which may end it
    }
    Arrivals::sweep(loop_);
    upstream_.sweep();
    buffers_.sweep();
    rest_if_calm(now);
    if (!draining_)
        return;
    if (now >= cut_at_) {
        cut_all();
    } else if (now >= drained_by_ && !must_end_.is_set()) {
        must_end_.set();
        alarms_.ring_all();
        cut_at_ = now + shared_.options.end_grace;
    }
}

// What a burst took is not kept for the next one: that may be tomorrow.
void Worker::rest_if_calm(TimePoint now)
{
    std::uint64_t begun = shared_.begun_exchanges.load(std::memory_order_relaxed);
    if (shared_.live_exchanges > 0 || begun != exchanges_seen_) {
        exchanges_seen_ = begun;
        busy_at_ = now;
        rested_ = false;
    }
    if (rested_ || now - busy_at_ < shared_.options.calm)
        return;
    rested_ = true;
    buffers_.clear();
    recycled::forget<std::string>();
    recycled::forget<std::vector<Field>>();
    handler_->rest();
}

// For what may end some of them.
std::vector<ClientConnection*> Worker::connections() { return { connections_.begin(), connections_.end() }; }

void Worker::cut_all()
{
    must_end_.set();
    alarms_.ring_all();
    std::vector<ClientConnection*> all = connections();
    for (ClientConnection* connection : all)
        connection->cut();
}

void Worker::shed_idle(std::size_t count)
{
    std::vector<ClientConnection*> idle = connections();
    std::erase_if(idle, [](const ClientConnection* c) { return !c->is_idle(); });
    std::ranges::sort(idle, {}, [](const ClientConnection* c) { return c->phase_since(); });
    if (!idle.empty())
        idle.pop_back(); // Just accepted, perhaps: its request may be on its way.
    for (ClientConnection* connection : idle) {
        count -= connection->close_if_idle() ? 1 : 0;
        if (count == 0)
            break;
    }
    log::warning("out of file descriptors, idle connections are closed", { { "idle", idle.size() } });
}

} // namespace dragoman::net
