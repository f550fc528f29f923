// How a model is shown in a client's picker: under which id, with which name and description.
//
// Claude Code's pickers keep only ids that begin with (newer versions: contain) "claude" or "anthropic", so
// other vendors' models get a prefix. It contains no word of Claude's families: a client would take the model
// for one of them, and reckon with that one's window.
#pragma once

#include "route/model_facts.h"

#include <string>
#include <string_view>

namespace dragoman::route {

// "anthropic-via/openai/gpt-5.5"; Claude's own models keep their slug.
std::string picker_id(std::string_view slug);

// "GPT-5.5 (OpenRouter)": the catalogue's name without its vendor, or one made of the slug.
std::string readable_name(const ModelFacts& facts, std::string_view upstream);

// "openai/gpt-5.5, 400k tokens, $1.25 in and $10 out per million": what is known of it.
std::string short_description(const ModelFacts& facts);

// "400k", "1M", "1.05M", "131k".
std::string short_number(std::uint64_t tokens);

} // namespace dragoman::route
