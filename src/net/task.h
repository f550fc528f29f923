// The one coroutine type of the program. A Task starts when it is awaited, runs on the worker's thread, and
// may be cancelled (destroyed by unwinding) at every co_await: whatever it holds must be released by
// destructors.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace dragoman::net {

template <class T> using Task = boost::asio::awaitable<T>;

} // namespace dragoman::net
