// What closing the objects of a schema would lose.
//
// Closed one by one, the parts of allOf cannot be satisfied together: they are made one object first. And an
// object that holds whatever the model thinks of, a map, could hold nothing any more.
#pragma once

#include "json/document.h"
#include "json/raw.h"
#include "translate/schema_parts.h"

#include <optional>
#include <string>

namespace dragoman::translate {

// An object that names no property, and is not closed.
bool is_free_form(const json::Object& schema);

// A schema that is made of parts (allOf, or alternatives that add properties to its own) as one without them.
struct JoinedSchema {
    std::string text {};
    bool exact = true; // what the parts say of the same thing agrees
};

// nullopt: it has no parts, or one that cannot be looked into. References that were followed stay on the
// trail.
std::optional<JoinedSchema> joined(const json::Value& schema, ReferenceTrail& trail);

// Whether some object inside, beneath the root, is one of free form.
bool holds_free_form(json::RawValue schema);

// Whether the schema means the same with all of its objects closed.
bool can_be_closed(json::RawValue schema);

} // namespace dragoman::translate
