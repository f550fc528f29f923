#include "net/arrivals.h"

#include "base/prefetch.h"

#include <boost/version.hpp>

#include <cerrno>
#include <memory>
#include <sys/socket.h>
#include <utility>

// How an operation begins differs from release to release of Asio; with any other one there is async_wait().
#define DRAGOMAN_KNOWS_REACTOR (BOOST_VERSION == 108100)
#if DRAGOMAN_KNOWS_REACTOR
#include <boost/asio/detail/reactor.hpp>
#include <boost/asio/detail/reactor_op.hpp>
#endif

namespace dragoman::net {
namespace {

namespace asio = boost::asio;

struct Link {
    Link* before = this;
    Link* behind = this;

    Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    void put_behind(Link& other)
    {
        before = &other;
        behind = other.behind;
        behind->before = this;
        other.behind = this;
    }
    void take_out()
    {
        before->behind = behind;
        behind->before = before;
        before = behind = this;
    }
    bool is_alone() const { return behind == this; }
    void take_all_of(Link& other) // as the head of a list that is empty
    {
        if (other.is_alone())
            return;
        Link& first = *other.behind;
        other.take_out();
        put_before(first);
    }

private:
    void put_before(Link& other)
    {
        behind = &other;
        before = other.before;
        before->behind = this;
        other.before = this;
    }
};

} // namespace

// The waits of one loop that sweep() has yet to look at, and those that it will look at the time after. A
// stream that speaks more often than that finds its end itself.
struct Arrivals::Unseen : asio::execution_context::service {
    using key_type = Unseen;
    inline static asio::execution_context::id id;
    explicit Unseen(asio::execution_context& loop)
        : service(loop)
    {
    }
    void shutdown() override { }

    Link due;
    Link later;
#if DRAGOMAN_KNOWS_REACTOR
    asio::detail::reactor& reactor = asio::use_service<asio::detail::reactor>(context());
#endif
};

struct Arrivals::State : Link {
    explicit State(asio::execution_context& loop)
        : unseen(asio::use_service<Unseen>(loop))
    {
    }
    ~State() { take_out(); }
    void finish(bool arrived, bool goes_on);
    void wait(Left left);
    void interrupt();

    Unseen& unseen;
    Arrivals* home = nullptr; // null when that is gone
    Socket* socket = nullptr; // null when that is gone, and nothing is waited for
    Awakened* awakened = nullptr;
    Then next {};
    asio::cancellation_slot cancellation {};

private:
    void let_take();
};

#if DRAGOMAN_KNOWS_REACTOR

namespace {

// What a socket keeps for the reactor is protected.
struct Opened : Socket {
    static auto& of(Socket& socket) { return (socket.*(&Opened::impl_)).get_implementation(); }
};

} // namespace

// An operation of the reactor that is done as soon as something has happened, without a look at what. The
// reactor remembers what happened while nobody waited, and completes the next one at once.
struct Arrivals::Wait : asio::detail::reactor_op, State {
    explicit Wait(asio::execution_context& loop)
        : reactor_op({}, perform, complete)
        , State(loop)
    {
        cancellation_key_ = this;
    }

    static status perform(reactor_op* base)
    {
        prefetch(*static_cast<Wait*>(base));
        return done_and_exhausted;
    }

    static void complete(
        void* loop, asio::detail::operation* base, const boost::system::error_code&, std::size_t)
    {
        auto* wait = static_cast<Wait*>(base);
        wait->finish(!wait->ec_, loop != nullptr);
    }

    void begin(Left left)
    {
        auto& opened = Opened::of(*socket);
        ec_ = {};
        unseen.reactor.start_op(asio::detail::reactor::read_op, opened.socket_, opened.reactor_data_, this,
            true, left == Left::nothing);
    }

    void cancel()
    {
        auto& opened = Opened::of(*socket);
        unseen.reactor.cancel_ops_by_key(
            opened.socket_, opened.reactor_data_, asio::detail::reactor::read_op, this);
    }
};

#else

struct Arrivals::Wait : State {
    using State::State;

    struct Abandon {
        void operator()(Wait* wait) const { wait->finish(false, false); }
    };
    void begin(Left)
    {
        auto on_event = [own = std::unique_ptr<Wait, Abandon>(this)](auto error) mutable {
            Wait* wait = own.release();
            wait->finish(!error, true);
        };
        socket->async_wait(Socket::wait_read, std::move(on_event));
    }
    void cancel()
    {
        boost::system::error_code ignored;
        socket->cancel(ignored);
    }
};

#endif

void Arrivals::State::finish(bool arrived, bool goes_on)
{
    take_out();
    if (home) {
        arrived = arrived || home->seen_;
        home->awaited_ = false;
    }
    if (home && goes_on && arrived && awakened)
        return let_take();
    Then to_call = std::move(next);
    if (home && !goes_on)
        home->wait_ = nullptr;
    if (!home || !goes_on) {
        delete static_cast<Wait*>(this);
        return; // And with `to_call` goes what waited.
    }
    if (cancellation.is_connected())
        std::exchange(cancellation, {}).clear();
    to_call(arrived);
}

// What is taken may have been the last there is: then the socket serves somebody else by now, who waits at it
// with this, or it is gone.
void Arrivals::State::let_take()
{
    awakened->prefetch();
    Then coroutine = std::move(next);
    asio::cancellation_slot slot = std::exchange(cancellation, {});
    home->taking_ = true;
    home->interrupted_ = false;
    const std::optional<Left> left = awakened->take_arrived();
    if (home)
        home->taking_ = false;
    if (left && home && !home->interrupted_) {
        next = std::move(coroutine);
        cancellation = slot;
        return wait(*left);
    }
    if (slot.is_connected())
        slot.clear();
    if (!socket)
        delete static_cast<Wait*>(this);
    coroutine(true);
}

void Arrivals::State::wait(Left left)
{
    home->awaited_ = true;
    home->seen_ = false;
    if (left == Left::nothing)
        put_behind(unseen.later);
    static_cast<Wait*>(this)->begin(left);
}

void Arrivals::State::interrupt()
{
    if (home && home->taking_)
        home->interrupted_ = true;
    else if (home)
        static_cast<Wait*>(this)->cancel();
}

Arrivals::~Arrivals()
{
    if (wait_ == nullptr)
        return;
    if (awaited_) {
        wait_->take_out();
        wait_->home = nullptr;
    } else if (taking_) {
        wait_->home = nullptr;
        wait_->socket = nullptr;
    } else {
        delete wait_;
    }
}

void Arrivals::wait(Socket& socket, Left left, Then next)
{
    if (!wait_)
        wait_ = new Wait(asio::query(socket.get_executor(), asio::execution::context));
    wait_->next = std::move(next);
    wait_->awakened = nullptr;
    if (awaited_)
        return;
    wait_->home = this;
    wait_->socket = &socket;
    wait_->wait(left);
}

void Arrivals::wait(const Arrival& arrival, Then next, asio::cancellation_slot cancellation)
{
    wait(*arrival.socket, arrival.left, std::move(next));
    wait_->awakened = arrival.awakened;
    if (!cancellation.is_connected())
        return;
    cancellation.assign([wait = wait_](asio::cancellation_type) { wait->interrupt(); });
    wait_->cancellation = cancellation;
}

Task<bool> awaited(Arrivals::Arrival arrival)
{
    bool arrived = co_await std::move(arrival); // NOLINT(performance-move-const-arg): Asio takes no lvalue
    co_return arrived;
}

void Arrivals::sweep(asio::execution_context& loop)
{
    auto& unseen = asio::use_service<Unseen>(loop);
    while (!unseen.due.is_alone()) {
        auto* wait = static_cast<Wait*>(static_cast<State*>(unseen.due.behind));
        wait->take_out();
        char byte = 0;
        bool nothing =
            ::recv(wait->socket->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
        if (nothing)
            continue;
        wait->home->seen_ = true; // What is in the list has one.
        wait->cancel();
    }
    unseen.due.take_all_of(unseen.later);
}

} // namespace dragoman::net
