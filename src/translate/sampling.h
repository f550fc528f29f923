// temperature, top_p, top_k and stop sequences, as far as the model takes them.
// https://openrouter.ai/docs/api-reference/parameters
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/upstream_call.h"

#include <string_view>

namespace dragoman::translate {

// Whether the model takes `parameter`, as far as its facts or its name tell.
bool takes_sampling(const route::Target& target, std::string_view parameter);

// Upstreams take four stop sequences at most. All of them go into the plan, and what does not go upstream is
// enforced on the answer.
void append_sampling(json::Writer& json, const anthropic::MessagesRequest& request,
    const route::Target& target, UpstreamCall& call);

} // namespace dragoman::translate
