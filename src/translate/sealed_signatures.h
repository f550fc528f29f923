// Signatures in the answers of Messages servers other than Anthropic's, put into envelopes.
//
// Such servers check what they signed, and Anthropic refuses what it did not sign; the signatures themselves
// do not say whose they are. In an envelope they go back to the family of models that they came from, as they
// were, and to nobody else.
#pragma once

#include "json/document.h"
#include "route/model_facts.h"
#include "translate/answer_plan.h"

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::translate {

// Whether what the target signs is taken by every server of Claude's: then nothing is sealed.
bool signs_as_anthropic(const route::Target& target);

// `text` is `object`: a whole message, or an event. nullopt when nothing in it is signed.
std::optional<std::string> with_sealed_signatures(
    std::string_view text, const json::Object& object, const AnswerPlan& plan);

} // namespace dragoman::translate
