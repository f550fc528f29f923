// An upstream's failure in the words that a client of the Messages API acts upon.
//
// Clients read the sentence, not only the type: `prompt is too long: N tokens > M maximum` compacts the
// conversation, ``input length and `max_tokens` exceed context limit: I + O > L`` repeats with less. So one
// table, read from top to bottom, decides on type, wording and whether a repetition makes sense, whatever the
// upstream's own vocabulary is. The upstream's sentence is kept where it explains more than ours, without
// keys and within limits::error_message. Pure: the time of day is a parameter.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "openai/error_body.h"
#include "translate/answer_plan.h"
#include "translate/rate_limits.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dragoman::translate {

// All views may be empty. Header values are as they came.
struct UpstreamFailure {
    int status = 0; // 0: the failure stands inside an answer that began with 200
    std::string_view body {}; // the HTTP body, one event's data, or one JSON text; decoded from gzip
    std::string_view retry_after {};
    std::string_view retry_after_ms {};
    std::span<const LimitField> limits {};
    std::string_view should_retry {}; // x-should-retry
    std::string_view content_type {};
    WallClock::time_point now {}; // for dates; the epoch: unknown, dates are then ignored
};

struct ErrorContext {
    std::string requested_model {}; // as the client named it
    std::string upstream_model {}; // as it was sent
    std::string upstream_name {}; // "openrouter"
    std::optional<std::uint64_t> context_length {}; // tokens
    std::uint64_t max_tokens = 0; // as sent; 0: unknown
    std::uint64_t estimated_input = 0; // tokens; 0: nobody counted
    std::string provider {}; // when known from elsewhere than the error itself
    std::string last_image {}; // path of the newest picture, "messages.3.content.0"; empty: none or unknown
};

ErrorContext error_context(const AnswerPlan& plan, std::string_view provider = {});

Error translate_error(const UpstreamFailure& failure, const ErrorContext& context);

} // namespace dragoman::translate
