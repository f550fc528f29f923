#include "net/background.h"
#include "net/race.h"
#include "net/timer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace dragoman::net {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

void run(asio::io_context& loop, Task<void> task)
{
    asio::co_spawn(loop, std::move(task), [](std::exception_ptr error) {
        if (error)
            std::rethrow_exception(error);
    });
    loop.restart();
    loop.run();
}

Task<void> count_after(Event& event, int& count)
{
    co_await event.wait();
    ++count;
}

Task<void> set(Event& event)
{
    event.set();
    co_return;
}

Task<void> fail_in_background(bool& thrown)
{
    auto work = []() -> int { throw std::runtime_error("as asked"); };
    try {
        co_await in_background(work);
    } catch (const std::runtime_error&) {
        thrown = true;
    }
}

TEST(Background, HandsWhatIsThrownToTheOneWhoWaits)
{
    asio::io_context loop;
    bool thrown = false;
    run(loop, fail_in_background(thrown));
    EXPECT_TRUE(thrown);
}

TEST(Event, WakesAllWhoWaitAndLaterOnesAtOnce)
{
    asio::io_context loop;
    Event event(loop.get_executor());
    int count = 0;
    for (int i = 0; i < 3; ++i)
        asio::co_spawn(loop, count_after(event, count), asio::detached);
    run(loop, set(event));
    EXPECT_EQ(count, 3);
    run(loop, count_after(event, count));
    EXPECT_EQ(count, 4);
}

Task<int> forty_two() { co_return 42; }

Task<int> never(Event& event)
{
    co_await event.wait();
    co_return 0;
}

Task<void> race_both(Event& event, std::optional<int>& in_time, std::optional<int>& late)
{
    in_time = co_await before(Clock::now() + 1h, forty_two());
    late = co_await before(Clock::now() + 1ms, never(event));
}

TEST(Before, GivesTheResultOrNothing)
{
    asio::io_context loop;
    Event event(loop.get_executor());
    std::optional<int> in_time, late = 1;
    run(loop, race_both(event, in_time, late));
    EXPECT_EQ(in_time, 42);
    EXPECT_EQ(late, std::nullopt);
}

Task<void> work_elsewhere(std::thread::id& worked_on, std::thread::id& resumed_on, std::string& result)
{
    std::string text = "long text";
    auto work = [text, &worked_on] {
        worked_on = std::this_thread::get_id();
        return text + ", counted";
    };
    result = co_await in_background(work);
    resumed_on = std::this_thread::get_id();
}

TEST(Background, WorksOnAnotherThreadAndResumesOnItsOwn)
{
    asio::io_context loop;
    std::thread::id worked_on, resumed_on;
    std::string result;
    run(loop, work_elsewhere(worked_on, resumed_on, result));
    EXPECT_EQ(result, "long text, counted");
    EXPECT_EQ(resumed_on, std::this_thread::get_id());
    EXPECT_NE(worked_on, resumed_on);
}

Task<int> blocked_until(std::shared_future<void> released, std::promise<void>& done)
{
    auto work = [released, &done] {
        released.wait();
        done.set_value();
        return 1;
    };
    int result = co_await in_background(work);
    co_return result;
}

Task<void> give_up(std::shared_future<void> released, std::promise<void>& done, std::optional<int>& result)
{
    result = co_await before(Clock::now() + 1ms, blocked_until(released, done));
}

TEST(Background, MayFinishAfterNobodyWaitsAnyMore)
{
    std::promise<void> release, done;
    std::optional<int> result = 7;
    {
        asio::io_context loop;
        run(loop, give_up(release.get_future().share(), done, result));
    }
    EXPECT_EQ(result, std::nullopt);
    release.set_value(); // The loop is gone by now.
    done.get_future().wait();
}

} // namespace
} // namespace dragoman::net
