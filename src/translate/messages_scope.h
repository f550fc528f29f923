// cache_control.scope, which only Anthropic's own API knows.
#pragma once

#include "translate/json_edits.h"
#include "translate/messages_json.h"
#include "translate/notes.h"

namespace dragoman::translate {

// From the mark of a block or a tool.
inline void remove_scope(const json::Object& holder, JsonEdits& edits, Notes& notes)
{
    if (auto mark = object_at(holder, "cache_control"); mark && mark->find("scope")) {
        edits.remove_fields(*mark, [](const json::Field& field) { return json::key_is(field.key, "scope"); });
        notes.drop("cache_control.scope");
    }
}

} // namespace dragoman::translate
