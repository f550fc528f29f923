// What models bring along whoever serves them: Claude signs its thoughts, Gemini knows a small part of JSON
// Schema, GPT-5 takes no temperature. The only place that knows families of models by their names.
#pragma once

#include "route/model_facts.h"
#include "route/quirks.h"

#include <string>
#include <string_view>

namespace dragoman::route {

// The quirks of the model that `target` names, at an upstream that has `upstream`: more than those, and fewer
// where the upstream can do something that this model cannot. Looks at model, facts and dialect.
Quirks quirks_of_model(Quirks upstream, const Target& target);

// Whether the model is known to take text only, for upstreams whose list of models does not say. False where
// there is any doubt: of a family of which some see, or of a name that may become another model's.
bool is_known_blind(const Target& target);

// Models of one family read each other's reasoning: "openai/responses" for GPT, "openai/open" for gpt-oss,
// "anthropic/claude", "google/gemini", "x-ai/responses", otherwise the maker and "open". Variants (":free"),
// dates and a leading "~" make no difference. A name without a maker has the one that its first word tells.
std::string model_family(std::string_view model);

// Whether a family reads reasoning in this format ("anthropic-claude-v1"). Formats of no maker of their own
// fit everybody.
bool reads_format(std::string_view family, std::string_view format);

// Whether models of the family read plain text as their own thoughts, without a signature.
bool is_open_family(std::string_view family);

} // namespace dragoman::route
