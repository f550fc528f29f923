// cache_control.scope, which only Anthropic's own API knows.
#pragma once

#include "json/document.h"
#include "translate/json_edits.h"
#include "translate/notes.h"

namespace dragoman::translate {

// `mark`: the cache_control of a block or a tool, if there is one.
inline void remove_scope(const json::Value& mark, JsonEdits& edits, Notes& notes)
{
    const auto object = mark.is_there() ? mark.object() : std::nullopt;
    if (object && object->find("scope")) {
        edits.remove_fields(
            *object, [](const json::Field& field) { return json::key_is(field.key, "scope"); });
        notes.drop("cache_control.scope");
    }
}

} // namespace dragoman::translate
