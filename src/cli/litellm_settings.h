// What LiteLLM's config.yaml says besides its models: tokens, times, fallbacks. Pure.
#pragma once

#include "cli/gateway_import.h"
#include "json/entry.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::cli {

// The name in "os.environ/NAME"; else empty.
std::string_view litellm_reference(std::string_view text);

struct LitellmFallbacks {
    std::map<std::string, std::vector<std::string>, std::less<>> of {}; // by model group
    std::vector<std::string> always {}; // default_fallbacks
};
LitellmFallbacks take_fallbacks(GatewayImport& import, const json::Entry& file);

// "gpt-4" -> "gpt-4o".
std::vector<std::pair<std::string, std::string>> take_aliases(GatewayImport& import, const json::Entry& file);

// Times and breakers into each upstream; the master key; names what has no place here.
void take_litellm_settings(GatewayImport& import, const json::Object& file);

} // namespace dragoman::cli
