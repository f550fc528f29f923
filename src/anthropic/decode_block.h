// Content blocks and tool definitions, for the decoder of requests.
#pragma once

#include "anthropic/fields.h"
#include "anthropic/messages_request.h"

#include <vector>

namespace dragoman::anthropic {

// A string, an array of blocks, or (inside results of server tools) one block.
Blocks decode_content(json::Value value, const Path& path, Mistake& mistake);

void decode_tool(Tool& tool, json::Object object, const Path& path, Mistake& mistake);
CacheControl decode_cache_control(const Fields& fields);

} // namespace dragoman::anthropic
