// LiteLLM's config.yaml: model_list with what each model is asked at, fallbacks, aliases, and what else it
// knows. https://docs.litellm.ai/docs/proxy/configs. Pure.
#pragma once

#include "base/environment.h"
#include "cli/gateway_import.h"
#include "json/entry.h"

namespace dragoman::cli {

// `environment` fills references to variables where only their values are of use (an address); keys stay
// references.
GatewayImport import_litellm(const json::Object& file, const Environment& environment);

} // namespace dragoman::cli
