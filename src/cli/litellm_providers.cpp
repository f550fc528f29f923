#include "cli/litellm_providers.h"

#include "cli/import_servers.h"
#include "cli/terminal.h"
#include "config/base_url.h"
#include "config/presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace dragoman::cli {
namespace {

// https://docs.litellm.ai/docs/providers
struct Provider {
    std::string_view name; // there
    std::string_view preset; // empty: none
    std::string_view base_url; // without a preset
    std::string_view key_env; // where LiteLLM looks for the key
};

constexpr std::array<Provider, 34> providers { {
    { "openai", "openai", "", "OPENAI_API_KEY" },
    { "azure", "azure", "", "AZURE_API_KEY" },
    { "azure_ai", "azure", "", "AZURE_AI_API_KEY" },
    { "anthropic", "anthropic", "", "ANTHROPIC_API_KEY" },
    { "openrouter", "openrouter", "", "OPENROUTER_API_KEY" },
    { "deepseek", "deepseek", "", "DEEPSEEK_API_KEY" },
    { "zai", "zai", "", "ZAI_API_KEY" },
    { "moonshot", "moonshot", "", "MOONSHOT_API_KEY" },
    { "minimax", "minimax", "", "MINIMAX_API_KEY" },
    { "mistral", "mistral", "", "MISTRAL_API_KEY" },
    { "groq", "groq", "", "GROQ_API_KEY" },
    { "xai", "xai", "", "XAI_API_KEY" },
    { "cerebras", "cerebras", "", "CEREBRAS_API_KEY" },
    { "together_ai", "together", "", "TOGETHERAI_API_KEY" },
    { "fireworks_ai", "fireworks", "", "FIREWORKS_AI_API_KEY" },
    { "gemini", "gemini", "", "GEMINI_API_KEY" },
    { "nvidia_nim", "nvidia", "", "NVIDIA_NIM_API_KEY" },
    { "github", "github", "", "GITHUB_API_KEY" },
    { "hosted_vllm", "vllm", "", "HOSTED_VLLM_API_KEY" },
    { "ollama", "ollama", "", "OLLAMA_API_KEY" },
    { "ollama_chat", "ollama", "", "OLLAMA_API_KEY" },
    { "lm_studio", "lmstudio", "", "LM_STUDIO_API_KEY" },
    { "llamafile", "llamacpp", "", "LLAMAFILE_API_KEY" },
    { "litellm_proxy", "litellm", "", "LITELLM_PROXY_API_KEY" },
    { "custom_openai", "", "", "" },
    { "openai_like", "", "", "OPENAI_LIKE_API_KEY" },
    { "deepinfra", "", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY" },
    { "perplexity", "", "https://api.perplexity.ai", "PERPLEXITYAI_API_KEY" },
    { "sambanova", "", "https://api.sambanova.ai/v1", "SAMBANOVA_API_KEY" },
    { "dashscope", "", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY" },
    { "volcengine", "", "https://ark.cn-beijing.volces.com/api/v3", "VOLCENGINE_API_KEY" },
    { "meta_llama", "", "https://api.llama.com/compat/v1", "LLAMA_API_KEY" },
    { "novita", "", "https://api.novita.ai/v3/openai", "NOVITA_API_KEY" },
    { "hyperbolic", "", "https://api.hyperbolic.xyz/v1", "HYPERBOLIC_API_KEY" },
} };

const Provider* provider_of(std::string_view name)
{
    const auto found = std::ranges::find(providers, name, &Provider::name);
    return found == providers.end() ? nullptr : &*found;
}

// LiteLLM knows whose a bare name is; the families that everybody knows are enough here.
std::string_view provider_of_model(std::string_view model)
{
    const auto begins = [&](std::initializer_list<std::string_view> words) {
        return std::ranges::any_of(words, [&](std::string_view word) { return model.starts_with(word); });
    };
    if (begins({ "gpt-", "o1", "o3", "o4", "chatgpt-", "ft:gpt-" }))
        return "openai";
    return begins({ "claude-" }) ? "anthropic" : "";
}

std::string host_of(std::string_view url)
{
    url.remove_prefix(std::min(url.find("://") + 3, url.size()));
    return std::string(url.substr(0, url.find_first_of("/:")));
}

// "example" of api.example.com, "local" of 127.0.0.1.
std::string name_of_host(std::string_view url)
{
    const std::string host = host_of(url);
    if (config::is_loopback(host) || host == "0.0.0.0" || host == "host.docker.internal")
        return "local";
    const bool address = std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    const std::size_t last = host.rfind('.');
    if (address || last == std::string::npos)
        return address ? "host-" + host : host;
    const std::size_t before = host.rfind('.', last - 1);
    return host.substr(
        before == std::string::npos ? 0 : before + 1, last - (before == std::string::npos ? 0 : before + 1));
}

bool ends_in_version(std::string_view url)
{
    const std::string_view last = url.substr(url.rfind('/') + 1);
    return last.size() >= 2 && last[0] == 'v' && std::isdigit(static_cast<unsigned char>(last[1])) != 0;
}

config::Parsed<DeployedServer> at_address(DeployedServer server, const Provider& provider, std::string url)
{
    while (url.ends_with('/'))
        url.pop_back();
    const bool own_api = provider.preset == "ollama"; // its own API needs no version, the other one does
    if (own_api && !ends_in_version(url))
        url += "/v1";
    const config::Preset* preset = config::preset_of(provider.preset);
    const bool messages = preset != nullptr && preset->dialect == config::Upstream::Dialect::messages;
    const Speaks speaks = messages ? Speaks::messages : Speaks::chat;
    auto found = server_at(url, provider.preset, speaks);
    if (!found)
        return std::unexpected("its api_base " + found.error());
    // "openai/…" at another address is somebody else's server with OpenAI's API.
    const bool like_openai = provider.preset == "openai" || provider.preset.empty();
    if (!like_openai && found->preset.empty()) {
        found->preset = provider.preset;
        if (provider.preset == "azure" && !url.ends_with("/openai/v1"))
            found->base_url = url + "/openai/v1";
    }
    server.name = !found->preset.empty() ? found->preset
        : provider.base_url.empty()      ? name_of_host(url)
                                         : std::string(provider.name);
    if (found->preset.empty() && config::preset_of(server.name) != nullptr)
        server.name += "-server";
    if (like_openai && !config::is_loopback(host_of(url)) && found->preset != "openai")
        server.key_env.clear(); // OpenAI's key is for OpenAI
    GatewayImport::Upstream described { .name = server.name };
    describe_server(described, *found, speaks);
    server.settings = std::move(described.settings);
    return server;
}

} // namespace

config::Parsed<DeployedServer> server_of(const Deployment& deployment, const Environment& environment)
{
    const std::size_t slash = deployment.model.find('/');
    std::string name = deployment.provider;
    std::string model = deployment.model;
    if (slash != std::string::npos && (name.empty() || deployment.model.substr(0, slash) == name)) {
        const std::string prefix = deployment.model.substr(0, slash);
        name = prefix;
        model = deployment.model.substr(slash + 1);
    } else if (name.empty()) {
        name = deployment.model == "*" ? "openai" : provider_of_model(deployment.model);
    }
    const Provider* provider = provider_of(name);
    if (provider == nullptr)
        return std::unexpected(name.empty()
                ? "nothing says whose model it is: write it as provider/model"
                : fmt::format("dragoman does not speak the API of {}; OpenRouter has many of its models, or "
                              "LiteLLM goes "
                              "on for it as an upstream with preset = \"litellm\"",
                      plain(name)));
    if (model.starts_with("responses/"))
        model.erase(0, 10);
    DeployedServer server { .name = std::string(provider->preset.empty() ? provider->name : provider->preset),
        .model = model,
        .key_env = std::string(provider->key_env) };
    const config::Preset* preset = config::preset_of(provider->preset);
    if (preset != nullptr && lookup(environment, preset->key_env))
        server.key_env = preset->key_env;
    if (!deployment.api_base.empty())
        return at_address(std::move(server), *provider, deployment.api_base);
    if (preset == nullptr ? provider->base_url.empty() : preset->base_url.empty())
        return std::unexpected("it has no api_base");
    if (preset == nullptr)
        server.settings = { { "base_url", toml_string(provider->base_url) } };
    return server;
}

} // namespace dragoman::cli
