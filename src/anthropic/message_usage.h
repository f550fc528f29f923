// The members of `usage`, the same in a streamed message_delta and in a whole message.
#pragma once

#include "anthropic/message_output.h"
#include "json/writer.h"

namespace dragoman::anthropic {

void write_usage(json::Writer& json, const MessageUsage& usage);

// "stop_reason", "stop_sequence" and, after a refusal, "stop_details".
void write_stop(json::Writer& json, const MessageEnd& end);

void write_web_search_results(json::Writer& json, std::span<const WebSearchResult> results);

} // namespace dragoman::anthropic
