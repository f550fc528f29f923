// Output items of the Responses API as they are kept in envelopes, for the way back.
//
// A reasoning item goes back as it came, less `status` and what is null, which only answers have. Behind it
// stands what it led to, in short: {"type":"message","id":…,"phase":…} or
// {"type":"function_call","call_id":…,"id":…}. A search that the reasoning led to goes back whole.
#pragma once

#include "json/raw.h"
#include "openai/responses_event.h"

#include <string>

namespace dragoman::translate {

std::string kept_item(json::RawValue item);

// Empty when there is nothing to remember of it.
std::string kept_follower(const openai::ResponsesItem& item);

} // namespace dragoman::translate
