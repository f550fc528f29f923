// Tools that Anthropic's servers run, for the Messages endpoints of others.
//
// Few of those run any of them; to the rest such a tool is a function without a schema, and its calls and
// results in the history are blocks that nobody knows. So the tools are left out, and what they did is told
// as text. A request that is about nothing else gets an error instead of an answer that was made up.
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "json/document.h"
#include "route/model_facts.h"
#include "translate/notes.h"

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::translate {

// An Error where nothing would be left of what the request is for: a web search that nobody makes, toolsets.
Result<void> refuse_lost_tools(
    const anthropic::MessagesRequest& request, const route::Target& target, std::string_view upstream_name);

// Whether the target takes every tool as it is.
bool takes_all_tools(const route::Target& target);

// Whether a search for tools is of no use to it: it has to be told all of them at once.
bool searches_no_tools(const route::Target& target);

// Whether one of the tools may have to be left out, or put into another form.
bool looks_at_tools(const anthropic::MessagesRequest& request, const route::Target& target);

// Whether the target does without this one of the request's.
bool is_left_out(
    const anthropic::Tool& tool, const anthropic::MessagesRequest& request, const route::Target& target);

// The tool in the only form that the target knows; nullopt: as it is.
std::optional<std::string> in_known_form(const anthropic::Tool& tool, const route::Target& target);

// Whether this block of the assistant's is about a tool that the target does not run.
bool is_foreign_work(const anthropic::Block& block, const route::Target& target);

// Such a block as a text block; empty: it says nothing.
std::string told_as_text(const anthropic::Block& block, const anthropic::MessagesRequest& request,
    const route::Target& target, Notes& notes);

} // namespace dragoman::translate
