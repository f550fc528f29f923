// One upstream answer on its way to one client, from the request that is sent to the last byte.
//
// pump() reads, translates and writes. Meanwhile an alarm has look() see to the clock (the commit of a stream
// that is slow to begin, pings, every deadline) and to whether the worker was told to end: that interrupts
// pump(), and with it goes the upstream's connection. Awaiting the client's write before the next upstream
// read is the whole of the back-pressure.
#pragma once

#include "base/clock.h"
#include "config/config.h"
#include "gateway/capture.h"
#include "gateway/respond.h"
#include "net/alarms.h"
#include "net/field_list.h"
#include "net/server.h"
#include "translate/answer.h"
#include "translate/upstream_call.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dragoman::gateway {

// Nearly everything borrowed; all of it lives in the exchange's frame, or as long as that.
struct RelayParts {
    const config::Upstream& upstream;
    net::WorkerContext& worker;
    net::ResponseWriter& response;
    const translate::UpstreamCall& call;
    translate::Answer& answer;
    std::string_view request_id;
    const Result<net::Url>& url; // of the upstream's endpoint
    net::FieldList upstream_fields; // as they are sent
    CapturedExchange* capture; // null: nobody wants it
    Clock::duration first_byte; // until the upstream begins to say something
    Clock::duration idle; // silence inside its answer
    TimePoint since; // when the client's request began
    bool replaceable; // another target may answer while nothing of this one's answer has gone to the client
    bool resumes; // an answer that breaks off ends as if it had reached its limit
    bool committed; // the client has a status and message_start already, from another target's attempt
    const std::string& tried; // what was tried before, for the client; empty: nothing
    std::function<void()> begun; // the upstream's answer has content: the request is not needed any more
    std::function<void()> over; // the upstream is done with: what the client is still owed is here
};

// What the log wants to know about how it went.
struct RelayTimes {
    TimePoint begun = Clock::now();
    std::optional<TimePoint> first_byte {}; // to the client
    bool upstream_asked = false;
    std::optional<bool> connection_reused {}; // of the upstream's answer
    int upstream_status = 0;
    std::string upstream_request_id {};
};

class Relay final : net::Awakened {
public:
    explicit Relay(RelayParts parts);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    // Resolves when the client has a whole answer, or with the Error that prevented it. In the latter case
    // fail() owes the client the rest.
    net::Task<Result<void>> run();

    // Tells the client, in the form that is still possible.
    net::Task<void> fail(const Error& error);

    const RelayTimes& times() const { return times_; }

    // Nothing of the answer has gone to the client yet: signs of life are none.
    bool has_answered() const { return begun_; }
    bool is_committed() const { return committed_; }

private:
    enum class Next : std::uint8_t { read, send, end };

    net::Task<Result<void>> pump();
    net::Arrivals::Arrival arrival();
    net::Task<Result<void>> ask();
    void note_head();
    void prefetch() const override;
    std::optional<net::LeftUnread> take_arrived() noexcept override;
    bool has_taken_all();
    Result<void> taken();
    Result<void> take_what_is_here();
    Result<void> take(std::string_view bytes);
    net::Task<Error> upstream_error(net::UpstreamAnswer& upstream);
    net::Task<Result<void>> complete();
    Result<void> conclude();
    net::Task<Result<void>> end_stream();
    net::Task<Result<void>> send_whole();
    net::Task<Result<void>> send_pending();

    void look(); // at the clock
    static Error ending(); // dragoman's own
    void give_up(Error why);
    bool is_worth_telling() const;
    bool may_send() const;
    Result<void> commit();
    void commit_slow_stream();
    bool is_waiting() const;
    std::optional<Error> overdue(TimePoint now) const;
    TimePoint next_look() const;
    void note_sent();
    void note_offered();
    net::FieldList answer_fields(std::string_view content_type) const;

    RelayParts parts_;
    RelayTimes times_;
    net::Alarm alarm_;
    std::optional<Error> given_up_; // pump() was interrupted
    std::string out_; // for the client, not sent yet
    std::string sending_; // on its way to the client
    std::unique_ptr<net::UpstreamAnswer> upstream_;
    Next next_ = Next::read;
    bool took_ = false; // without pump(), which has yet to hear of it
    std::unique_ptr<Error> failure_; // meanwhile
    std::exception_ptr exception_; // meanwhile
    std::optional<bool> arrived_ =
        true; // what the last wait for the upstream said; nullopt: it took too long
    bool begun_ = false; // parts_.begun() was called
    bool committed_;
    bool writing_ = false; // the client is slow, not the upstream
    std::optional<TimePoint> patience_; // since the finish reason
    std::uint64_t events_seen_ = 0;
    TimePoint last_sent_;
    TimePoint last_event_;
};

} // namespace dragoman::gateway
