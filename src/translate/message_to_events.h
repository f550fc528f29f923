// A whole Message as the events that it would have been streamed in.
// https://docs.anthropic.com/en/docs/build-with-claude/streaming
#pragma once

#include "json/document.h"

#include <string>
#include <string_view>

namespace dragoman::translate {

// From message_start to message_stop. Without `with_start` message_start is left out because it went before.
void append_message_events(
    std::string& out, const json::Object& message, std::string_view client_model, bool with_start);

} // namespace dragoman::translate
