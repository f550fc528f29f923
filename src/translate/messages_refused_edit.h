// What an endpoint that speaks Messages refuses inside a request: pictures, marks for caches, strictness,
// most of JSON Schema, a tool that must be called. Each depends on one block or tool alone, never on the
// turn.
#pragma once

#include "anthropic/messages_request.h"
#include "json/document.h"
#include "route/model_facts.h"
#include "translate/json_edits.h"
#include "translate/notes.h"

namespace dragoman::translate {

// Whether there is anything of that kind; most endpoints take all of it.
bool refuses_parts(const anthropic::MessagesRequest& request, const route::Target& target);

// `root` is the request as it came. The top level's own fields are the caller's.
void edit_refused_parts(JsonEdits& edits, const json::Object& root, const anthropic::MessagesRequest& request,
    const route::Target& target, Notes& notes);

// Where the client set more marks for caches than are allowed, those that CacheMarks does not keep go.
void drop_surplus_marks(JsonEdits& edits, const json::Object& root, const anthropic::MessagesRequest& request,
    const route::Target& target, Notes& notes);

// Whether the field of a tool that is declared anew has to go.
bool is_refused_of_tool(const json::Field& field, const route::Target& target);

// Whether the conversation stops between a call of the assistant's and what it makes of the result: an
// assistant that thinks would have to begin with the thought that led there.
bool continues_a_call(const anthropic::MessagesRequest& request);

} // namespace dragoman::translate
