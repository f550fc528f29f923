// What claude-code-router's transformers do, said in dragoman's words. Pure.
#pragma once

#include "cli/gateway_import.h"
#include "json/entry.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::cli {

struct Transformers {
    bool messages = false; // Anthropic alone: the server speaks Messages
    // OpenRouter's preferences among providers as TOML writes them, by model; "" is all of them.
    std::map<std::string, std::string, std::less<>> preferences {};
};

// Whether `transformer` hands requests on as they are, to a server that speaks Messages.
bool speaks_messages(const std::optional<json::Value>& transformer);

// Into the upstream, and into what could not be carried over. `provider` is its name there.
Transformers take_transformers(GatewayImport& import, GatewayImport::Upstream& upstream,
    const std::string& provider, const std::optional<json::Value>& given);

// A number of tokens, which people write as a text, too; nullopt: it is none that can be.
std::optional<std::uint64_t> tokens_of(const json::Entry& entry, std::string_view name);

// A JSON value as TOML writes it; null is left out of tables and lists.
std::string toml_value(const json::Value& value);

} // namespace dragoman::cli
