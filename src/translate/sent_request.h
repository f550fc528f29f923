// What an upstream was sent, read from the very bytes: only what was there can be given up. In each of the
// three dialects; for requests that were refused.
#pragma once

#include "translate/rectify.h"

#include <string_view>

namespace dragoman::translate {

// What is no JSON object held nothing.
SentRequest sent_request(std::string_view body);

} // namespace dragoman::translate
