#include "net/timer.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>

namespace dragoman::net {
namespace {

namespace asio = boost::asio;
constexpr auto as_result = asio::as_tuple(use_task);

Task<void> expiry(Timer& timer) { co_await timer.async_wait(as_result); }

} // namespace

Task<void> sleep_until(TimePoint when)
{
    auto worker = co_await asio::this_coro::executor;
    Timer timer(worker, when);
    co_await expiry(timer);
}

Task<void> sleep_for(Clock::duration time) { return sleep_until(Clock::now() + time); }

Event::Event(Executor worker)
    : timer_(std::make_unique<Timer>(worker, TimePoint::max()))
{
}
Event::~Event() = default;

void Event::set()
{
    set_ = true;
    timer_->cancel();
}

Task<void> Event::wait()
{
    while (!set_) // A cancelled coroutine leaves through the next co_await.
        co_await expiry(*timer_);
}

Task<bool> Event::wait_until(TimePoint when)
{
    if (set_)
        co_return true;
    timer_->expires_at(when);
    co_await expiry(*timer_);
    timer_->expires_at(TimePoint::max());
    co_return set_;
}

} // namespace dragoman::net
