// JSON schemas of tools, as upstreams take them.
//
// A schema is carried byte for byte; only its root is made an object, because every upstream insists on that.
// Google's models know a small part of JSON Schema and refuse the rest: for them it is rewritten
// (schema_gemini.h).
#pragma once

#include "json/document.h"
#include "json/raw.h"
#include "json/writer.h"
#include "route/model_facts.h"

namespace dragoman::translate {

// Whether schemas are rewritten for this target.
bool wants_gemini_schemas(const route::Target& target);

// Writes `schema` as a value; an empty or unusable one as an object without properties.
// `scratch` is used for parsing.
void append_schema(
    json::Writer& json, json::RawValue schema, const route::Target& target, json::Document& scratch);

} // namespace dragoman::translate
