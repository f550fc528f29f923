// The "reasoning" field of a Responses request. https://platform.openai.com/docs/guides/reasoning
#pragma once

#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/thinking_request.h"

namespace dragoman::translate {

// Nothing when nothing was asked for. `hidden`: the client shows no thinking, so nobody needs a summary.
void append_responses_effort(
    json::Writer& json, const ReasoningRequest& reasoning, const route::Target& target, bool hidden);

} // namespace dragoman::translate
