// How much the upstream shall think: `thinking` and `output_config.effort` in the upstream's own spelling.
//
// The client says it in up to three ways (a kind of thinking, a budget in tokens, an effort); each upstream
// has a spelling of its own, which its quirks tell. What the model does not list is replaced by its nearest
// neighbour. https://openrouter.ai/docs/use-cases/reasoning-tokens
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "translate/upstream_call.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dragoman::translate {

struct ReasoningRequest {
    enum class Kind : std::uint8_t { omitted, enabled, off, effort, budget };

    Kind kind = Kind::omitted;
    std::string effort {}; // Kind::effort
    std::uint64_t budget = 0; // Kind::budget, in tokens

    bool operator==(const ReasoningRequest&) const = default;
};

// `max_tokens` is the one that goes upstream.
ReasoningRequest reasoning_request(const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options, std::uint64_t max_tokens);

// The budget of thinking beside a limit that was lowered from what the client `asked` for: the answer keeps
// its share of what is left. 0: there is no room for thinking.
std::uint64_t budget_beside_answer(std::uint64_t budget, std::uint64_t max_tokens, std::uint64_t asked);

// The fields that ask for it, inside the body's object; none where the upstream has none for it.
void append_reasoning_request(
    json::Writer& json, const ReasoningRequest& reasoning, const route::Target& target);

// The fields that keep thoughts out of the text of the answer, however much the model thinks.
void append_reasoning_format(json::Writer& json, const route::Target& target);

// The effort to name for a target that lists none; empty: better not named. Kind::off and Kind::effort only.
std::string_view effort_word(const ReasoningRequest& reasoning, const route::Target& target);

// Whether thinking blocks shall reach the client without their text.
bool hides_thinking(const anthropic::MessagesRequest& request);

} // namespace dragoman::translate
