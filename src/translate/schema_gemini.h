// JSON Schema in the part of it that Google's models take.
//
// What is unknown there is a refusal, not a warning, so schemas are rewritten while they are copied, keyword
// by keyword and only where a keyword can stand: a property that is called "format" stays a property.
// References are put in place (a circle ends in a plain object), alternatives with null become "nullable",
// tuples become lists, bounds that do not fit in 32 bits are left out.
// https://ai.google.dev/api/caching#Schema
#pragma once

#include "json/document.h"
#include "json/writer.h"

#include <cstdint>

namespace dragoman::translate {

enum class Keywords : std::uint8_t {
    known, // all that Google's models take
    least, // types, properties, items, choices: what everybody takes; no bounds, no patterns, no nullable
};

// Writes the schema of a function's parameters: always an object. `root` must be one.
void append_gemini_schema(json::Writer& json, const json::Value& root, Keywords keywords = Keywords::known);

} // namespace dragoman::translate
