#include "cli/import_servers.h"

#include "config/base_url.h"
#include "config/presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace dragoman::cli {
namespace {

struct Known {
    std::string_view host; // the host itself, or what it ends with
    std::string_view preset;
    std::string_view base_url {}; // of a provider's other half of the world, whose keys are its own
};

constexpr std::array<Known, 24> known_hosts { {
    { "openrouter.ai", "openrouter" },
    { "api.openai.com", "openai" },
    { ".openai.azure.com", "azure" },
    { ".cognitiveservices.azure.com", "azure" },
    { ".services.ai.azure.com", "azure" },
    { "api.anthropic.com", "anthropic" },
    { "api.deepseek.com", "deepseek" },
    { "api.z.ai", "zai" },
    { "open.bigmodel.cn", "zai", "https://open.bigmodel.cn/api/paas/v4" },
    { "api.moonshot.ai", "moonshot" },
    { "api.moonshot.cn", "moonshot", "https://api.moonshot.cn/v1" },
    { "api.minimax.io", "minimax" },
    { "api.minimaxi.com", "minimax", "https://api.minimaxi.com/v1" },
    { "api.mistral.ai", "mistral" },
    { "api.groq.com", "groq" },
    { "api.x.ai", "xai" },
    { "api.cerebras.ai", "cerebras" },
    { "api.together.xyz", "together" },
    { "api.together.ai", "together" },
    { "api.fireworks.ai", "fireworks" },
    { "generativelanguage.googleapis.com", "gemini" },
    { "integrate.api.nvidia.com", "nvidia" },
    { "models.github.ai", "github" },
    { "models.inference.ai.azure.com", "github" },
} };

// Programs of one's own, which can be anywhere: known by the name that a person gave them, or by their port.
constexpr std::array<std::string_view, 6> local_presets { "ollama", "lmstudio", "vllm", "sglang", "llamacpp",
    "litellm" };

std::string letters_of(std::string_view text)
{
    std::string out;
    for (const char c : text)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

struct Address {
    std::string host {};
    std::string port {};
};

Address address_of(std::string_view url)
{
    url.remove_prefix(url.find("://") + 3);
    std::string_view authority = url.substr(0, url.find('/'));
    const std::size_t colon = authority.ends_with(']') ? std::string_view::npos : authority.rfind(':');
    Address address { std::string(authority.substr(0, colon)), {} };
    if (colon != std::string_view::npos)
        address.port = authority.substr(colon + 1);
    std::ranges::transform(address.host, address.host.begin(),
        [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return address;
}

const Known* known_at(const Address& address)
{
    const auto found = std::ranges::find_if(known_hosts, [&](const Known& known) {
        return known.host.starts_with('.') ? address.host.ends_with(known.host) : address.host == known.host;
    });
    return found == known_hosts.end() ? nullptr : &*found;
}

std::string_view preset_for(const Address& address, std::string_view name)
{
    if (const Known* known = known_at(address))
        return known->preset;
    const std::string letters = letters_of(name);
    for (const std::string_view preset : local_presets)
        if (letters == preset)
            return preset;
    if (config::is_loopback(address.host))
        return address.port == "11434" ? "ollama" : address.port == "1234" ? "lmstudio" : "";
    return {};
}

// The same server, however its address was written.
bool is_address_of(std::string_view url, std::string_view standard)
{
    std::string own(url);
    if (const std::size_t local = own.find("://localhost:"); local != std::string::npos)
        own.replace(local, 13, "://127.0.0.1:");
    return own == standard || own + "/v1" == standard || own == std::string(standard) + "/v1";
}

// What stands in front of the endpoint is written, too: "https://api.deepseek.com/anthropic".
std::string messages_endpoint(const std::string& url)
{
    if (url.ends_with("/messages"))
        return url;
    return url + (url.ends_with("/v1") ? "/messages" : "/v1/messages");
}

bool is_in_shape_of_preset(std::string_view preset, std::string_view url)
{
    return preset != "gemini" || url.contains("/openai");
}

} // namespace

config::Parsed<ImportedServer> server_at(std::string_view url, std::string_view name, Speaks speaks)
{
    const std::string_view whole = url;
    if (url.contains(".azure.com"))
        url = url.substr(0, url.find('?')); // ?api-version=..., which Azure's v1 API does not need
    const auto checked = config::check_url(url);
    if (!checked)
        return std::unexpected(checked.error());
    const auto urls = config::urls_of_base(*checked, config::Upstream::Dialect::chat);
    const Address address = address_of(*checked);
    ImportedServer server { .preset = std::string(preset_for(address, name)) };
    const config::Preset* preset = config::preset_of(server.preset);
    constexpr std::string_view of_claude = "/anthropic"; // beside Azure's own APIs
    if (const std::size_t at = checked->find(of_claude);
        server.preset == "azure" && at != std::string::npos) {
        server.preset = "anthropic";
        server.base_url = checked->substr(0, at + of_claude.size());
        return server;
    }
    server.is_same_api = is_in_shape_of_preset(server.preset, *checked) && whole == url;
    if (preset == nullptr)
        server.base_url = urls->base;
    else if (server.preset == "azure")
        server.base_url = fmt::format("https://{}/openai/v1", address.host);
    else if (speaks == Speaks::messages && preset->dialect != config::Upstream::Dialect::messages) {
        const Known* known = known_at(address);
        const std::string endpoint = messages_endpoint(*checked);
        server.messages_url = endpoint == preset->messages_url ? "" : endpoint;
        server.base_url = known == nullptr ? "" : known->base_url; // the list of models is asked there, too
    } else if (server.is_same_api && !is_address_of(urls->base, preset->base_url))
        server.base_url = urls->base;
    return server;
}

void describe_server(GatewayImport::Upstream& upstream, const ImportedServer& server, Speaks speaks)
{
    if (!server.preset.empty() && server.preset != upstream.name)
        upstream.set("preset", toml_string(server.preset));
    if (!server.base_url.empty())
        upstream.set("base_url", toml_string(server.base_url));
    const config::Preset* preset = config::preset_of(server.preset);
    const bool by_itself = preset != nullptr && preset->dialect == config::Upstream::Dialect::messages;
    if (speaks == Speaks::messages && !by_itself)
        upstream.set("dialect", toml_string("messages"));
    if (!server.messages_url.empty())
        upstream.set("messages_url", toml_string(server.messages_url));
}

std::string name_for_upstream(const GatewayImport& import, std::string_view wanted)
{
    std::string name;
    for (const char c : wanted.substr(0, 56)) {
        const bool fits =
            std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
        name += fits ? c : '-';
    }
    if (name.empty())
        name = "imported";
    const auto is_taken = [&](const std::string& one) {
        return std::ranges::find(import.upstreams, one, &GatewayImport::Upstream::name)
            != import.upstreams.end();
    };
    std::string free = name;
    for (int number = 2; is_taken(free); ++number)
        free = fmt::format("{}-{}", name, number);
    return free;
}

bool stands_for_no_key(std::string_view key)
{
    static constexpr std::array<std::string_view, 14> words { "none", "null", "dummy", "empty", "ollama",
        "lmstudio", "vllm", "skno", "sknokeyrequired", "nokey", "notneeded", "na", "anything", "xxx" };
    return std::ranges::find(words, letters_of(key)) != words.end();
}

} // namespace dragoman::cli
