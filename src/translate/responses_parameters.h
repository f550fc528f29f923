// Everything of a Responses request that is neither input nor tools.
// https://platform.openai.com/docs/api-reference/responses/create
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/upstream_call.h"

namespace dragoman::translate {

struct ResponsesScene {
    const anthropic::MessagesRequest& request;
    const route::Target& target;
    const ClientHeaders& client;
    const Options& options;
    UpstreamCall& call; // notes and plan are filled
};

// Writes the fields, inside the body's object: "model" first.
void append_responses_parameters(json::Writer& json, const ResponsesScene& scene);

// Whether the model thinks before it answers: then its reasoning is asked for, encrypted. Without a list of
// its abilities the name tells.
bool reasons(const route::Target& target);

} // namespace dragoman::translate
