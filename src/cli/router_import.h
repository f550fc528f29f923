// claude-code-router's config.json: Providers, their transformers, Router, fallback, and what else it knows.
// https://github.com/musistudio/claude-code-router. Pure.
#pragma once

#include "base/environment.h"
#include "cli/gateway_import.h"
#include "json/entry.h"

namespace dragoman::cli {

// `environment` fills references to variables where only their values are of use (an address); keys stay
// references.
GatewayImport import_router(const json::Object& file, const Environment& environment);

} // namespace dragoman::cli
