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

namespace dragoman::translate {

// Whether more than the root is rewritten for this target.
bool rewrites_schemas(const route::Target& target);

// Writes `schema` as a value; an empty or unusable one as an object without properties.
// `scratch` is used for parsing.
void append_schema(
    json::Writer& json, json::RawValue schema, const route::Target& target, json::Document& scratch);

} // namespace dragoman::translate
