// The one coroutine type of the program. A Task starts when it is awaited, runs on the worker's thread, and
// may be cancelled (destroyed by unwinding) at every co_await: whatever it holds must be released by
// destructors.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dragoman::net {

// The loop's own: any_io_executor is six times as large, and there is one in every frame, socket and timer.
using Executor = boost::asio::io_context::executor_type;

template <class T> using Task = boost::asio::awaitable<T, Executor>;
inline constexpr boost::asio::use_awaitable_t<Executor> use_task {};

} // namespace dragoman::net
