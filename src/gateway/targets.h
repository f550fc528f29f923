// From the configuration to what one request needs: the model, the endpoint, the fields, the translation's
// options.
#pragma once

#include "config/config.h"
#include "gateway/respond.h"
#include "net/field_list.h"
#include "route/catalogue.h"
#include "route/learned_facts.h"
#include "route/model_facts.h"
#include "route/resolve.h"
#include "translate/messages_request_edit.h"
#include "translate/upstream_call.h"

#include <string>
#include <string_view>

namespace dragoman::gateway {

// How names become models of one upstream; without one, of the first.
route::Rules rules_of(const config::Config& config, const config::Upstream& upstream);
inline route::Rules rules_of(const config::Config& config) { return rules_of(config, config.main()); }

// What a name leads to at the first upstream.
Result<route::Target> resolve_target(
    std::string_view client_model, const config::Config& config, const route::Catalogue& catalogue);

// Where the request goes. Always one of the configuration's own URLs: nothing of a request can change it.
const std::string& endpoint_url(const config::Upstream& upstream, const route::Target& target);

// All fields the upstream gets, beside those that belong to HTTP itself: a closed list, nothing is forwarded.
net::FieldList upstream_fields(const config::Upstream& upstream, const Secret& key,
    const translate::UpstreamCall& call, std::string_view version);

// Key, user agent and attribution: what every request to the upstream carries.
OwnedFields common_fields(const config::Upstream& upstream, const Secret& key, std::string_view version);
inline OwnedFields common_fields(const config::Config& config, std::string_view version)
{
    return common_fields(config.main(), config.main().key(), version);
}

// Somebody said that this model has not got it.
bool is_denied(route::Quirk quirk, const config::Upstream& upstream, std::string_view model);

// What was learned, without what somebody denies.
route::LearnedFacts undenied(
    route::LearnedFacts learned, const config::Upstream& upstream, std::string_view model);

translate::Options translation_options(const config::Config& config, const config::Upstream& upstream);

} // namespace dragoman::gateway
