// Tools of a Responses request: "tools", "tool_choice", "parallel_tool_calls", "max_tool_calls".
//
// The client's tools become functions, as they do for chat upstreams (tools.h), in the flat form of this
// dialect. `strict` is always said, since leaving it out means true here. A search of the web is the
// upstream's own. https://platform.openai.com/docs/guides/function-calling
#pragma once

#include "base/result.h"
#include "json/writer.h"
#include "translate/tools.h"

namespace dragoman::translate {

// Writes the fields, inside the body's object. An Error is the client's: toolsets that cannot be expressed.
Result<void> append_responses_tools(json::Writer& json, const ToolScene& scene);

} // namespace dragoman::translate
