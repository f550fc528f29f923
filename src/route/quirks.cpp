#include "route/quirks.h"

#include <algorithm>
#include <array>

namespace dragoman::route {
namespace {

constexpr std::array<std::string_view, quirk_count> names { "routing_fields", "usage_unasked", "store_false",
    "cache_key", "max_completion_tokens", "no_stop", "no_sampling", "takes_top_k", "service_tiers",
    "reasoning_object", "reasoning_effort", "thinking_object", "template_thinking", "reasoning_enabled",
    "parsed_reasoning", "reasoning_details", "reasoning_content_back", "require_reasoning_content",
    "thought_signatures", "system_anywhere", "developer_role", "text_only_content", "file_parts",
    "cache_marks", "user_after_tool", "ids_of_40", "ids_of_9", "own_ids", "web_tools", "strict_tools",
    "tool_stream", "any_for_required", "no_forced_tool", "no_tool_choice", "no_parallel_field",
    "light_schemas", "gemini_schemas", "strict_schemas", "single_type_schemas", "inline_think",
    "text_tool_calls", "merge_choices", "silent_overflow", "cut_on_overflow", "vendor_messages",
    "keep_thinking", "no_query" };

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
