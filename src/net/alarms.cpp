#include "net/alarms.h"

#include <vector>

namespace dragoman::net {

namespace {

TimePoint ringing_time(TimePoint when)
{
    const Clock::duration into = when.time_since_epoch() % Alarms::late_by;
    return into <= Clock::duration::zero() ? when : when + (Alarms::late_by - into);
}

} // namespace

void Alarm::set(TimePoint when)
{
    call_off();
    when_ = when;
    all_.set_.insert(all_.set_.end(), *this); // It is mostly the latest: nothing is looked through.
    all_.wait_for_next();
}

void Alarm::call_off()
{
    if (is_linked())
        all_.set_.erase(all_.set_.iterator_to(*this));
}

// A timer that is early does no harm: it is set again.
void Alarms::wait_for_next()
{
    if (set_.empty())
        return;
    const TimePoint next = ringing_time(set_.begin()->when_);
    if (waits_for_ <= next)
        return;
    waits_for_ = next;
    timer_.expires_at(waits_for_);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            on_time();
    });
}

void Alarms::on_time()
{
    waits_for_ = TimePoint::max();
    TimePoint now = Clock::now();
    while (!set_.empty() && set_.begin()->when_ <= now) {
        Alarm& alarm = *set_.begin();
        alarm.call_off();
        auto ring = alarm.ring_; // which may end the alarm
        ring();
    }
    wait_for_next();
}

void Alarms::ring_all()
{
    std::vector<Alarm*> all;
    for (Alarm& alarm : set_)
        all.push_back(&alarm);
    for (Alarm* alarm : all)
        alarm->set(TimePoint::min());
}

} // namespace dragoman::net
