#include "net/background.h"

#include "base/log.h"
#include "base/signals_held.h"
#include "net/timer.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <mutex>
#include <thread>

namespace dragoman::net::detail {
namespace {

namespace asio = boost::asio;

// A loop may be gone when the work is done, so the way back is closed by whoever stops waiting.
struct WayBack {
    std::mutex mutex;
    Event* waiting = nullptr;
};

void arrive(const std::shared_ptr<WayBack>& way)
{
    std::lock_guard lock(way->mutex);
    if (way->waiting)
        way->waiting->set();
}

class Waiting {
public:
    explicit Waiting(Event& event) { way_->waiting = &event; }
    ~Waiting()
    {
        std::lock_guard lock(way_->mutex);
        way_->waiting = nullptr;
    }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    const std::shared_ptr<WayBack>& way() const { return way_; }

private:
    std::shared_ptr<WayBack> way_ = std::make_shared<WayBack>();
};

// No thread but this one is there to catch what escapes, and it would take the whole program along.
void run_reported(const std::function<void()>& work)
{
    try {
        work();
    } catch (const std::exception& error) {
        log::error("work in the background failed", { { "why", error.what() } });
    }
}

std::function<void()> job(std::function<void()> work, std::shared_ptr<WayBack> way, Executor worker)
{
    return [work = std::move(work), way = std::move(way), worker] {
        run_reported(work);
        std::lock_guard lock(way->mutex);
        if (way->waiting)
            asio::post(worker, [way] { arrive(way); });
    };
}

asio::thread_pool& threads()
{
    static const auto pool = [] {
        SignalsHeld held;
        return std::make_unique<asio::thread_pool>(2);
    }();
    return *pool;
}

} // namespace

Task<void> run_in_background(std::function<void()> work)
{
    auto worker = co_await asio::this_coro::executor;
    Event done(worker);
    Waiting waiting(done);
    asio::post(threads(), job(std::move(work), waiting.way(), worker));
    co_await done.wait();
}

Task<bool> run_on_own_thread(std::function<void()> work, TimePoint when)
{
    auto worker = co_await asio::this_coro::executor;
    Event done(worker);
    Waiting waiting(done);
    {
        SignalsHeld held;
        std::thread(job(std::move(work), waiting.way(), worker)).detach();
    }
    bool in_time = co_await done.wait_until(when);
    co_return in_time;
}

} // namespace dragoman::net::detail

namespace dragoman::net {

void post_to_background(std::function<void()> work)
{
    boost::asio::post(detail::threads(), [work = std::move(work)] { detail::run_reported(work); });
}

void finish_background() { detail::threads().join(); }

} // namespace dragoman::net
