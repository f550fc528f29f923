// A request of the Messages API as a request to a chat upstream.
//
// The order of the steps stands in request.cpp. What comes out is a pure function of what goes in, so a
// repeated request gives the same bytes, and a longer history begins with the bytes of the shorter one: the
// body ends with its messages.
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "route/model_facts.h"
#include "translate/upstream_call.h"

#include <string>

namespace dragoman::translate {

// Errors are Error::Kind::bad_request and say what the client can do about it. The views of `request` must
// be alive; the result owns everything it holds. The memory of `room` becomes that of the body.
Result<UpstreamCall> to_chat(const anthropic::MessagesRequest& request, const route::Target& target,
    const ClientHeaders& headers, const Options& options, std::string room = {});

} // namespace dragoman::translate
