// Which parameter of a request a sentence refuses.
//
// Parameters have names like English words ("user", "stop", "reasoning"), so a name counts only where it is
// marked as one: in quotes, in a path, behind "parameter", or with an underscore in it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dragoman::translate {

// What is refused beneath the top level, or beside something else, is learned under names of our own.
inline constexpr std::string_view refused_summary = "reasoning.summary";
inline constexpr std::string_view refused_effort_with_tools = "reasoning_effort.with_tools";
inline constexpr std::string_view refused_prefill = "messages.prefill";

// All texts in lower case.

// Whether `text` says that something in a request is not known, not supported or not allowed.
bool refuses_a_field(std::string_view text);

// Whether it says which values something may have.
bool names_a_range(std::string_view text);

// Whether `text` speaks of the parameter `name`.
bool marks_parameter(std::string_view text, std::string_view name);

// The one of `sent` that `text` refuses. `param`: what the error names itself, "reasoning.effort".
std::optional<std::string> refused_parameter(
    std::string_view text, std::string_view param, std::span<const std::string> sent);

} // namespace dragoman::translate
