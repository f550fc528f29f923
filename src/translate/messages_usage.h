// The `usage` of the Messages API, which comes in two parts: what was read in message_start, what was written
// in message_delta. https://docs.anthropic.com/en/api/messages
#pragma once

#include "json/document.h"
#include "translate/answer.h"

#include <optional>

namespace dragoman::translate {

// Adds what `usage` says to what is known. A later number replaces an earlier one unless it is zero or null,
// the rule by which clients read the two parts; absurd numbers are left out.
void merge_usage(const json::Value& usage, AnswerFacts& facts);

} // namespace dragoman::translate
