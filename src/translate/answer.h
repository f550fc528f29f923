// One upstream answer on its way to the client: upstream bytes in, client bytes out.
//
// There is one implementation per dialect. Each takes whatever the upstream really sends, a stream of events
// or one JSON text, and gives what the client asked for (AnswerPlan::stream), the other way round if need be.
// The same content gives the same message in either form. No I/O, no clock.
#pragma once

#include "base/error.h"
#include "base/result.h"
#include "translate/notes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::translate {

// Token counts in Anthropic's convention: input_tokens excludes what the cache gave or took.
struct Usage {
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
    std::uint64_t cache_read_input_tokens = 0;
    std::uint64_t cache_creation_input_tokens = 0;
    std::optional<std::uint64_t> thinking_tokens {};
    std::optional<std::uint64_t> web_search_requests {};
    bool estimated = false; // the upstream sent none

    std::uint64_t prompt_tokens() const
    {
        return input_tokens + cache_read_input_tokens + cache_creation_input_tokens;
    }
};

// What the request's log line and the response headers want to know. Complete after finish().
struct AnswerFacts {
    std::string upstream_model {}; // as the upstream names it
    std::string upstream_provider {}; // OpenRouter's "provider"
    std::string upstream_id {}; // OpenRouter's generation id
    std::string stop_reason {};
    std::optional<Usage> usage {}; // what is known so far, also when the answer breaks off
    std::optional<double> cost_usd {};
    bool thinks_in_text = false; // the text began with a thought, and nobody has taken it out
    Notes notes {};
};

class Answer {
public:
    virtual ~Answer() = default;

    // Takes more of the upstream's body and appends to `out` what follows from it for the client. In the form
    // of one JSON text nothing comes before finish(). An Error is the upstream's failure in mid-answer; what
    // was appended to `out` before it is still valid.
    virtual Result<void> feed(std::string_view bytes, std::string& out) = 0;

    // feed() comes soon, perhaps after a long time (base/prefetch.h).
    virtual void prefetch() const = 0;

    // The upstream's body is complete. Appends the rest: the end of the stream, or the whole message. An
    // Error means that the answer ended too early.
    virtual Result<void> finish(std::string& out) = 0;

    // Something arrived that makes the answer worth a status of 200: content, a finish reason, or usage.
    virtual bool has_substance() const = 0;

    // A part of the message itself arrived, or was in the whole of it.
    virtual bool has_content() const { return has_substance(); }

    // Data events or JSON so far, comments not counted: the upstream is alive.
    virtual std::uint64_t data_events() const = 0;

    // The finish reason is there; only usage may still follow.
    virtual bool has_finish_reason() const = 0;

    // Nothing more of the upstream is wanted (its end marker came, or a stop sequence was enforced here):
    // call finish() and let go of the upstream.
    virtual bool done() const = 0;

    // Stream form, nothing appended yet: message_start and a ping, so that a slow upstream's client sees
    // signs of life.
    virtual void start(std::string& out) = 0;

    // Stream form, after an Error: closes what can honestly be closed, so that the client keeps the text it
    // has. The error event itself is the caller's.
    virtual void break_off(std::string& out) = 0;

    // A block that break_off() could not close: half a call, thinking without its signature.
    virtual bool has_open_block() const = 0;

    virtual const AnswerFacts& facts() const = 0;
};

} // namespace dragoman::translate
