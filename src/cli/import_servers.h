// Which of dragoman's presets a server is that another gateway names by an address or by a word. Pure.
#pragma once

#include "cli/gateway_import.h"
#include "config/values.h"

#include <string>
#include <string_view>

namespace dragoman::cli {

struct ImportedServer {
    std::string preset {}; // empty: none
    std::string base_url {}; // empty: the preset's own
    std::string messages_url {}; // empty: beside the base URL
    bool is_same_api = true; // false: the address was that of an API of the provider's own
};

enum class Speaks : std::uint8_t { chat, messages };

// `url` as the other gateway has it: of an endpoint, or of what is in front of it. `name` is the provider's
// there. A sentence when it is no address that can be used.
config::Parsed<ImportedServer> server_at(std::string_view url, std::string_view name, Speaks speaks);

// preset, base_url and what else follows, into the upstream's settings. The name of a table implies its
// preset.
void describe_server(GatewayImport::Upstream& upstream, const ImportedServer& server, Speaks speaks);

// A name that an upstream may have, and that no upstream has yet.
std::string name_for_upstream(const GatewayImport& import, std::string_view wanted);

// A key as people write it where none is needed: "none", "ollama", "sk-no-key-required".
bool stands_for_no_key(std::string_view key);

} // namespace dragoman::cli
