// The history of a conversation as chat messages: the "messages" of an upstream request.
//
// What chat upstreams insist on, and how it is met:
// - every tool call is answered at once, in the order of the calls: results are sorted, missing ones are
//   made up, those without a call become text;
// - tool messages hold text only: pictures and files follow in the user's next message;
// - no message is empty, and user and assistant take turns;
// - role "system" between messages is for those models that know it, others read a reminder.
//
// A pure function of the history, and one that never looks ahead: the messages of a turn stay the same, byte
// for byte, when later turns arrive. Cache marks move, the shape of the messages around them does not.
// https://openrouter.ai/docs/api-reference/chat-completion
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/cache_control.h"
#include "translate/chat_style.h"
#include "translate/notes.h"
#include "translate/reasoning_history.h"
#include "translate/tool_ids.h"
#include "translate/tool_names.h"

namespace dragoman::translate {

// What the parts of a request's translation share.
struct Scene {
    const anthropic::MessagesRequest& request;
    const route::Target& target;
    const ChatStyle& style;
    const ToolNames& names;
    const ToolIds& ids;
    const CacheMarks& marks;
    const ReasoningHistory& reasoning;
    std::string_view system_appendix; // words of our own for the end of the system prompt; may be empty
    Notes& notes;
};

// Writes the array. An Error when nothing is left to say.
Result<void> write_messages(json::Writer& json, const Scene& scene);

} // namespace dragoman::translate
