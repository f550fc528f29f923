#include "translate/taken_fields.h"

#include "json/document.h"
#include "json/escape.h"

namespace dragoman::translate {

void append_fields_without_refused(
    json::Writer& json, std::string_view all, const route::Target& target, Notes& notes)
{
    json::Document document;
    const auto root = document.parse(all);
    const auto object = root ? root->object() : std::nullopt;
    if (!object)
        return;
    for (const json::Field& field : *object) {
        const std::string name = json::unescape(field.key);
        if (target.facts->refuses(name))
            notes.drop(name);
        else
            json.key(field.key).raw(field.value.raw());
    }
}

} // namespace dragoman::translate
