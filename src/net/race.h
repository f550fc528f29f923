// Two coroutines at once, and the loser is cancelled before the line ends. Neither may throw.
//
//     std::optional<Result<Bytes>> bytes = co_await before(deadline, answer.read_some());
#pragma once

#include "net/timer.h"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <optional>
#include <variant>

namespace dragoman::net {

// The result of `task`, or nullopt when `when` came first and `task` was cancelled.
template <class T> Task<std::optional<T>> before(TimePoint when, Task<T> task)
{
    using namespace boost::asio::experimental::awaitable_operators;
    std::variant<T, std::monostate> first = co_await (std::move(task) || sleep_until(when));
    if (first.index() == 1)
        co_return std::nullopt;
    co_return std::optional<T>(std::get<0>(std::move(first)));
}

// Runs `task` until it is done or `event` happens; true when the task was done.
inline Task<bool> unless(Event& event, Task<void> task)
{
    using namespace boost::asio::experimental::awaitable_operators;
    std::variant<std::monostate, std::monostate> first = co_await (std::move(task) || event.wait());
    co_return first.index() == 0;
}

} // namespace dragoman::net
