// JSON Schema without what some upstreams refuse.
//
// Keywords are looked for only where a keyword can stand, so that a property called "$id" or "type" stays a
// property, and values (enum, const, default, examples) are never looked into.
#pragma once

#include "json/document.h"
#include "json/writer.h"

namespace dragoman::translate {

struct SchemaRewrite {
    bool drops_marks = false; // $schema, $id, $comment
    bool closes_objects = false; // additionalProperties: false
    bool maps_as_text = false; // what could hold nothing when closed is JSON in a text
    bool requires_all = false; // what was optional may be null instead; keywords of no use to strict mode go
    bool moves_types = false; // every schema says its type, and none beside its alternatives
};

void append_rewritten_schema(json::Writer& json, const json::Value& schema, const SchemaRewrite& rules);

} // namespace dragoman::translate
