// Deadlines by the thousand on one timer: setting an alarm that rings later than another, and calling one
// off, costs no system call and no turn of the loop. Those of one twentieth of a second ring together at its
// end, and wake a sleeping worker once: with ten thousand streams it would be two thousand times a second.
#pragma once

#include "base/clock.h"
#include "net/timer.h"

#include <boost/asio/io_context.hpp>
#include <boost/intrusive/set.hpp>

#include <functional>

namespace dragoman::net {

class Alarms;

// A node of the set that it stands in, so that setting one allocates nothing.
class Alarm : public boost::intrusive::set_base_hook<> {
public:
    Alarm(Alarms& all, std::function<void()> ring)
        : all_(all)
        , ring_(std::move(ring))
    {
    }
    ~Alarm() { call_off(); }
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    // Rings once, on the worker's loop, instead of when it was set to before; up to Alarms::late_by later
    // than `when`.
    void set(TimePoint when);
    void call_off();

    bool operator<(const Alarm& other) const { return when_ < other.when_; }

private:
    friend class Alarms;

    Alarms& all_;
    std::function<void()> ring_; // may set its alarm again, and end any other
    TimePoint when_ {};
};

// Those of one worker; outlives them.
class Alarms {
public:
    static constexpr Clock::duration late_by = std::chrono::milliseconds(50);

    explicit Alarms(boost::asio::io_context& loop)
        : timer_(loop)
    {
    }

    void ring_all(); // at once, whatever they were set to

private:
    friend class Alarm;
    void wait_for_next();
    void on_time();

    Timer timer_;
    TimePoint waits_for_ = TimePoint::max(); // never later than the first of set_ has to ring
    boost::intrusive::multiset<Alarm> set_;
};

} // namespace dragoman::net
