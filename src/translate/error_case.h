// One upstream failure, read once, with everything that the rules of translate_error() look at.
#pragma once

#include "openai/error_body.h"
#include "translate/error.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace dragoman::translate {

// Borrows the failure and the context it was made from.
struct FailureCase {
    const UpstreamFailure& failure;
    const ErrorContext& context;
    openai::ErrorBody body {};
    int status = 0; // the HTTP status, or the one that the body names; 0: none
    std::string text {}; // all that was said, in lower case
    std::string said {}; // the upstream's sentence, fit to be shown

    bool says(std::initializer_list<std::string_view> parts) const; // any of them; lower case
    bool is_called(std::initializer_list<std::string_view> names) const; // by error type, code or type
    bool has_status(std::initializer_list<int> statuses) const;
    bool is_refusal() const { return status == 0 || (status >= 400 && status < 500); }
};

FailureCase read_failure(const UpstreamFailure& failure, const ErrorContext& context);

} // namespace dragoman::translate
