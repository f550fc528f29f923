// A request of the Messages API as a request to OpenAI's Responses API.
//
// Nothing is stored upstream (`store: false`): the whole history goes along each time, and what a model
// thought comes back from the client, encrypted, in the envelopes of thinking blocks. As for chat upstreams,
// what comes out is a pure function of what goes in, and a longer history begins with the bytes of the
// shorter one: the body ends with its input. https://platform.openai.com/docs/api-reference/responses/create
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "route/model_facts.h"
#include "translate/upstream_call.h"

#include <string>

namespace dragoman::translate {

// Errors are Error::Kind::bad_request and say what the client can do about it. The views of `request` must
// be alive; the result owns everything it holds. The memory of `room` becomes that of the body.
Result<UpstreamCall> to_responses(const anthropic::MessagesRequest& request, const route::Target& target,
    const ClientHeaders& headers, const Options& options, std::string room = {});

} // namespace dragoman::translate
