#include "cli/env_import_reasons.h"

#include "config/values.h"

#include <algorithm>
#include <array>

namespace dragoman::cli {
namespace {

struct Reason {
    std::string_view names; // with blanks between; a final * stands for the rest of a name
    std::string_view why;
};

constexpr std::array<Reason, 16> reasons { {
    { "OPEN_CLAUDE_CACHE ENABLE_CACHE PROMPT_CACHE* CACHE_*",
        "prompt caching is always passed on; there is nothing to switch" },
    { "APP_VERSION", "dragoman names its own version" },
    { "RELOAD DEBUG FLASK_* NODE_ENV UVICORN_* GUNICORN_* PYTHON* VIRTUAL_ENV WERKZEUG_*",
        "it belonged to the other program's framework" },
    { "WORKERS WEB_CONCURRENCY NUM_WORKERS",
        "one worker carries hundreds of streams; [server] workers sets more" },
    { "MAX_TOKENS_LIMIT MIN_TOKENS_LIMIT MAX_TOKENS DEFAULT_MAX_TOKENS MAX_OUTPUT_TOKENS",
        "the catalogue has each model's limit; [models] max_tokens is for requests that name none" },
    { "REQUEST_TIMEOUT TIMEOUT API_TIMEOUT* UPSTREAM_TIMEOUT*",
        "there are several times here: [upstreams.NAME] first_byte, idle and stream_total" },
    { "MAX_RETRIES RETRY_*", "clients repeat what can be repeated; nothing is sent twice here" },
    { "GEMINI_* GOOGLE_* VERTEX_* VERTEXAI_* AZURE_* AWS_* GROQ_* XAI_* MISTRAL_* DEEPSEEK_* "
      "PREFERRED_PROVIDER PROVIDER",
        "one upstream at a time: OpenRouter has these vendors' models as vendor/model" },
    { "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy SSL_CERT_FILE "
      "SSL_CERT_DIR REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS",
        "proxies and certificates are taken from the environment only: export it (a bundle as "
        "SSL_CERT_FILE)" },
    { "CUSTOM_HEADER_*", "the header fields that go upstream are a closed list" },
    { "TEMPERATURE TOP_P TOP_K REASONING_* THINKING_* SYSTEM_PROMPT*",
        "the client decides this, request by request" },
    { "CORS_* ALLOWED_ORIGINS ALLOW_ORIGINS", "[server] allowed_origins says which origins may call" },
    { "LOG_FORMAT LOG_REQUESTS LOG_RESPONSES LOG_DIR PROXY_LOG_DIR DEBUG_LOG*",
        "the log has one line for each request; [log] capture keeps whole exchanges" },
    { "ANTHROPIC_BASE_URL CLAUDE_* DISABLE_TELEMETRY MAX_THINKING_TOKENS",
        "it is a setting of Claude Code's; `dragoman code` sets what is needed" },
    { "ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN PROXY_API_KEY MASTER_KEY API_KEY AUTH_TOKEN",
        "nothing says whether it is a key or a password for clients: a key goes to `dragoman init`, what "
        "clients must send into [server] client_tokens" },
    { "PROXY_TARGET TARGET_URL UPSTREAM_URL API_BASE*", "say the address as OPENROUTER_BASE_URL" },
} };

bool names_it(std::string_view names, std::string_view name)
{
    while (!names.empty()) {
        const std::size_t end = std::min(names.find(' '), names.size());
        const std::string_view one = names.substr(0, end);
        names.remove_prefix(std::min(end + 1, names.size()));
        if (one == name || (one.ends_with('*') && name.starts_with(one.substr(0, one.size() - 1))))
            return true;
    }
    return false;
}

} // namespace

std::string_view reason_to_leave(std::string_view name)
{
    const auto found =
        std::ranges::find_if(reasons, [&](const Reason& reason) { return names_it(reason.names, name); });
    return found == reasons.end() ? "dragoman knows no such setting" : found->why;
}

} // namespace dragoman::cli
