// Waiting for what arrives on one socket, again and again.
//
// Asio 1.81 tells the kernel of each wait anew (epoll_ctl) or tries a read first (recv), although the kernel
// watches every socket from its first day and says once what has happened (EPOLLET). Whoever has read all
// that was there can wait for the next such word alone, which costs nothing. One word can stand for bytes and
// for the end behind them: so sweep() looks at each of these waits once.
#pragma once

#include "net/readiness.h"

#include <boost/asio/execution_context.hpp>

#include <cstdint>
#include <functional>

namespace dragoman::net {

class Arrivals {
public:
    enum class Left : std::uint8_t { nothing, perhaps_something }; // on the socket, by the last read
    using Then = std::move_only_function<void(bool)>; // false: the socket was closed, or the wait cancelled

    Arrivals() = default;
    ~Arrivals(); // what waits is not called any more; the loop destroys it
    Arrivals(const Arrivals&) = delete;
    Arrivals& operator=(const Arrivals&) = delete;

    // May be over although there is nothing. There is one wait at a time: who waits next takes its place.
    void wait(Socket& socket, Left left, Then next);
    Task<bool> wait(Socket& socket, Left left);

    // Once a second.
    static void sweep(boost::asio::execution_context& loop);

private:
    struct Unseen;
    struct State;
    struct Wait;

    Wait* wait_ = nullptr; // the loop's while it is awaited, otherwise ours
    bool awaited_ = false;
};

} // namespace dragoman::net
