#include "translate/error_cause.h"

#include "translate/overflow.h"

#include <algorithm>
#include <iterator>

namespace dragoman::translate {

namespace {

bool is_overflow(const FailureCase& one)
{
    // 500: older llama.cpp, and gateways that have one status for everything. 502: routers, whose provider it
    // was.
    const bool refused = one.is_refusal() && !one.has_status({ 401, 402, 403, 429 });
    return (refused || one.has_status({ 500, 502 })) && find_overflow(one.body, overflow_context(one));
}

// Before the key: some call an empty account unauthorised, and MiniMax calls it an internal error.
bool is_no_credit(const FailureCase& one)
{
    if (one.status == 402
        || one.is_called({ "payment_required", "insufficient_quota", "billing_error", "budget_exceeded",
            "billing_hard_limit_reached", "exceeded_current_quota_error", "arrearage", "Arrearage",
            "insufficient_balance_error", "1113" }))
        return true;
    if (one.says({ "insufficient balance" }))
        return true;
    return one.is_refusal()
        && one.says({ "insufficient credits", "key limit exceeded", "credit balance is too low",
            "used all available credits", "have any credits", "run out of credits",
            "budget has been exceeded", "specified api usage limits", "account is in good standing",
            "failure to pay", "insufficient account balance",
            "\xe4\xbd\x99\xe9\xa2\x9d\xe4\xb8\x8d\xe8\xb6\xb3" });
}

bool is_bad_key(const FailureCase& one)
{
    if (one.status == 401
        || one.is_called({ "authentication", "invalid_api_key", "authentication_error", "wrong_api_key",
            "invalid_authentication_error" }))
        return true;
    if (one.status == 400 && one.is_called({ "no_db_connection" })) // LiteLLM's, where it keeps keys nowhere
        return true;
    return one.is_refusal()
        && one.says({ "no auth credentials found", "incorrect api key", "invalid api key",
            "api key not valid", "api key expired", "invalid authentication",
            "security token included in the request is", "authorization failed" });
}

bool is_moderated(const FailureCase& one)
{
    if (one.is_called({ "content_policy_violation", "image_content_policy_violation", "refusal",
            "content_filter", "moderation", "data_inspection_failed", "DataInspectionFailed", "1301" }))
        return one.is_refusal();
    if (one.is_refusal()
        && one.says({ "content exists risk", "new_sensitive", "flagged as potentially violating",
            "considered high risk", "violates usage guidelines", "unsafe or sensitive content" }))
        return true;
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
    if (one.is_called({ "model_not_found", "invalid_model", "model_not_available", "model_decommissioned",
            "DeploymentNotFound" })
        || one.says({ "is not a valid model", "no endpoints found for ", "model not found", "unknown model",
            "model_not_found", "model is deprecated", "has been deprecated", "has been decommissioned",
            "no such model", "model not exist", "invalid model name", "invalid model identifier",
            "model identifier is invalid" }))
        return true;
    if (one.status == 404 && one.says({ "not found for account" })) // a function, in NVIDIA's words
        return true;
    // "The model `x` does not exist", `model "x" not found, try pulling it first`, Anthropic's "model: x".
    return one.says({ "model" }) && !one.says({ "no endpoints", "endpoint" })
        && (one.says({ "does not exist" }) || (one.status == 404 && one.says({ "not found", "model:" })));
}

bool is_bad_image(const FailureCase& one)
{
    if (one.is_called({ "invalid_image", "image_too_large", "unsupported_image_format", "download_failed",
            "image_not_found", "image_parse_error", "invalid_image_format", "invalid_image_url",
            "invalid_base64_image", "image_too_small", "invalid_image_mode", "image_file_too_large",
            "unsupported_image_media_type", "empty_image_file", "failed_to_download_image",
            "image_file_not_found" }))
        return !one.has_status({ 429 });
    if (one.status == 500)
        return refuses_pictures(one.text); // llama.cpp without a projector
    if (!one.is_refusal() || one.has_status({ 404, 429 }))
        return false;
    return one.says({ "could not process image", "unable to process input image", "failed to process image",
               "image exceeds", "image is too large", "unsupported image", "invalid image" })
        || refuses_pictures(one.text);
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

// Whoever asks is turned away, whatever the status: no key needs a rest for it.
bool is_out_of_capacity(const FailureCase& one)
{
    return one.is_called({ "engine_overloaded_error", "queue_exceeded", "3505", "1305", "overloaded_error",
               "provider_overloaded" })
        || (one.status >= 400
            && one.says({ "capacity exceeded", "capacity temporarily exceeded", "degraded function" }));
}

bool is_rate_limited(const FailureCase& one)
{
    if (one.status == 429
        || one.is_called({ "rate_limit_exceeded", "rate_limit_error", "resource_exhausted",
            "RESOURCE_EXHAUSTED", "ThrottlingException" }))
        return true;
    return one.is_refusal() && one.says({ "too many requests", "rate limit exceeded", "rate limit reached" });
}

bool is_overloaded(const FailureCase& one)
{
    if (one.is_called({ "provider_unavailable" }))
        return false;
    if (one.has_status({ 503, 529 }))
        return true;
    return (one.status == 0 || one.status >= 500)
        && one.says({ "overloaded", "no instances available", "over capacity", "at capacity",
            "insufficient_system_resource" });
}

// Nothing of the request has reached the upstream. https://www.rfc-editor.org/rfc/rfc9110#section-15.5.8
bool is_stopped_on_the_way(const FailureCase& one) { return one.status == 407; }

bool is_other_refusal(const FailureCase& one) { return one.status >= 400 && one.status < 500; }
bool is_failure(const FailureCase& one) { return one.status == 0 || one.status >= 500; }

struct Rule {
    bool (*applies)(const FailureCase&);
    Cause cause;
};

// From top to bottom, the first that applies.
constexpr Rule rules[] = {
    { is_stopped_on_the_way, Cause::stopped_on_the_way },
    { is_overflow, Cause::overflow },
    { is_no_credit, Cause::no_credit },
    { is_bad_key, Cause::bad_key },
    { is_moderated, Cause::moderated },
    { is_forbidden, Cause::forbidden },
    { is_unknown_model, Cause::unknown_model },
    { is_bad_image, Cause::bad_image },
    { is_unusable_model, Cause::unusable_model },
    { is_timeout, Cause::timed_out },
    { is_too_large, Cause::too_large },
    { is_out_of_capacity, Cause::overloaded },
    { is_rate_limited, Cause::rate_limited },
    { is_overloaded, Cause::overloaded },
    { is_other_refusal, Cause::refused },
    { is_failure, Cause::failed },
};

} // namespace

bool refuses_pictures(std::string_view text)
{
    constexpr std::string_view wordings[] = {
        "not support image", // does not, do not, may not
        "image input is not supported",
        "images are not supported",
        "not a multimodal model",
        "image input is not enabled",
        "unknown variant `image_url`",
        "does not support vision",
        "no endpoints found that support image",
        "missing data required for image input",
        "text only model",
        "image_url is only supported by",
        "'image_url' is not supported",
        "n't support image",
        "image inputs are not supported",
        "does not support multimodal",
        "at most 0 image(s) may be provided",
        "content must be a string",
        "sequence, expected a string", // parts of a content
        "content type image_url", // is not supported, was unexpected
        "image is not supported",
        "images not supported",
        "not a vlm",
        "input should be 'text'",
        "取值范围 ['text']",
        "不支持图像",
        "不支持图片",
    };
    return std::any_of(std::begin(wordings), std::end(wordings),
        [&](auto wording) { return text.find(wording) != std::string_view::npos; });
}

bool refuses_system(const FailureCase& one)
{
    if (one.says({ "system role not supported", "system role is not supported",
            "system message must be at the beginning", "system messages must be at the beginning",
            "system message should be the first", "conversation roles must alternate",
            "unexpected role 'system'", "role 'system' is not supported",
            "role: input should be 'user' or 'assistant'", "does not support 'system'",
            "invalid role: system", "only the first message can be", "developer instruction is not enabled",
            "only user and assistant roles", "only user, assistant and tool roles",
            "'developer' is not one of", "role 'developer'", "does not support 'developer'",
            "unknown variant `developer`" }))
        return true;
    return one.says({ "unexpected role" }) && one.says({ "input message role", "system" });
}

OverflowContext overflow_context(const FailureCase& one)
{
    return { .status = one.status,
        .context_length = one.context.context_length,
        .max_tokens = one.context.max_tokens,
        .estimated_input = one.context.estimated_input };
}

Cause cause_of(const FailureCase& one)
{
    for (const Rule& rule : rules)
        if (rule.applies(one))
            return rule.cause;
    return Cause::unexpected;
}

} // namespace dragoman::translate
