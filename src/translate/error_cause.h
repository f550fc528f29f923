// Why an upstream failed: one table, read from top to bottom, over status, names and wording.
//
// Everything that is done about a failure follows from this: the words for the client, whether another
// target may answer, whether the request can be mended.
#pragma once

#include "translate/error_case.h"
#include "translate/overflow.h"

#include <cstdint>
#include <string_view>

namespace dragoman::translate {

enum class Cause : std::uint8_t {
    overflow, // more tokens than the model takes, in all or as output
    no_credit, // the account cannot pay
    bad_key,
    moderated, // refused for what it says
    forbidden, // region, policy, plan
    unknown_model,
    bad_image, // a picture that cannot be read, or a model that takes none
    unusable_model, // the model is there, but not for this request
    timed_out,
    too_large, // in bytes, or beyond what is allowed in a minute
    overloaded, // the model is, whoever asks
    rate_limited, // this account is
    refused, // any other 4xx: the request is at fault
    stopped_on_the_way, // a proxy wants credentials
    failed, // any other 5xx
    unexpected, // neither an answer nor a failure
};

Cause cause_of(const FailureCase& one);

OverflowContext overflow_context(const FailureCase& one);

// Whether lower-case `text` says that the model takes no pictures at all.
bool refuses_pictures(std::string_view text);

// Whether the model takes no system message, or none there.
bool refuses_system(const FailureCase& one);

} // namespace dragoman::translate
