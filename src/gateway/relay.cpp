#include "gateway/relay.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/prefetch.h"
#include "base/recycled.h"
#include "base/spare_buffer.h"
#include "net/race.h"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dragoman::gateway {

namespace {

constexpr auto drain_for_reuse = std::chrono::milliseconds(100);
constexpr std::size_t usual_pieces = 8; // of a request's body

bool is_success(int status) { return status >= 200 && status < 300 && status != 204; }

// A field that several providers name differently.
std::string first_field(const net::UpstreamAnswer& upstream, std::initializer_list<std::string_view> names)
{
    for (std::string_view name : names)
        if (auto value = upstream.field(name); !value.empty())
            return std::string(value);
    return {};
}

// The model has finished, and there is nothing to show for it. A limit, a stop sequence or a refusal says
// something.
bool says_nothing(const translate::Answer& answer)
{
    const std::string& reason = answer.facts().stop_reason;
    return !answer.has_content() && (reason.empty() || reason == "end_turn");
}

} // namespace

Relay::Relay(RelayParts parts)
    : parts_(std::move(parts))
    , alarm_(parts_.worker.alarms, [this] { look(); })
    , committed_(parts_.committed)
    , last_sent_(times_.begun)
    , last_event_(times_.begun)
{
}

Relay::~Relay()
{
    out_.clear();
    return_spare(out_);
}

net::Task<Result<void>> Relay::run()
{
    if (parts_.worker.must_end.is_set())
        co_return Failure(ending());
    alarm_.set(next_look());
    Result<void> outcome = co_await pump();
    alarm_.call_off();
    if (given_up_)
        co_await boost::asio::this_coro::reset_cancellation_state();
    if (given_up_ && !outcome)
        co_return Failure(std::move(*given_up_));
    if (outcome)
        outcome = conclude();
    if (!outcome)
        co_return outcome;
    outcome = co_await complete();
    if (outcome && upstream_ && !upstream_->has_arrived())
        (void)co_await net::before(Clock::now() + drain_for_reuse, upstream_->read_some());
    co_return outcome;
}

// A stream spends its life here, waiting, and take_arrived() does what there is to do: what is not a plain
// function costs every stream its frame. Only the client's leaving ends an exchange by an exception.
net::Task<Result<void>> Relay::pump()
{
    try {
        Result<void> outcome = co_await ask();
        while (outcome) {
            outcome = taken();
            if (!outcome || next_ == Next::end)
                co_return outcome;
            if (next_ == Next::send)
                outcome = co_await send_pending();
            else if (patience_) // for the usage that may trail the finish reason
                arrived_ = co_await net::before(*patience_, net::awaited(upstream_->arrival()));
            else
                arrived_ = co_await arrival();
        }
        co_return outcome;
    } catch (const std::exception& error) {
        if (given_up_)
            co_return Failure(*given_up_);
        if (parts_.response.client_gone())
            throw;
        log::error("an exchange failed", { { "why", error.what() } });
    }
    co_return Failure(Error::internal("An internal error occurred"));
}

net::Arrivals::Arrival Relay::arrival()
{
    net::Arrivals::Arrival arrival = upstream_->arrival();
    arrival.awakened = this;
    return arrival;
}

// While pump() waits. It goes on where there is more to do than to wait again.
std::optional<net::LeftUnread> Relay::take_arrived() noexcept
{
    arrived_ = true;
    try {
        if (has_taken_all())
            return upstream_->arrival().left;
    } catch (...) {
        exception_ = std::current_exception();
    }
    took_ = true;
    return std::nullopt;
}

bool Relay::has_taken_all()
{
    Result<void> outcome = take_what_is_here();
    if (outcome)
        return next_ == Next::read && !patience_ && !given_up_;
    failure_ = std::make_unique<Error>(std::move(outcome).error());
    return false;
}

// By pump() or before it.
Result<void> Relay::taken()
{
    if (!std::exchange(took_, false))
        return take_what_is_here();
    if (exception_)
        std::rethrow_exception(std::exchange(exception_, nullptr));
    if (failure_)
        return Failure(std::move(*std::exchange(failure_, nullptr)));
    return {};
}

// Sends the request, and reads the head of the answer.
net::Task<Result<void>> Relay::ask()
{
    if (!parts_.url)
        co_return Failure(parts_.url.error());
    Recycled<std::vector<std::string_view>> body(usual_pieces);
    parts_.call.body.append_views(*body);
    net::UpstreamRequest request { .origin = parts_.url->origin,
        .target = parts_.url->path,
        .fields = parts_.upstream_fields.fields(),
        .body = *body,
        .connect_time = parts_.upstream.connect };
    times_.upstream_asked = true;
    auto answered = co_await parts_.worker.upstream.send(request);
    if (!answered)
        co_return Failure(answered.error());
    upstream_ = std::move(*answered);
    note_head();
    if (is_success(upstream_->status())) {
        upstream_->forget_fields();
        co_return Result<void> {};
    }
    Error error = co_await upstream_error(*upstream_);
    co_return Failure(std::move(error));
}

void Relay::note_head()
{
    parts_.upstream_fields.release(); // A long answer needs them no more.
    times_.upstream_status = upstream_->status();
    times_.connection_reused = upstream_->connection_was_reused();
    times_.upstream_request_id = first_field(*upstream_, { "x-generation-id", "request-id", "x-request-id" });
    if (parts_.capture) {
        parts_.capture->upstream_answer.start = std::to_string(upstream_->status());
        add_fields(parts_.capture->upstream_answer, upstream_->fields());
    }
}

// All that an event goes through, in about that order; first whatever the rest is found by.
void Relay::prefetch() const
{
    dragoman::prefetch(*upstream_);
    dragoman::prefetch(parts_.answer);
    dragoman::prefetch(parts_.response);
    dragoman::prefetch(*this);
    dragoman::prefetch(parts_.call.plan.stream);
    upstream_->prefetch();
    parts_.answer.prefetch();
    parts_.response.prefetch();
}

// Reads until there is something to wait for, or nothing more to come: that is next_.
Result<void> Relay::take_what_is_here()
{
    for (;;) {
        next_ = Next::end;
        bool is_enough = parts_.answer.has_finish_reason(); // should nothing follow
        if (parts_.answer.done() || (is_enough && !arrived_.value_or(false)))
            return {};
        if (!arrived_.value_or(false))
            return Failure(upstream_->early_end());
        auto bytes = upstream_->read_now();
        if (!bytes && !is_enough)
            return Failure(std::move(bytes).error());
        if (!bytes || (*bytes && (*bytes)->empty()))
            return {};
        if (!*bytes) {
            if (is_enough && !patience_)
                patience_ = Clock::now() + limits::usage_after_finish;
            return_spare(out_);
            next_ = Next::read;
            return {};
        }
        Result<void> taken = take(**bytes);
        if (!taken)
            return taken;
        if (may_send()) {
            next_ = Next::send;
            return {};
        }
    }
}

// What could not be sent at once stays in out_.
Result<void> Relay::take(std::string_view bytes)
{
    if (parts_.capture)
        parts_.capture->upstream_answer.body.append(bytes);
    borrow_spare(out_);
    Result<void> fed = parts_.answer.feed(bytes, out_);
    if (parts_.answer.data_events() != events_seen_) {
        events_seen_ = parts_.answer.data_events();
        last_event_ = Clock::now();
    }
    if (!begun_ && is_worth_telling()) {
        begun_ = true;
        parts_.begun();
    }
    if (begun_ && parts_.call.plan.stream && !committed_) {
        Result<void> begun = commit();
        if (!begun)
            return begun;
    }
    if (may_send() && parts_.response.offer(out_))
        note_offered();
    return fed;
}

// A finish or usage alone is an answer, unless somebody else might give a better one. One that is not
// streamed can be taken back until it is whole.
bool Relay::is_worth_telling() const
{
    if (!parts_.replaceable)
        return parts_.answer.has_substance();
    return parts_.call.plan.stream && parts_.answer.has_content();
}

bool Relay::may_send() const { return committed_ && (begun_ || !parts_.replaceable) && !out_.empty(); }

Result<void> Relay::commit()
{
    committed_ = true;
    parts_.response.set_probe(std::string(ping_event));
    net::FieldList fields = answer_fields("text/event-stream; charset=utf-8");
    fields.add("x-accel-buffering", "no");
    if (parts_.capture) {
        parts_.capture->client_answer.start = "200";
        add_fields(parts_.capture->client_answer, fields.fields());
    }
    return parts_.response.head(200, fields.fields());
}

net::Task<Result<void>> Relay::send_pending()
{
    if (parts_.capture)
        parts_.capture->client_answer.body.append(out_);
    writing_ = true;
    sending_.swap(out_); // Should this be cancelled, fail() must not send it again.
    Result<void> sent = co_await parts_.response.body(sending_);
    writing_ = false;
    sending_.clear();
    return_spare(sending_);
    last_event_ = std::max(last_event_, Clock::now());
    note_sent();
    co_return sent;
}

void Relay::note_offered()
{
    if (parts_.capture)
        parts_.capture->client_answer.body.append(out_);
    out_.clear();
    note_sent();
}

void Relay::note_sent()
{
    last_sent_ = Clock::now();
    if (!times_.first_byte)
        times_.first_byte = last_sent_;
}

net::Task<Result<void>> Relay::complete() { return parts_.call.plan.stream ? end_stream() : send_whole(); }

net::Task<Result<void>> Relay::end_stream()
{
    Result<void> outcome;
    if (!committed_)
        outcome = commit();
    if (outcome && !out_.empty())
        outcome = co_await send_pending();
    if (outcome)
        outcome = co_await parts_.response.end();
    co_return outcome;
}

// The answer's own end, as far as nothing has to be waited for.
Result<void> Relay::conclude()
{
    Result<void> finished = parts_.answer.finish(out_);
    if (!finished)
        return finished;
    if (parts_.replaceable && !begun_ && says_nothing(parts_.answer)) {
        out_.clear(); // It holds the end of a message, and nobody may be there who has another.
        return Failure(
            Error::upstream_protocol(fmt::format("{} answered with nothing", parts_.upstream.name)));
    }
    if (!begun_) {
        begun_ = true;
        parts_.begun();
    }
    parts_.over(); // Before the client can know, and asks again.
    return {};
}

} // namespace dragoman::gateway
