// The client's name of the tool that a model called.
#pragma once

#include "translate/answer_plan.h"

#include <string>
#include <string_view>

namespace dragoman::translate {

// `name` is plain UTF-8, as the upstream sent it. Models write names in the wrong case and put namespaces in
// front ("functions.Read", "default_api:Read"); a name that is nobody's even so is passed on, since the
// client then tells the model that there is no such tool. "multi_tool_use.parallel" is such a name.
std::string called_name(const AnswerPlan& plan, std::string_view name);

// Whether `name` is declared, as the upstream knows it or as the client does.
bool is_declared(const AnswerPlan& plan, std::string_view name);

} // namespace dragoman::translate
