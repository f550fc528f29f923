// How long the answer may become.
//
// Clients ask for what Anthropic's newest models can give, 128,000 tokens and more; most other models refuse
// that instead of lowering it. So the limit is lowered here: to what the model can answer at most, and to
// what its window leaves beside the prompt.
#pragma once

#include "anthropic/messages_request.h"
#include "base/result.h"
#include "route/model_facts.h"
#include "translate/upstream_call.h"

#include <cstdint>
#include <string_view>

namespace dragoman::translate {

struct TokenLimit {
    std::uint64_t max_tokens = 0;
    bool prewarm = false; // the client asked for 0: it wants the cache filled and no answer
};

// `estimated_input` in tokens; 0 when nobody counted.
TokenLimit token_limit(const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options, std::uint64_t estimated_input);

// "max_tokens", or what it is called elsewhere.
std::string_view max_tokens_field(const route::Target& target);

// An Error in the words that make a client compact, where a prompt that does not fit would be cut without a
// word. `input` in tokens; 0 when nobody counted.
Result<void> refuse_overflow(
    const anthropic::MessagesRequest& request, const route::Target& target, std::uint64_t input = 0);

// An estimate of the prompt in tokens from the sizes of its texts, cheap and the same every time: for limits,
// not for bills.
std::uint64_t rough_input_tokens(const anthropic::MessagesRequest& request);

} // namespace dragoman::translate
