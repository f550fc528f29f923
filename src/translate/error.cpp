#include "translate/error.h"

#include "base/limits.h"
#include "base/seconds_to_wait.h"
#include "openai/plain_text.h"
#include "translate/error_case.h"
#include "translate/error_cause.h"
#include "translate/overflow.h"
#include "translate/retry_after.h"
#include "translate/scrub.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace dragoman::translate {

namespace {

using Kind = Error::Kind;
using std::chrono::milliseconds;

// Words that make clients act on something that is not meant here, in text that is not ours.
std::string without_triggers(std::string text, Kind kind)
{
    struct Trigger {
        std::string_view word;
        std::string_view instead;
        bool always;
        Kind only; // where it would be misunderstood
    };
    constexpr Trigger triggers[] = {
        { "x-api-key", "API key", true, Kind::internal },
        { "prompt is too long", "the prompt is too large", true, Kind::internal },
        { "credit balance is too low", "the credit is used up", true, Kind::internal },
        { "context window", "window", false, Kind::too_large },
        { "model:", "model", false, Kind::forbidden },
    };
    for (const Trigger& trigger : triggers) {
        if (!trigger.always && trigger.only != kind)
            continue;
        for (std::size_t at; (at = openai::lower(text).find(trigger.word)) != std::string::npos;)
            text.replace(at, trigger.word.size(), trigger.instead);
    }
    return text;
}

Error error_of(const FailureCase& one, Kind kind, std::string message)
{
    Error error { .kind = kind, .source = Error::Source::upstream };
    error.message = std::move(message);
    error.quotes_upstream = true;
    error.upstream_status = one.failure.status != 0 ? one.failure.status : one.body.status;
    if (one.failure.should_retry == "true" || one.failure.should_retry == "false")
        error.should_retry = one.failure.should_retry == "true";
    return error;
}

// The upstream's own sentence.
Error as_said(const FailureCase& one, Kind kind)
{
    return error_of(one, kind, without_triggers(one.said, kind));
}

Error final(Error error)
{
    error.should_retry = false;
    return error;
}

std::string said_or(const FailureCase& one, std::string_view otherwise)
{
    return without_triggers(one.body.message.empty() ? std::string(otherwise) : one.said, Kind::internal);
}

// --- What each rule answers.

Error overflowed(const FailureCase& one)
{
    return error_of(
        one, Kind::bad_request, overflow_sentence(*find_overflow(one.body, overflow_context(one))));
}

Error bad_key(const FailureCase& one)
{
    return final(error_of(one, Kind::unauthorized,
        fmt::format(
            "Upstream {} rejected its API key ({})", one.context.upstream_name, said_or(one, "status 401"))));
}

Error no_credit(const FailureCase& one)
{
    return final(error_of(one, Kind::billing,
        fmt::format("Credit balance is too low \u2013 {}", said_or(one, "the upstream asks for payment"))));
}

Error moderated(const FailureCase& one) { return final(as_said(one, Kind::bad_request)); }
Error forbidden(const FailureCase& one) { return final(as_said(one, Kind::forbidden)); }
Error refused(const FailureCase& one) { return as_said(one, Kind::bad_request); }

Error unknown_model(const FailureCase& one)
{
    return final(error_of(one, Kind::not_found,
        fmt::format("model: {} ({})", scrub(one.context.requested_model, 200), said_or(one, "not found"))));
}

Error unusable_model(const FailureCase& one)
{
    std::string_view hint = "choose a model or a provider setting that allows it";
    if (one.says({ "data policy", "privacy" }))
        hint = "the upstream account's privacy settings leave no provider for this model";
    else if (one.says({ "tool use" }))
        hint = "this model cannot use tools; choose one that can";
    else if (one.says({ "image input", "image" }))
        hint = "this model does not take pictures";
    else if (one.body.message.empty() || one.says({ "<html", "not found" }))
        hint = "check the model's name and the upstream's base URL";
    Error error = as_said(one, Kind::bad_request);
    error.message += fmt::format(" \u2013 {}", hint);
    error.retry = Error::Retry::next_target; // another model may do it
    return final(std::move(error));
}

std::string span_for_people(milliseconds wait)
{
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
    return minutes < 120 ? fmt::format("{} minutes", minutes) : fmt::format("{} hours", (minutes + 59) / 60);
}

// How long the upstream wants to be left alone, in so many words.
std::optional<milliseconds> stated_wait(const FailureCase& one)
{
    const auto now = one.failure.now;
    if (auto wait = parse_wait_ms(one.failure.retry_after_ms))
        return wait;
    if (auto wait = parse_wait(one.failure.retry_after, now))
        return wait;
    if (auto wait = parse_wait(one.body.retry_after, now))
        return wait;
    return find_wait(one.text);
}

// The same of a limit that was met: what is used up counts, and where nothing tells, the longest is safe.
std::optional<milliseconds> wait_of_limit(const FailureCase& one)
{
    if (auto wait = stated_wait(one))
        return wait;
    const LimitWaits waits = waits_of_limits(one.failure.limits, one.failure.now);
    if (waits.used_up)
        return waits.used_up;
    return waits.longest ? waits.longest : parse_wait(one.body.rate_limit_reset, one.failure.now);
}

int whole_seconds(milliseconds wait)
{
    return static_cast<int>(std::min<std::int64_t>(seconds_to_wait(wait), limits::retry_after_max_s));
}

Error rate_limited(const FailureCase& one)
{
    constexpr milliseconds outlasted = std::chrono::minutes(10); // ten repetitions, a minute apart
    Error error = as_said(one, Kind::rate_limited);
    const auto wait = wait_of_limit(one);
    const bool daily = one.says({ "free-models-per-day", "perday", "per-day" })
        || (!wait && one.says({ "daily", "per day", "(tpd)", "(rpd)" }));
    const bool lasting = one.says({ "usage limit reached for" }); // of hours or a week
    // What is asked for at once is more than a whole minute allows: waiting does not help.
    const bool hopeless = one.says({ "request too large for" });
    if (hopeless) {
        error.limited_for_s = 0;
        return final(std::move(error));
    }
    if (wait)
        error.limited_for_s =
            static_cast<int>(std::min<std::int64_t>(seconds_to_wait(*wait), std::numeric_limits<int>::max()));
    if (!daily && !lasting && (!wait || *wait <= outlasted)) {
        if (wait)
            error.retry_after_s = whole_seconds(*wait);
        return error;
    }
    error.message += daily ? " \u2013 this is a daily limit" : " \u2013 this limit lasts";
    if (wait && *wait > outlasted)
        error.message += fmt::format("{} about {}", daily ? "; it resets in" : "", span_for_people(*wait));
    error.message += "; repeating the request before that cannot succeed";
    return final(std::move(error));
}

Error overloaded(const FailureCase& one)
{
    Error error = as_said(one, Kind::overloaded);
    if (auto wait = stated_wait(one))
        error.retry_after_s = whole_seconds(*wait);
    return error;
}

Error timed_out(const FailureCase& one) { return as_said(one, Kind::timed_out); }
Error too_large(const FailureCase& one) { return as_said(one, Kind::too_large); }
Error failed(const FailureCase& one) { return as_said(one, Kind::upstream_failed); }

Error stopped_on_the_way(const FailureCase& one)
{
    return error_of(one, Kind::unreachable,
        fmt::format("Cannot reach {}: the proxy on the way wants other credentials (407)",
            one.context.upstream_name));
}

Error bad_image(const FailureCase& one)
{
    const bool large = one.is_called({ "image_too_large", "image_file_too_large" })
        || one.says({ "image exceeds", "image is too large" });
    const std::string said = said_or(one, "no reason given");
    const std::string where = one.context.last_image.empty() ? "" : one.context.last_image + ".image: ";
    // Already in the words that clients look for; which picture it is has to be among them.
    if (one.says({ "could not process image", "image exceeds" })) {
        Error error = as_said(one, Kind::bad_request);
        if (!one.says({ "messages.", "messages[" }))
            error.message = where + error.message;
        return error;
    }
    return error_of(one, Kind::bad_request,
        large ? fmt::format("{}image exceeds 5 MB maximum: {}", where, said)
              : fmt::format("{}Could not process image ({})", where, said));
}

Error unexpected(const FailureCase& one)
{
    return error_of(one, Kind::upstream_protocol,
        fmt::format("Upstream {} answered with status {}, which is no answer to this request",
            one.context.upstream_name, one.failure.status));
}

using Answer = Error (*)(const FailureCase&);

Answer answer_for(Cause cause)
{
    switch (cause) {
    case Cause::overflow:
        return overflowed;
    case Cause::no_credit:
        return no_credit;
    case Cause::bad_key:
        return bad_key;
    case Cause::moderated:
        return moderated;
    case Cause::forbidden:
        return forbidden;
    case Cause::unknown_model:
        return unknown_model;
    case Cause::bad_image:
        return bad_image;
    case Cause::unusable_model:
        return unusable_model;
    case Cause::timed_out:
        return timed_out;
    case Cause::too_large:
        return too_large;
    case Cause::overloaded:
        return overloaded;
    case Cause::rate_limited:
        return rate_limited;
    case Cause::refused:
        return refused;
    case Cause::stopped_on_the_way:
        return stopped_on_the_way;
    case Cause::failed:
        return failed;
    case Cause::unexpected:
        return unexpected;
    }
    return unexpected;
}

// Whether it may say what the request has to give up.
bool may_be_about_a_part(const FailureCase& one, Cause cause)
{
    if (one.status == 500) // llama.cpp and LM Studio, where a template or a projector says no
        return cause == Cause::bad_image || (cause == Cause::failed && refuses_system(one));
    return one.has_status({ 400, 404, 422 })
        && (cause == Cause::refused || cause == Cause::overflow || cause == Cause::bad_image
            || cause == Cause::unusable_model);
}

} // namespace

ErrorContext error_context(const AnswerPlan& plan, std::string_view provider)
{
    return { .requested_model = plan.client_model,
        .upstream_model = plan.upstream_model,
        .upstream_name = plan.upstream_name,
        .context_length = plan.context_length,
        .max_tokens = plan.max_tokens,
        .estimated_input = plan.estimated_input,
        .provider = std::string(provider),
        .last_image = plan.last_image };
}

Error translate_error(const UpstreamFailure& failure, const ErrorContext& context)
{
    constexpr std::size_t enough = 64 * limits::KiB;
    const FailureCase one = read_failure(failure, context);
    const Cause cause = cause_of(one);
    Error error = answer_for(cause)(one);
    if (may_be_about_a_part(one, cause))
        error.refusal = std::make_shared<const std::string>(failure.body.substr(0, enough));
    return error;
}

} // namespace dragoman::translate
