#include "translate/error_case.h"

#include "base/limits.h"
#include "openai/plain_text.h"
#include "translate/scrub.h"

#include <fmt/format.h>

#include <algorithm>

namespace dragoman::translate {

namespace {

// Failures inside a stream often have a name and no number.
int status_of_name(const openai::ErrorBody& body)
{
    struct Named {
        std::string_view name;
        int status;
    };
    constexpr Named table[] = {
        { "invalid_request_error", 400 },
        { "invalid_request", 400 },
        { "invalid_prompt", 400 },
        { "invalid_encrypted_content", 400 },
        { "image_content_policy_violation", 400 },
        { "image_file_not_found", 400 },
        { "image_file_too_large", 400 },
        { "image_parse_error", 400 },
        { "image_too_large", 400 },
        { "image_too_small", 400 },
        { "invalid_base64_image", 400 },
        { "invalid_image", 400 },
        { "invalid_image_format", 400 },
        { "invalid_image_mode", 400 },
        { "invalid_image_url", 400 },
        { "empty_image_file", 400 },
        { "failed_to_download_image", 400 },
        { "unsupported_image_media_type", 400 },
        { "authentication_error", 401 },
        { "authentication", 401 },
        { "billing_error", 402 },
        { "payment_required", 402 },
        { "permission_error", 403 },
        { "permission_denied", 403 },
        { "not_found_error", 404 },
        { "not_found", 404 },
        { "request_too_large", 413 },
        { "rate_limit_error", 429 },
        { "rate_limit_exceeded", 429 },
        { "timeout_error", 504 },
        { "timeout", 504 },
        { "vector_store_timeout", 504 },
        { "overloaded_error", 529 },
        { "provider_overloaded", 529 },
        { "provider_unavailable", 502 },
        { "server_error", 500 },
        { "internal_server_error", 500 },
        { "api_error", 500 },
    };
    for (const std::string* name : { &body.error_type, &body.code, &body.type })
        for (const Named& named : table)
            if (*name == named.name)
                return named.status;
    return 0;
}

std::string sentence(const openai::ErrorBody& body, const ErrorContext& context, int status)
{
    const std::string& provider = body.provider.empty() ? context.provider : body.provider;
    std::string said = body.message;
    if (said.empty())
        said = status == 0
            ? fmt::format("Upstream {} failed without saying why", context.upstream_name)
            : fmt::format("Upstream {} answered {} without saying why", context.upstream_name, status);
    else if (body.plain)
        said = fmt::format("Upstream {} said: {}", context.upstream_name, said);
    else if (body.message.size() < 24 && !body.outer_message.empty())
        said =
            fmt::format("{}: {}", body.outer_message, body.message); // "Bad Request" alone explains nothing
    std::string shown = scrub(said, limits::error_message - 256); // room for what the rules add
    if (!provider.empty())
        shown += fmt::format(" (provider {})", scrub(provider, 80));
    return shown;
}

} // namespace

bool FailureCase::says(std::initializer_list<std::string_view> parts) const
{
    return std::any_of(
        parts.begin(), parts.end(), [&](auto part) { return text.find(part) != std::string::npos; });
}

bool FailureCase::is_called(std::initializer_list<std::string_view> names) const
{
    return std::any_of(names.begin(), names.end(),
        [&](auto name) { return body.error_type == name || body.code == name || body.type == name; });
}

bool FailureCase::has_status(std::initializer_list<int> statuses) const
{
    return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

FailureCase read_failure(const UpstreamFailure& failure, const ErrorContext& context)
{
    FailureCase one { .failure = failure, .context = context };
    one.body = openai::decode_error_body(failure.body);
    const bool inside_answer = failure.status == 0 || (failure.status >= 200 && failure.status < 300);
    if (!inside_answer)
        one.status = failure.status;
    else
        one.status = one.body.status != 0 ? one.body.status : status_of_name(one.body);
    one.text = openai::lower(one.body.message + " " + one.body.outer_message + " " + one.body.code + " "
        + one.body.type + " " + one.body.error_type + " " + one.body.quota);
    one.said = sentence(one.body, context, one.status);
    return one;
}

} // namespace dragoman::translate
