// The error envelope of the Messages API: https://docs.anthropic.com/en/api/errors
//
// There is no `message` at the top level: clients would show that and lose the type.
#pragma once

#include "base/error.h"

#include <string>
#include <string_view>

namespace dragoman::anthropic {

// The body of an HTTP answer.
void append_error_body(std::string& out, const Error& error, std::string_view request_id);

// The last event of a stream that failed after its status had been sent.
void append_error_event(std::string& out, const Error& error, std::string_view request_id);

} // namespace dragoman::anthropic
