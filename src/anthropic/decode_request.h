// The text of a request to a MessagesRequest.
//
// Strict about types: whatever is there must have the type that the API's reference gives it, and the error
// names the field ("messages.3.content.0.text: expected a string"). Lenient about what is newer than this
// program: unknown fields, block types and tool types are carried along. Of a name that occurs twice in one
// object the last one counts, as in JavaScript.
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "json/document.h"

#include <string_view>

namespace dragoman::anthropic {

// `document` lends its memory; the result does not refer to it, only to `body`. Errors are
// Error::Kind::bad_request.
Result<MessagesRequest> decode_request(json::Document& document, std::string_view body);

} // namespace dragoman::anthropic
