// tool_choice: whether the model must, may or must not call a tool, and how to say so to one that cannot be
// told by a parameter.
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/tool_names.h"

#include <string>

namespace dragoman::translate {

// "tool_choice" and "parallel_tool_calls", inside the body's object; for requests that have tools. A web
// search that the client makes by a request of its own is always forced.
void append_tool_choice(json::Writer& json, const anthropic::MessagesRequest& request,
    const route::Target& target, const ToolNames& names);

// The declared tool that tool_choice names; null when there is none.
const anthropic::Tool* chosen_tool(const anthropic::MessagesRequest& request);

// Whether the request forces a call, and the target refuses that.
bool refuses_force(const anthropic::MessagesRequest& request, const route::Target& target);

// Whether the request makes a choice, and the target takes it as a parameter.
bool chooses_by_parameter(const anthropic::MessagesRequest& request, const route::Target& target);

// A sentence for the end of the system prompt when the client insists and the model takes no such parameter;
// empty otherwise.
std::string tool_choice_instruction(
    const anthropic::MessagesRequest& request, const route::Target& target, const ToolNames& names);

} // namespace dragoman::translate
