// Work that is too long for a worker's loop (counting the tokens of a long text) runs on a small pool of
// threads that all workers share, and the coroutine goes on when it is done. The function must own what it
// works on: when the coroutine is cancelled, the function still runs to its end, and its result is dropped.
#pragma once

#include "base/clock.h"
#include "net/task.h"

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace dragoman::net {

namespace detail {
Task<void> run_in_background(std::function<void()> work);

// The same on a thread of its own, for calls that may hang. False when `when` came first.
Task<bool> run_on_own_thread(std::function<void()> work, TimePoint when);
} // namespace detail

template <class F> Task<std::invoke_result_t<F>> in_background(F function)
{
    using T = std::invoke_result_t<F>;
    struct Shared {
        F function;
        std::optional<T> result;
    };
    auto shared = std::make_shared<Shared>(Shared { std::move(function), std::nullopt });
    std::function<void()> work = [shared] { shared->result.emplace(shared->function()); };
    co_await detail::run_in_background(std::move(work));
    co_return std::move(*shared->result);
}

} // namespace dragoman::net
