// An answer that the client has begun for the model: the last message is the assistant's, and the model is to
// go on where it ends. Each vendor has a spelling of its own for it; some refuse it.
// https://docs.mistral.ai/capabilities/completion/prefix, https://platform.claude.com/docs (prefill)
#pragma once

#include "anthropic/messages_request.h"
#include "route/model_facts.h"

#include <string_view>

namespace dragoman::translate {

// Whether the assistant has said something at the end, and called nothing.
bool begins_the_answer(const anthropic::MessagesRequest& request);

// Whether the target goes on with it.
bool takes_prefill(const route::Target& target);

// What the user says where a conversation may not end with the assistant.
inline constexpr std::string_view rest_of_the_answer =
    "Continue from exactly where your last message ends, without repeating any of it.";

} // namespace dragoman::translate
