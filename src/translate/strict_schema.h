// Which schemas OpenAI's strict mode takes: a part of JSON Schema, and every other schema is a refusal.
// https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
#pragma once

#include "json/document.h"
#include "json/raw.h"

namespace dragoman::translate {

// Whether the schema can go there as it is: every object closed and every property required, no keyword that
// is unknown there.
bool is_strict_schema(json::RawValue schema);

// A keyword that is refused there and that says nothing of the shape, so that it can be left out.
bool is_refused_by_strict_mode(const json::Field& keyword);

} // namespace dragoman::translate
