// Who asks, as far as an upstream may know: a session to stick to, and a person without a name.
//
// Claude Code's metadata.user_id holds a device id, an account and a session, as JSON in a string or in the
// older form user_..._account_..._session_.... An upstream gets the session, which keeps a conversation on
// the machine that has its prompt cached, and a digest that tells abuse desks two people apart. Subagents run
// beside their parent with other prompts, so the agent's id becomes part of the session.
// https://openrouter.ai/docs/guides/features/sticky-routing
#pragma once

#include "anthropic/messages_request.h"
#include "translate/upstream_call.h"

#include <string>

namespace dragoman::translate {

struct ConversationIdentity {
    std::string session {}; // empty: not known
    std::string user {}; // "cc-" and 32 digits of a digest; empty: not known
    std::string user_id {}; // "cc_" and 40 digits of another one, as metadata.user_id; empty: not known
};

ConversationIdentity conversation_identity(
    const anthropic::MessagesRequest& request, const ClientHeaders& client);

} // namespace dragoman::translate
