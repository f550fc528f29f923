// Everything of a request that is neither messages nor tools: model, limits, sampling, format, routing.
//
// The rule for a field without a counterpart: dropped and noted when leaving it out does not change what the
// answer means, refused when it would (container, mcp_servers, compaction, a continued thread).
// https://openrouter.ai/docs/api-reference/parameters
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/cache_control.h"
#include "translate/output_format.h"
#include "translate/token_limits.h"
#include "translate/upstream_call.h"

#include <cstdint>

namespace dragoman::translate {

// An Error that says what to do instead, when the request asks for what only Anthropic's servers can do.
// Tools are checked by append_tools().
Result<void> refuse_untranslatable(const anthropic::MessagesRequest& request);

struct ParameterScene {
    const anthropic::MessagesRequest& request;
    const route::Target& target;
    const ClientHeaders& client;
    const Options& options;
    const CacheMarks& marks;
    std::uint64_t estimated_input; // tokens; 0: not counted, then the size of the body stands in
    UpstreamCall& call; // fields, notes and plan are filled
};

// Writes the fields, inside the body's object: "model" first. The same for every turn but for "max_tokens",
// which follows the room that is left. Ids of fallback models go upstream as they are named.
void append_parameters(json::Writer& json, const ParameterScene& scene);

} // namespace dragoman::translate
