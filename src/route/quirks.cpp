#include "route/quirks.h"

#include <algorithm>
#include <array>

namespace dragoman::route {
namespace {

constexpr std::array<std::string_view, quirk_count> names { "routing_fields", "beta_field", "usage_unasked",
    "store_false", "cache_key", "user_digest", "max_completion_tokens", "limit_from_16", "no_stop",
    "no_sampling", "one_sampling", "takes_top_k", "service_tiers", "no_json_schema", "reasoning_object",
    "reasoning_effort", "thinking_object", "adaptive_thinking", "always_thinks", "enable_thinking",
    "template_thinking", "reasoning_enabled", "prompt_mode", "no_reasoning", "no_effort",
    "no_effort_with_tools", "effort_none", "effort_minimal", "effort_low", "effort_default", "effort_xhigh",
    "effort_low_high_max", "effort_max", "off_by_switch", "reasoning_summary", "parsed_reasoning",
    "reasoning_split", "clear_thinking", "reasoning_details", "reasoning_content_back",
    "require_reasoning_content", "thinking_parts", "think_tags", "thought_signatures", "no_thoughts_back",
    "system_anywhere", "system_first", "no_system", "developer_role", "text_only_content", "file_parts",
    "cache_marks", "user_after_tool", "trimmed_prefill", "prefix_prefill", "partial_prefill",
    "continued_prefill", "no_prefill", "tool_result_name", "ids_of_40", "ids_of_9", "own_ids", "no_search",
    "web_tools", "strict_tools", "any_strict", "no_strict", "tool_stream", "tools_for_calls", "many_tools",
    "letter_names", "any_for_required", "no_forced_tool", "never_forced", "no_tool_choice",
    "no_parallel_field", "plain_root_schemas", "light_schemas", "gemini_schemas", "simple_schemas",
    "closed_schemas", "strict_schemas", "single_type_schemas", "inline_think", "opened_think",
    "text_tool_calls", "coerce_arguments", "silent_overflow", "first_party", "vendor_messages",
    "signed_thinking", "keep_thinking", "no_cache_marks", "context_edits", "tool_references", "effort_config",
    "server_search", "server_tools", "regex_tool_search" };

} // namespace

std::string_view name_of(Quirk quirk) { return names[static_cast<std::size_t>(quirk)]; }

std::optional<Quirk> quirk_of(std::string_view name)
{
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
        return std::nullopt;
    return static_cast<Quirk>(found - names.begin());
}

std::span<const std::string_view> quirk_names() { return names; }

} // namespace dragoman::route
