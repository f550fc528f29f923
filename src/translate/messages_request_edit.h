// A Messages request for an upstream that speaks Messages itself: edited in place, not written anew.
//
// The edits are byte ranges of the client's text; what no edit names goes upstream byte for byte, unknown
// fields and blocks included. Which edits are made depends on the endpoint and the model only, never on the
// turn, so the same history gives the same bytes and a later turn begins with an earlier one: signatures of
// thinking blocks are bound to all that stands before them. https://docs.anthropic.com/en/api/messages,
// https://openrouter.ai/docs/api-reference/anthropic-messages
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "json/document.h"
#include "route/model_facts.h"
#include "translate/upstream_call.h"

namespace dragoman::translate {

// `request` must have been decoded from `document`, which holds it still. Errors are Error::Kind::bad_request
// and say what the client can do about it.
Result<UpstreamCall> to_messages(const json::Document& document, const anthropic::MessagesRequest& request,
    const route::Target& target, const ClientHeaders& headers, const Options& options);

} // namespace dragoman::translate
