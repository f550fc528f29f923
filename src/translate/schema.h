// JSON schemas of tools, as upstreams take them.
//
// A schema is carried byte for byte; only its root is made an object, because every upstream insists on that.
// Upstreams that know a small part of JSON Schema, or refuse some of it, get it rewritten (schema_gemini.h,
// schema_rewrite.h): keyword by keyword and only where a keyword can stand, so that a property that is called
// "format" or "default" stays a property.
#pragma once

#include "json/document.h"
#include "json/raw.h"
#include "json/writer.h"
#include "route/model_facts.h"

#include <cstdint>

namespace dragoman::translate {

// Whether more than the root is rewritten for this target.
bool rewrites_schemas(const route::Target& target);

// What the schema is of: a call's arguments, which are read by it when they come back, or an answer, which
// the client gets as it is.
enum class SchemaOf : std::uint8_t { arguments, answer };

// Writes `schema` as a value; an empty or unusable one as an object without properties.
// `scratch` is used for parsing.
void append_schema(json::Writer& json, json::RawValue schema, const route::Target& target,
    json::Document& scratch, SchemaOf what = SchemaOf::arguments);

// Whether the schema, as append_schema() writes it, is one that strict mode takes, and still says the same.
bool is_strict_when_sent(json::RawValue schema, const route::Target& target);

// Whether some of it is written as text, so that arguments must be read by the schema.
bool writes_maps_as_text(json::RawValue schema, const route::Target& target);

} // namespace dragoman::translate
