// An answer in a JSON schema: as a parameter where the model can be bound to it, as an instruction where not.
// https://openrouter.ai/docs/features/structured-outputs
#pragma once

#include "anthropic/messages_request.h"
#include "json/writer.h"
#include "route/model_facts.h"

#include <string>

namespace dragoman::translate {

// How a request for a schema is put to the target.
enum class Binding : unsigned char { none, schema, json_only, words };
Binding binding_of(const anthropic::MessagesRequest& request, const route::Target& target);

// "response_format", inside the body's object; nothing when the client wants none or the model has none.
void append_output_format(
    json::Writer& json, const anthropic::MessagesRequest& request, const route::Target& target);

// The schema as an instruction; empty when the client wants none. Plain text.
std::string format_words(const anthropic::MessagesRequest& request);

// What the end of the system prompt must say when the client wants its answer in a JSON schema and the model
// cannot be bound to one; empty otherwise. Plain text.
std::string format_instruction(const anthropic::MessagesRequest& request, const route::Target& target);

} // namespace dragoman::translate
