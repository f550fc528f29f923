// What the forms of text_call_formats.h have in common: names of tools, and calls that are JSON.
#pragma once

#include "translate/text_call_formats.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::translate::text_call {

std::string_view trim_start(std::string_view text);
std::string_view trim(std::string_view text);

// What stands before `word`, which is taken off, too; nullopt and nothing taken when it is not there.
std::optional<std::string_view> up_to(std::string_view& text, std::string_view word);

// Takes `word` off the beginning, if it stands there.
bool take(std::string_view& text, std::string_view word);

// The client's name; nullopt for what is no tool of the request.
std::optional<std::string> tool_named(std::string_view written, const AnswerPlan& plan);

// Whether what there is of a name may still become one, in the wrong case or behind a namespace, too.
bool may_be_tool(std::string_view beginning, const AnswerPlan& plan);

// The same for a name that ends in `end`, which may not have come yet.
bool may_be_tool_up_to(std::string_view text, char end, const AnswerPlan& plan);

// One call, or a list of them. Nothing when any of it is something else. `lenient`: what is almost JSON is
// read, too.
std::vector<TextCall> calls_in_json(std::string_view text, bool lenient, const AnswerPlan& plan);

// Whether JSON that has just begun may be a call: by its first key, and by the name if that comes first.
bool may_be_json_call(std::string_view text, const AnswerPlan& plan);

} // namespace dragoman::translate::text_call
