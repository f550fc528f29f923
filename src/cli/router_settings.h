// What claude-code-router's config.json says besides providers and routes, and how it refers to variables.
// Pure.
#pragma once

#include "base/environment.h"
#include "cli/gateway_import.h"
#include "json/entry.h"

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

// The name in "$NAME" or "${NAME}", when that is all; else empty.
std::string_view reference_in(std::string_view text);

// A text with the values of the variables that it refers to; nullopt when it is not there, is empty, or
// refers to what is not set.
std::optional<std::string> filled_text(
    const json::Entry& entry, std::string_view name, const Environment& environment);

// Where it listens, what clients must send, the log, the time; names everything that has no place here. After
// the upstreams, of which each gets the time.
void take_router_settings(GatewayImport& import, const json::Object& file, const Environment& environment);

} // namespace dragoman::cli
