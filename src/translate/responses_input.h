// The history of a conversation as input items of the Responses API, and the system prompt as its
// instructions.
//
// What the API insists on, and how it is met:
// - every function_call has its function_call_output: missing ones are made up, those without a call become
//   text;
// - a reasoning item stands directly in front of what it led to, or not at all;
// - role "system" between messages is role "developer" here, or a reminder in the user's words where the
// model does
//   not know such messages.
// Each message of the client's is an item of its own, so that what is added later changes nothing before it.
// https://platform.openai.com/docs/api-reference/responses/create#responses-create-input
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/conversation_turns.h"
#include "translate/notes.h"
#include "translate/tool_ids.h"
#include "translate/tool_names.h"

#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate {

struct InputScene {
    const anthropic::MessagesRequest& request;
    const route::Target& target;
    const ToolNames& names;
    const ToolIds& ids;
    std::string_view upstream_name; // whose reasoning may go back
    Notes& notes;
};

// "instructions", inside the body's object; nothing when there is nothing to say. `leading` are the system
// messages that stood in front of the conversation, `appendix` words of our own.
void append_instructions(json::Writer& json, const InputScene& scene, const std::vector<Entry>& leading,
    std::string_view appendix);

// Writes the array.
void write_input(json::Writer& json, const InputScene& scene, const std::vector<Turn>& turns);

} // namespace dragoman::translate
