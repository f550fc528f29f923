// Tools of a request: what goes into "tools", "tool_choice" and "parallel_tool_calls".
//
// The client's own tools become functions. Tools that Anthropic defines and the client runs (bash, text
// editor, memory, computer) become functions with the parameters of their reference. Tools that Anthropic's
// servers run become OpenRouter's server tools where there is one. Tools that the client deferred stay away
// until the history refers to them (deferred_tools.h).
// https://openrouter.ai/docs/guides/features/server-tools https://docs.anthropic.com/en/docs/agents-and-tools
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/answer_plan.h"
#include "translate/cache_control.h"
#include "translate/notes.h"
#include "translate/tool_names.h"

#include <string>
#include <string_view>

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

// Writes the fields, inside the body's object. An Error is the client's: toolsets that cannot be expressed.
Result<void> append_tools(json::Writer& json, const ToolScene& scene);

// A request of Claude Code's own WebSearch: one web_search_* tool and nothing else, whatever its tool_choice.
bool is_web_search_request(const anthropic::MessagesRequest& request);

// "…" of the last user text "Perform a web search for the query: …"; otherwise that text, clipped. Plain
// text.
std::string web_search_query(const anthropic::MessagesRequest& request);

// A sentence for the end of the system prompt when the client insists on a tool and the model has no way to
// be forced; empty otherwise.
std::string tool_choice_instruction(
    const anthropic::MessagesRequest& request, const route::Target& target, const ToolNames& names);

} // namespace dragoman::translate
