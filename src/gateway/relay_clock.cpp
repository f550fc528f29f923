// What a relay does by the clock: signs of life for its client, and an end to what takes too long.
#include "base/limits.h"
#include "base/memory.h"
#include "base/seconds_to_wait.h"
#include "gateway/relay.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dragoman::gateway {

Error Relay::ending()
{
    return {
        .kind = Error::Kind::overloaded, .source = Error::Source::self, .message = "dragoman is shutting down"
    };
}

void Relay::look()
{
    TimePoint now = Clock::now();
    if (parts_.worker.must_end.is_set())
        return give_up(ending());
    if (parts_.call.plan.stream && !committed_ && now >= parts_.since + limits::commit_after)
        commit_slow_stream();
    if (auto error = overdue(now))
        return give_up(std::move(*error));
    if (committed_ && now >= last_sent_ + limits::ping_after) {
        parts_.response.offer(ping_event);
        note_sent();
    }
    alarm_.set(next_look());
}

void Relay::give_up(Error why)
{
    given_up_ = std::move(why);
    parts_.response.interrupt();
}

// For an answer to begin. Where somebody else might answer, message_start and pings are no beginning.
bool Relay::is_waiting() const
{
    return events_seen_ == 0 || (parts_.replaceable && parts_.call.plan.stream && !begun_);
}

// Deadlines are told apart by what did not happen: no answer at all, no further event, no end.
std::optional<Error> Relay::overdue(TimePoint now) const
{
    const config::Upstream& upstream = parts_.upstream;
    if (is_waiting() && now >= times_.begun + parts_.first_byte)
        return Error::timed_out(
            fmt::format("{} did not answer within {} s", upstream.name, seconds_to_wait(parts_.first_byte)));
    if (events_seen_ > 0 && !writing_ && parts_.call.plan.stream && now >= last_event_ + parts_.idle)
        return Error { .kind = Error::Kind::upstream_failed,
            .source = Error::Source::upstream,
            .message = fmt::format("{} fell silent for {} s in the middle of its answer", upstream.name,
                seconds_to_wait(parts_.idle)) };
    if (now >= parts_.since + upstream.stream_total)
        return Error { .kind = Error::Kind::upstream_failed,
            .source = Error::Source::upstream,
            .message = fmt::format(
                "the answer took longer than {} s in all", seconds_to_wait(upstream.stream_total)) };
    return std::nullopt;
}

TimePoint Relay::next_look() const
{
    TimePoint next = parts_.since + parts_.upstream.stream_total;
    if (is_waiting())
        next = std::min(next, times_.begun + parts_.first_byte);
    if (events_seen_ > 0 && parts_.call.plan.stream)
        next = std::min(next, std::max(last_event_ + parts_.idle, Clock::now() + std::chrono::seconds(1)));
    if (committed_)
        next = std::min(next, last_sent_ + limits::ping_after);
    else if (parts_.call.plan.stream)
        next = std::min(next, parts_.since + limits::commit_after);
    // An upstream that begins to speak moves its deadlines closer, so none is slept past for long.
    return std::min(next, Clock::now() + std::min<Clock::duration>(parts_.idle, limits::ping_after));
}

// The upstream takes its time: from now on the client is shown signs of life, and errors go into the stream.
void Relay::commit_slow_stream()
{
    if (!commit())
        return;
    parts_.answer.start(out_);
    parts_.response.offer(out_);
    note_offered();
    give_back(out_);
}

} // namespace dragoman::gateway
