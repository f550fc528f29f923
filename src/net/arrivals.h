// Waiting for what arrives on one socket, again and again.
//
// Asio 1.81 tells the kernel of each wait anew (epoll_ctl) or tries a read first (recv), although the kernel
// watches every socket from its first day and says once what has happened (EPOLLET). Whoever has read all
// that was there can wait for the next such word alone, which costs nothing. One word can stand for bytes and
// for the end behind them: so sweep() looks once at each of these waits that lasts.
#pragma once

#include "net/readiness.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace dragoman::net {

enum class LeftUnread : std::uint8_t { nothing, perhaps_something }; // on the socket, by the last read

// What goes on when something arrives, as long as there is no more to it than to take what came: thousands of
// streams do nothing else, and each way through a coroutine costs them a dozen lines of cold memory.
class Awakened {
public:
    // It is known that take_arrived() comes: asks for the memory that it will need (base/prefetch.h).
    virtual void prefetch() const = 0;

    // Takes what is there. With an answer the wait goes on; without one the coroutine does, to which the wait
    // is over then. Must not throw, nor destroy the coroutine.
    virtual std::optional<LeftUnread> take_arrived() noexcept = 0;

protected:
    ~Awakened() = default;
};

class Arrivals {
public:
    using Left = LeftUnread;
    using Then = std::move_only_function<void(bool)>; // false: the socket was closed, or the wait cancelled

    Arrivals() = default;
    ~Arrivals(); // what waits is not called any more; the loop destroys it
    Arrivals(const Arrivals&) = delete;
    Arrivals& operator=(const Arrivals&) = delete;

    // May be over although there is nothing. There is one wait at a time: who waits next takes its place.
    void wait(Socket& socket, Left left, Then next);

    // The same for a coroutine: `bool arrived = co_await Arrival { … }`, which costs it no frame.
    struct Arrival;

    // Once a second: looks at each wait that was there the last time.
    static void sweep(boost::asio::execution_context& loop);

private:
    void wait(const Arrival& arrival, Then next, boost::asio::cancellation_slot cancellation);

    struct Unseen;
    struct State;
    struct Wait;

    Wait* wait_ = nullptr; // the loop's while it is awaited, otherwise ours
    bool awaited_ = false;
    bool seen_ = false; // by sweep(): there is something
    bool taking_ = false; // who was awakened takes what arrived
    bool interrupted_ = false; // meanwhile
};

struct Arrivals::Arrival {
    Arrivals* arrivals;
    Socket* socket;
    Left left;
    bool interruptible = true; // by cancelling the coroutine; one that is not can still be closed
    Awakened* awakened = nullptr; // null, or lives as long as the wait

    template <boost::asio::completion_token_for<void(bool)> Token> auto operator()(Token&& token) const
    {
        return boost::asio::async_initiate<Token, void(bool)>(Begin {}, token, *this);
    }

private:
    struct Begin {
        template <class Handler> void operator()(Handler handler, const Arrival& what) const
        {
            auto cancellation = boost::asio::get_associated_cancellation_slot(handler);
            if (!what.interruptible)
                cancellation = {};
            what.arrivals->wait(what, std::move(handler), cancellation);
        }
    };
};

Task<bool> awaited(Arrivals::Arrival arrival); // for before() and the like

} // namespace dragoman::net
