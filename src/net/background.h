// Work that is too long for a worker's loop (counting the tokens of a long text) runs on a small pool of
// threads that all workers share, and the coroutine goes on when it is done. The function must own what it
// works on: when the coroutine is cancelled, the function still runs to its end, and its result is dropped.
// What it throws is logged, and thrown again to the one who waits.
#pragma once

#include "base/clock.h"
#include "net/task.h"

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace dragoman::net {

namespace detail {
Task<void> run_in_background(std::function<void()> work);

// The same on a thread of its own, for calls that may hang. False when `when` came first.
Task<bool> run_on_own_thread(std::function<void()> work, TimePoint when);
} // namespace detail

namespace detail {
template <class F> struct Work {
    F function;
    std::optional<std::invoke_result_t<F>> result {};
};
template <class F> Task<std::invoke_result_t<F>> await_work(std::shared_ptr<Work<F>> work)
{
    std::function<void()> call = [work] { work->result.emplace(work->function()); };
    co_await run_in_background(std::move(call));
    if (!work->result)
        throw std::runtime_error("work in the background failed"); // and was logged there
    co_return std::move(*work->result);
}
} // namespace detail

// Moves from `function`, which has to be a named variable: g++ 12 destroys a lambda that is written inside a
// co_await expression twice.
template <class F> Task<std::invoke_result_t<F>> in_background(F& function)
{
    return detail::await_work(std::make_shared<detail::Work<F>>(detail::Work<F> { std::move(function) }));
}

// For work that nobody waits for. It must own, or outlive until finish_background(), what it works on.
void post_to_background(std::function<void()> work);

// Waits for all of it and ends the pool: once, when the program ends.
void finish_background();

} // namespace dragoman::net
