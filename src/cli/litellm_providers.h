// LiteLLM's names of providers ("together_ai/…"), and where a deployment of its list is asked here. Pure.
#pragma once

#include "base/environment.h"
#include "cli/gateway_import.h"
#include "config/values.h"

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

// What a deployment's litellm_params say of its server, with references to variables filled in but for the
// key's.
struct Deployment {
    std::string model {}; // "openai/gpt-4o"
    std::string provider {}; // custom_llm_provider, if it is given
    std::string api_base {};
};

// The same as an upstream, but for its key.
struct DeployedServer {
    std::string name {}; // for an upstream
    std::string model {}; // as the server names it
    std::string key_env {}; // the variable that LiteLLM takes the key from when none is given; empty: none
    GatewayImport::Settings settings {};
};

// A sentence when dragoman does not speak with such a server.
config::Parsed<DeployedServer> server_of(const Deployment& deployment, const Environment& environment);

} // namespace dragoman::cli
