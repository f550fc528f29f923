// The model_list of LiteLLM's config.yaml, entry by entry, before upstreams are made of it. Pure.
#pragma once

#include "base/environment.h"
#include "cli/gateway_import.h"
#include "cli/litellm_providers.h"
#include "json/entry.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dragoman::cli {

// One entry that can be carried over.
struct ListedModel {
    std::string group {}; // model_name
    bool has_any_model = false; // its model is "*", or the same pattern as the group
    bool keeps_name = false; // it is the same pattern: "claude-*" is "anthropic/claude-*"
    std::int64_t order = INT64_MAX; // within its group
    DeployedServer server {};
    GatewayImport::Settings headers {};
    GatewayImport::Key key {};
    bool has_key = false;
    GatewayImport::Settings facts {}; // of model_info
};

// What cannot be carried over is said in `import`.
std::vector<ListedModel> listed_models(
    GatewayImport& import, const json::Entry& file, const Environment& environment);

} // namespace dragoman::cli
