#include "translate/error.h"

#include "base/limits.h"
#include "openai/plain_text.h"
#include "translate/error_case.h"
#include "translate/overflow.h"
#include "translate/retry_after.h"
#include "translate/scrub.h"

#include <fmt/format.h>

#include <algorithm>

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
    error.upstream_request_id = std::string(one.failure.request_id);
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
    const OverflowContext context { .status = one.status,
        .context_length = one.context.context_length,
        .max_tokens = one.context.max_tokens,
        .estimated_input = one.context.estimated_input };
    return error_of(one, Kind::bad_request, *overflow_message(one.body, context));
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
    return final(std::move(error));
}

std::string span_for_people(milliseconds wait)
{
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
    return minutes < 120 ? fmt::format("{} minutes", minutes) : fmt::format("{} hours", (minutes + 59) / 60);
}

// How long the upstream wants to be left alone; the most explicit source counts.
std::optional<milliseconds> wanted_wait(const FailureCase& one)
{
    const auto now = one.failure.now;
    if (auto wait = parse_wait_ms(one.failure.retry_after_ms))
        return wait;
    if (auto wait = parse_wait(one.failure.retry_after, now))
        return wait;
    if (auto wait = parse_wait(one.body.retry_after, now))
        return wait;
    if (auto wait = find_wait(one.text))
        return wait;
    if (auto wait = parse_wait(one.failure.rate_limit_reset, now))
        return wait;
    if (auto wait = parse_wait(one.body.rate_limit_reset, now))
        return wait;
    // Two budgets with a reset each, and no sign which of them is used up: the longer one is safe.
    const auto requests = parse_wait(one.failure.rate_limit_reset_requests, now);
    const auto tokens = parse_wait(one.failure.rate_limit_reset_tokens, now);
    return requests && tokens ? std::max(*requests, *tokens) : requests ? requests : tokens;
}

int whole_seconds(milliseconds wait)
{
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    return static_cast<int>(std::clamp<std::int64_t>(seconds, 1, limits::retry_after_max_s));
}

Error rate_limited(const FailureCase& one)
{
    constexpr milliseconds outlasted = std::chrono::minutes(10); // ten repetitions, a minute apart
    Error error = as_said(one, Kind::rate_limited);
    const auto wait = wanted_wait(one);
    const bool daily = one.says({ "free-models-per-day", "perday", "per-day" })
        || (!wait && one.says({ "daily", "per day", "(tpd)", "(rpd)" }));
    if (!daily && (!wait || *wait <= outlasted)) {
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
    if (auto wait = wanted_wait(one))
        error.retry_after_s = whole_seconds(*wait);
    return error;
}

Error timed_out(const FailureCase& one) { return as_said(one, Kind::timed_out); }
Error too_large(const FailureCase& one) { return as_said(one, Kind::too_large); }
Error failed(const FailureCase& one) { return as_said(one, Kind::upstream_failed); }

Error bad_image(const FailureCase& one)
{
    const bool large =
        one.is_called({ "image_too_large" }) || one.says({ "image exceeds", "image is too large" });
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

// --- When each rule applies.

bool is_overflow(const FailureCase& one)
{
    return one.is_refusal() && !one.has_status({ 401, 402, 403, 429 })
        && overflow_message(one.body,
            { .status = one.status,
                .context_length = one.context.context_length,
                .max_tokens = one.context.max_tokens,
                .estimated_input = one.context.estimated_input });
}

bool is_bad_key(const FailureCase& one)
{
    return one.status == 401 || one.is_called({ "authentication", "invalid_api_key", "authentication_error" })
        || (one.is_refusal()
            && one.says({ "no auth credentials found", "incorrect api key", "invalid api key" }));
}

bool is_no_credit(const FailureCase& one)
{
    return one.status == 402 || one.is_called({ "payment_required", "insufficient_quota", "billing_error" })
        || (one.is_refusal()
            && one.says({ "insufficient credits", "key limit exceeded", "credit balance is too low",
                "insufficient balance" }));
}

bool is_moderated(const FailureCase& one)
{
    if (one.is_called({ "content_policy_violation", "refusal", "content_filter", "moderation" }))
        return one.is_refusal();
    return one.status == 403
        && (one.body.moderation
            || one.says(
                { "moderation", "flagged", "guardrail", "content policy", "content_policy", "safety" }));
}

bool is_forbidden(const FailureCase& one) { return one.status == 403; }

bool is_unknown_model(const FailureCase& one)
{
    if (!one.has_status({ 0, 400, 404, 410, 422 }) || one.says({ "that support", "data policy" }))
        return false; // the model is there, but not for this request
    if (one.is_called({ "model_not_found" })
        || one.says({ "is not a valid model", "no endpoints found for ", "model not found", "unknown model",
            "model_not_found", "model is deprecated", "has been deprecated", "no such model" }))
        return true;
    // "The model `x` does not exist", `model "x" not found, try pulling it first`, Anthropic's "model: x".
    return one.says({ "model" }) && !one.says({ "no endpoints", "endpoint" })
        && (one.says({ "does not exist" }) || (one.status == 404 && one.says({ "not found", "model:" })));
}

bool is_unusable_model(const FailureCase& one) { return one.status == 404; }
bool is_timeout(const FailureCase& one)
{
    return one.has_status({ 408, 504, 524 }) || one.is_called({ "timeout" });
}

bool is_too_large(const FailureCase& one)
{
    return one.status == 413 || one.is_called({ "payload_too_large", "request_too_large" });
}

bool is_rate_limited(const FailureCase& one)
{
    if (one.status == 429
        || one.is_called(
            { "rate_limit_exceeded", "rate_limit_error", "resource_exhausted", "RESOURCE_EXHAUSTED" }))
        return true;
    return one.is_refusal() && one.says({ "too many requests", "rate limit exceeded", "rate limit reached" });
}

bool is_overloaded(const FailureCase& one)
{
    if (one.is_called({ "provider_unavailable" }))
        return false;
    if (one.has_status({ 503, 529 }) || one.is_called({ "provider_overloaded", "overloaded_error" }))
        return true;
    return (one.status == 0 || one.status >= 500)
        && one.says({ "overloaded", "no instances available", "over capacity", "at capacity",
            "insufficient_system_resource" });
}

bool is_bad_image(const FailureCase& one)
{
    if (!one.is_refusal())
        return false;
    return one.is_called({ "invalid_image", "image_too_large", "unsupported_image_format", "download_failed",
               "image_not_found", "image_parse_error", "invalid_image_format", "invalid_image_url" })
        || one.says({ "could not process image", "unable to process input image", "failed to process image",
            "image exceeds", "image is too large", "unsupported image", "invalid image" });
}

bool is_other_refusal(const FailureCase& one) { return one.status >= 400 && one.status < 500; }
bool is_failure(const FailureCase& one) { return one.status == 0 || one.status >= 500; }
bool is_anything(const FailureCase&) { return true; }

struct Rule {
    bool (*applies)(const FailureCase&);
    Error (*answer)(const FailureCase&);
};

// From top to bottom, the first that applies.
constexpr Rule rules[] = {
    { is_overflow, overflowed },
    { is_bad_key, bad_key },
    { is_no_credit, no_credit },
    { is_moderated, moderated },
    { is_forbidden, forbidden },
    { is_unknown_model, unknown_model },
    { is_bad_image, bad_image },
    { is_unusable_model, unusable_model },
    { is_timeout, timed_out },
    { is_too_large, too_large },
    { is_rate_limited, rate_limited },
    { is_overloaded, overloaded },
    { is_other_refusal, refused },
    { is_failure, failed },
    { is_anything, unexpected },
};

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
    const FailureCase one = read_failure(failure, context);
    for (const Rule& rule : rules)
        if (rule.applies(one))
            return rule.answer(one);
    return Error::internal("no rule for an upstream's failure");
}

} // namespace dragoman::translate
