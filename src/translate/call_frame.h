// What every call has in common that is written anew for an upstream, whichever of OpenAI's dialects it
// speaks.
#pragma once

#include "anthropic/messages_request.h"
#include "route/model_facts.h"
#include "translate/tool_names.h"
#include "translate/upstream_call.h"

#include <string>

namespace dragoman::translate {

// What the answer needs to know of the request.
void describe_answer(AnswerPlan& plan, const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options);

// Sentences for what the model cannot be bound to otherwise.
std::string system_appendix(
    const anthropic::MessagesRequest& request, const route::Target& target, const ToolNames& names);

} // namespace dragoman::translate
