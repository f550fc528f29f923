// Failures that stand inside an answer which began well.
#pragma once

#include "base/error.h"
#include "openai/chat_chunk.h"
#include "translate/answer_plan.h"

#include <string_view>

namespace dragoman::translate {

// `body` is one event's data, or the JSON text of a whole answer.
Error upstream_error(std::string_view body, const AnswerPlan& plan, std::string_view provider);

// A choice with an `error`, or with a finish_reason that means one.
Error choice_error(const openai::ChatChoice& choice, const AnswerPlan& plan, std::string_view provider);

} // namespace dragoman::translate
