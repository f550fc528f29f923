#include "net/timer.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dragoman::net {
namespace {

namespace asio = boost::asio;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

Task<void> expiry(asio::steady_timer& timer) { co_await timer.async_wait(as_result); }

} // namespace

Task<void> sleep_until(TimePoint when)
{
    auto worker = co_await asio::this_coro::executor;
    asio::steady_timer timer(worker, when);
    co_await expiry(timer);
}

Task<void> sleep_for(Clock::duration time) { return sleep_until(Clock::now() + time); }

struct Event::Timer {
    asio::steady_timer timer;
};

Event::Event(const asio::any_io_executor& worker)
    : timer_(new Timer { asio::steady_timer(worker, TimePoint::max()) })
{
}
Event::~Event() = default;

void Event::set()
{
    set_ = true;
    timer_->timer.cancel();
}

Task<void> Event::wait()
{
    while (!set_) // A cancelled coroutine leaves through the next co_await.
        co_await expiry(timer_->timer);
}

Task<bool> Event::wait_until(TimePoint when)
{
    if (set_)
        co_return true;
    timer_->timer.expires_at(when);
    co_await expiry(timer_->timer);
    timer_->timer.expires_at(TimePoint::max());
    co_return set_;
}

} // namespace dragoman::net
