// The anthropic-beta header on its way to another endpoint than Anthropic's own.
//
// An open list: what is new passes. Only betas go whose body fields do not go either, or that mean something
// to Anthropic's own front end alone. https://docs.anthropic.com/en/api/beta-headers
#pragma once

#include "route/model_facts.h"
#include "translate/upstream_call.h"

#include <string>
#include <string_view>

namespace dragoman::translate {

struct BetaRules {
    bool context_management = true; // the body keeps `context_management`
    bool all_fields = true; // the body keeps what came after the first version of the API
};

// The list without what must not go, in the client's order.
std::string foreign_betas(std::string_view list, const BetaRules& rules);

// The fields of a request that is passed through.
void set_messages_headers(
    UpstreamCall& call, const ClientHeaders& headers, const route::Target& target, const BetaRules& rules);

} // namespace dragoman::translate
