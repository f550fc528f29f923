// Where the newest picture of a request stands, in the words of Anthropic's errors.
//
// A client that reads `messages.3.content.0.image: Could not process image` takes that picture out and
// repeats the request. An upstream that cannot read one rarely says which; the newest is the one that was not
// there before.
#pragma once

#include "anthropic/messages_request.h"

#include <string>

namespace dragoman::translate {

// "messages.3.content.0", "messages.3.content.0.tool_result.content.1"; empty when there is none.
std::string last_image_path(const anthropic::MessagesRequest& request);

} // namespace dragoman::translate
