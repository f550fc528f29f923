// Tools of a request: what goes into "tools", "tool_choice" and "parallel_tool_calls".
//
// The client's own tools become functions. Tools that Anthropic defines and the client runs become functions
// with the parameters of their reference (defined_tools.h). Tools that a server runs become the
// upstream's own where it has them (server_tools.h). Tools that the client deferred stay away until the
// history refers to them (deferred_tools.h).
// https://openrouter.ai/docs/features/tool-calling
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/answer_plan.h"
#include "translate/cache_control.h"
#include "translate/notes.h"
#include "translate/tool_choice.h"
#include "translate/tool_names.h"

namespace dragoman::translate {

// What the tools of a request are made from, and what making them tells the answer.
struct ToolScene {
    const anthropic::MessagesRequest& request;
    const route::Target& target;
    const ToolNames& names;
    const CacheMarks& marks;
    Notes& notes;
    AnswerPlan& plan; // web_search, web_search_query
};

// A tool of the client's as a function: "name", "description" and "parameters", inside the function's object.
void append_function(json::Writer& json, const anthropic::Tool& tool, const ToolScene& scene);

// Writes the fields, inside the body's object. An Error is the client's: toolsets that cannot be expressed.
Result<void> append_tools(json::Writer& json, const ToolScene& scene);

} // namespace dragoman::translate
