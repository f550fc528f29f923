#include "config/presets.h"

#include <algorithm>
#include <array>

namespace dragoman::config {
namespace {

using enum route::Quirk;
using Auth = Upstream::Auth;
using Dialect = Upstream::Dialect;

// https://openrouter.ai/docs
constexpr Preset openrouter { .name = "openrouter",
    .title = "OpenRouter",
    .base_url = "https://openrouter.ai/api/v1",
    .key_env = "OPENROUTER_API_KEY",
    .has_messages = true,
    .has_responses = true,
    .vendor_in_slugs = true,
    .dialect = Dialect::automatic,
    .quirks = { routing_fields, usage_unasked, takes_top_k, service_tiers, reasoning_object, effort_none,
        effort_max, reasoning_details, system_anywhere, file_parts, cache_marks, web_tools, strict_tools,
        regex_tool_search } };

// https://docs.anthropic.com/en/api
constexpr Preset anthropic { .name = "anthropic",
    .title = "Anthropic",
    .base_url = "https://api.anthropic.com",
    .key_env = "ANTHROPIC_API_KEY",
    .has_messages = true,
    .claude_names = true,
    .dialect = Dialect::messages,
    .auth = Auth::x_api_key,
    .quirks = { first_party, signed_thinking, context_edits, tool_references, one_sampling, tools_for_calls,
        many_tools, trimmed_prefill },
    .big = "claude-opus-4-5",
    .middle = "claude-sonnet-4-5",
    .small = "claude-haiku-4-5" };

// https://platform.openai.com/docs/api-reference
constexpr route::Quirks of_openai { store_false, cache_key, user_digest, max_completion_tokens, limit_from_16,
    service_tiers, reasoning_effort, developer_role, system_anywhere, ids_of_40, strict_tools,
    plain_root_schemas, file_parts };
constexpr Preset openai { .name = "openai",
    .title = "OpenAI",
    .base_url = "https://api.openai.com/v1",
    .key_env = "OPENAI_API_KEY",
    .has_responses = true,
    .dialect = Dialect::responses,
    .quirks = of_openai,
    .big = "gpt-5.5",
    .small = "gpt-5.6-terra" };

// https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
constexpr Preset azure { .name = "azure",
    .title = "Azure OpenAI",
    .base_url = "", // https://RESOURCE.openai.azure.com/openai/v1
    .key_env = "AZURE_OPENAI_API_KEY",
    .has_responses = true,
    .dialect = Dialect::responses,
    .auth = Auth::api_key,
    .quirks = of_openai };

// https://api-docs.deepseek.com
constexpr Preset deepseek { .name = "deepseek",
    .title = "DeepSeek",
    .base_url = "https://api.deepseek.com/v1",
    .messages_url = "https://api.deepseek.com/anthropic/v1/messages",
    .responses_url = "https://api.deepseek.com/responses",
    .key_env = "DEEPSEEK_API_KEY",
    .has_messages = true,
    .has_responses = true,
    .quirks = { thinking_object, reasoning_effort, effort_max, require_reasoning_content, no_json_schema,
        no_forced_tool, vendor_messages, keep_thinking, effort_config, server_search },
    .big = "deepseek-v4-pro",
    .small = "deepseek-flash" };

// https://docs.z.ai
constexpr Preset zai { .name = "zai",
    .title = "Z.ai",
    .base_url = "https://api.z.ai/api/paas/v4",
    .messages_url = "https://api.z.ai/api/anthropic/v1/messages",
    .key_env = "ZAI_API_KEY",
    .has_messages = true,
    .quirks = { thinking_object, clear_thinking, reasoning_content_back, tool_stream, silent_overflow,
        no_json_schema, no_tool_choice, vendor_messages, keep_thinking },
    .big = "glm-5",
    .small = "glm-4.5-air" };

// https://platform.moonshot.ai/docs
constexpr Preset moonshot { .name = "moonshot",
    .title = "Moonshot",
    .base_url = "https://api.moonshot.ai/v1",
    .messages_url = "https://api.moonshot.ai/anthropic/v1/messages",
    .key_env = "MOONSHOT_API_KEY",
    .has_messages = true,
    .quirks = { thinking_object, no_sampling, require_reasoning_content, own_ids, letter_names,
        no_forced_tool, single_type_schemas, partial_prefill, vendor_messages, keep_thinking },
    .big = "kimi-k2.5" };

// https://platform.minimax.io/docs
constexpr Preset minimax { .name = "minimax",
    .title = "MiniMax",
    .base_url = "https://api.minimax.io/v1",
    .messages_url = "https://api.minimax.io/anthropic/v1/messages",
    .key_env = "MINIMAX_API_KEY",
    .has_messages = true,
    .has_responses = true,
    .quirks = { thinking_object, adaptive_thinking, reasoning_split, reasoning_details, inline_think,
        vendor_messages, keep_thinking, server_search },
    .big = "MiniMax-M3" };

// https://docs.mistral.ai/api
constexpr Preset mistral { .name = "mistral",
    .title = "Mistral",
    .base_url = "https://api.mistral.ai/v1",
    .key_env = "MISTRAL_API_KEY",
    .quirks = { prompt_mode, thinking_parts, ids_of_9, any_for_required, user_after_tool, prefix_prefill },
    .big = "mistral-large-latest",
    .small = "mistral-small-latest" };

// https://console.groq.com/docs
constexpr Preset groq { .name = "groq",
    .title = "Groq",
    .base_url = "https://api.groq.com/openai/v1",
    .key_env = "GROQ_API_KEY",
    .has_responses = true,
    .quirks = { max_completion_tokens, reasoning_effort, parsed_reasoning },
    .big = "openai/gpt-oss-120b",
    .small = "openai/gpt-oss-20b" };

// https://docs.x.ai
constexpr Preset xai { .name = "xai",
    .title = "xAI",
    .base_url = "https://api.x.ai/v1",
    .key_env = "XAI_API_KEY",
    .has_responses = true,
    .quirks = { max_completion_tokens, no_stop, cache_key, reasoning_effort },
    .big = "grok-4.6" };

// https://inference-docs.cerebras.ai
constexpr Preset cerebras { .name = "cerebras",
    .title = "Cerebras",
    .base_url = "https://api.cerebras.ai/v1",
    .key_env = "CEREBRAS_API_KEY",
    .quirks = { max_completion_tokens, reasoning_effort, light_schemas, closed_schemas },
    .big = "gpt-oss-120b" };

// https://docs.together.ai
constexpr Preset together { .name = "together",
    .title = "Together",
    .base_url = "https://api.together.xyz/v1",
    .key_env = "TOGETHER_API_KEY",
    .vendor_in_slugs = true,
    .quirks = { reasoning_enabled, inline_think },
    .big = "openai/gpt-oss-120b",
    .small = "openai/gpt-oss-20b" };

// https://docs.fireworks.ai
constexpr Preset fireworks { .name = "fireworks",
    .title = "Fireworks",
    .base_url = "https://api.fireworks.ai/inference/v1",
    .key_env = "FIREWORKS_API_KEY",
    .has_messages = true,
    .quirks = { reasoning_effort, reasoning_content_back, vendor_messages, keep_thinking },
    .big = "accounts/fireworks/models/gpt-oss-120b",
    .small = "accounts/fireworks/models/gpt-oss-20b" };

// https://ai.google.dev/gemini-api/docs/openai
constexpr Preset gemini { .name = "gemini",
    .title = "Gemini",
    .base_url = "https://generativelanguage.googleapis.com/v1beta/openai",
    .key_env = "GEMINI_API_KEY",
    .quirks = { reasoning_effort, gemini_schemas, letter_names, thought_signatures, tool_result_name },
    .big = "gemini-3.8-flash",
    .small = "gemini-3.5-flash-lite" };

// https://docs.api.nvidia.com/nim
constexpr Preset nvidia { .name = "nvidia",
    .title = "NVIDIA NIM",
    .base_url = "https://integrate.api.nvidia.com/v1",
    .key_env = "NVIDIA_API_KEY",
    .vendor_in_slugs = true,
    .quirks = { template_thinking, text_only_content, inline_think },
    .big = "openai/gpt-oss-120b",
    .small = "openai/gpt-oss-20b" };

// https://docs.github.com/rest/models/inference
constexpr Preset github { .name = "github",
    .title = "GitHub Models",
    .base_url = "https://models.github.ai/inference",
    .models_url = "https://models.github.ai/catalog/models",
    .key_env = "GITHUB_TOKEN",
    .vendor_in_slugs = true,
    .quirks = { ids_of_40, limit_from_16, plain_root_schemas },
    .big = "openai/gpt-5",
    .small = "openai/gpt-5-mini" };

// https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
constexpr Preset vllm { .name = "vllm",
    .title = "vLLM",
    .base_url = "http://127.0.0.1:8000/v1",
    .key_env = "VLLM_API_KEY",
    .key_required = false,
    .has_messages = true,
    .has_responses = true,
    .quirks = { template_thinking, takes_top_k, reasoning_content_back, continued_prefill, inline_think,
        vendor_messages, keep_thinking } };

// https://docs.sglang.ai
constexpr Preset sglang { .name = "sglang",
    .title = "SGLang",
    .base_url = "http://127.0.0.1:30000/v1",
    .key_env = "SGLANG_API_KEY",
    .key_required = false,
    .has_messages = true,
    .quirks = { template_thinking, takes_top_k, reasoning_content_back, continued_prefill, inline_think,
        vendor_messages, keep_thinking } };

// https://github.com/ggml-org/llama.cpp/tree/master/tools/server
constexpr Preset llamacpp { .name = "llamacpp",
    .title = "llama.cpp",
    .base_url = "http://127.0.0.1:8080/v1",
    .key_env = "LLAMA_API_KEY",
    .key_required = false,
    .has_messages = true,
    .quirks = { template_thinking, takes_top_k, reasoning_content_back, inline_think, vendor_messages,
        keep_thinking } };

// https://docs.ollama.com/api/openai-compatibility
constexpr Preset ollama { .name = "ollama",
    .title = "Ollama",
    .base_url = "http://127.0.0.1:11434/v1",
    .key_env = "OLLAMA_API_KEY",
    .key_required = false,
    .has_messages = true,
    .has_responses = true,
    .quirks = { reasoning_effort, inline_think, silent_overflow, no_tool_choice, no_search, vendor_messages,
        keep_thinking, server_search } };

// https://lmstudio.ai/docs
constexpr Preset lmstudio { .name = "lmstudio",
    .title = "LM Studio",
    .base_url = "http://127.0.0.1:1234/v1",
    .key_env = "LMSTUDIO_API_KEY",
    .key_required = false,
    .has_messages = true,
    .has_responses = true,
    .quirks = { takes_top_k, inline_think, vendor_messages, keep_thinking } };

// https://docs.litellm.ai/docs/proxy/user_keys
constexpr Preset litellm { .name = "litellm",
    .title = "LiteLLM",
    .base_url = "http://127.0.0.1:4000/v1",
    .key_env = "LITELLM_API_KEY",
    .key_required = false,
    .has_messages = true,
    .has_responses = true,
    .quirks = { reasoning_effort, takes_top_k, reasoning_content_back, vendor_messages, keep_thinking,
        server_tools } };

constexpr std::array<Preset, 23> all { openrouter, openai, azure, anthropic, deepseek, zai, moonshot, minimax,
    mistral, groq, xai, cerebras, together, fireworks, gemini, nvidia, github, vllm, sglang, llamacpp, ollama,
    lmstudio, litellm };

} // namespace

std::span<const Preset> presets() { return all; }

const Preset* preset_of(std::string_view name)
{
    const auto found = std::ranges::find(all, name, &Preset::name);
    return found == all.end() ? nullptr : &*found;
}

void apply_preset(Upstream& upstream, const Preset& preset)
{
    upstream.preset = preset.name;
    upstream.title = preset.title;
    upstream.dialect = preset.dialect;
    upstream.auth = preset.auth;
    upstream.quirks = preset.quirks;
    upstream.vendor_in_slugs = preset.vendor_in_slugs;
    upstream.claude_names = preset.claude_names;
    upstream.key_required = preset.key_required;
    upstream.key_name = preset.key_env;
}

} // namespace dragoman::config
