#include "translate/messages_betas.h"

#include <algorithm>
#include <span>

namespace dragoman::translate {

namespace {

// Without their dates: a new date of the same beta gates the same field.
constexpr std::string_view private_to_anthropic[] = { "claude-code-", "oauth-", "afk-mode-", "context-hint-",
    "prompt-caching-scope-", "cache-diagnosis-", "fallback-credit-", "per-turn-control-",
    "thinking-display-updates-", "thinking-binding-controls-", "mid-conversation-system-clear-at-" };

constexpr std::string_view of_later_fields[] = { "effort-", "structured-outputs-", "task-budgets-",
    "fast-mode-", "advanced-tool-use-", "tool-search-tool-", "mid-conversation-", "server-side-fallback-",
    "dangerous-tool-use-", "inline-tools-", "advisor-tool-", "context-management-" };

bool begins_with_one_of(std::string_view beta, std::span<const std::string_view> names)
{
    return std::any_of(names.begin(), names.end(), [&](auto name) { return beta.starts_with(name); });
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

} // namespace

std::string foreign_betas(std::string_view list, const BetaRules& rules)
{
    std::string out;
    out.reserve(list.size());
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view beta = trim(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
        if (beta.empty() || begins_with_one_of(beta, private_to_anthropic)
            || (!rules.context_management && beta.starts_with("context-management-"))
            || (!rules.all_fields && begins_with_one_of(beta, of_later_fields)))
            continue;
        out.append(out.empty() ? "" : ",").append(beta);
    }
    return out;
}

void set_messages_headers(
    UpstreamCall& call, const ClientHeaders& headers, const route::Target& target, const BetaRules& rules)
{
    constexpr std::string_view first_version = "2023-06-01";
    call.fields.reserve(4);
    call.fields.emplace_back(
        "anthropic-version", headers.anthropic_version.empty() ? first_version : headers.anthropic_version);
    if (target.has(route::Quirk::first_party)) {
        if (!headers.anthropic_beta.empty())
            call.fields.emplace_back("anthropic-beta", headers.anthropic_beta);
        if (!headers.session_id.empty())
            call.fields.emplace_back("x-claude-code-session-id", headers.session_id);
        if (!headers.agent_id.empty())
            call.fields.emplace_back("x-claude-code-agent-id", headers.agent_id);
        return;
    }
    std::string betas = foreign_betas(headers.anthropic_beta, rules);
    if (betas.empty())
        return;
    call.fields.emplace_back("anthropic-beta", betas);
    if (target.has(route::Quirk::routing_fields)) // the name that routers give it
        call.fields.emplace_back("x-anthropic-beta", std::move(betas));
}

} // namespace dragoman::translate
