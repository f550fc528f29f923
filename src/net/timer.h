// Waiting, for coroutines: on the clock, and on each other. All of it can be cancelled, and takes
// CLOCK_MONOTONIC.
#pragma once

#include "base/clock.h"
#include "net/task.h"

#include <boost/asio/basic_waitable_timer.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace dragoman::net {

using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

Task<void> sleep_until(TimePoint when);
Task<void> sleep_for(Clock::duration time);

// Something that happens (once, unless it is reset), for any number of coroutines of one worker. Must outlive
// those that wait.
class Event {
public:
    explicit Event(Executor worker);
    ~Event();
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    void set(); // wakes all who wait; later waits return at once
    void reset() { set_ = false; }
    bool is_set() const { return set_; }
    Task<void> wait();
    Task<bool> wait_until(TimePoint when); // false: the time came first. For one waiter at a time.

private:
    std::unique_ptr<Timer> timer_;
    bool set_ = false;
};

} // namespace dragoman::net
