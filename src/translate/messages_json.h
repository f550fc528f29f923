// Small looks into the JSON of the Messages API, shared by the parts that pass it through.
#pragma once

#include "json/document.h"
#include "json/members.h"

#include <optional>
#include <string>
#include <string_view>

namespace dragoman::translate {

// The escaped inside of the string field `name`; empty when there is none.
inline std::string_view string_at(const json::Object& object, std::string_view name)
{
    auto found = object.find(name);
    auto string = found ? found->string() : std::nullopt;
    return string ? string->escaped : std::string_view {};
}

inline std::string_view string_at(const json::Members& members, const json::Name& name)
{
    const json::Value found = members.find(name);
    return found.is_there() && found.is(json::Type::string) ? found.string()->escaped : std::string_view {};
}

inline std::optional<json::Object> object_at(const json::Object& object, std::string_view name)
{
    auto found = object.find(name);
    return found ? found->object() : std::nullopt;
}

// The byte behind it, in its document's text.
inline std::size_t end_of(const json::Value& value) { return value.offset() + value.raw().text.size(); }

// Whether it is the value that `part` was decoded of, and not another field of the same name.
inline bool holds(const json::Value& whole, json::RawValue part)
{
    const std::string_view text = whole.raw().text;
    return part.text.data() >= text.data() && part.text.data() < text.data() + text.size();
}

// `text` with the value that stands in it replaced.
inline std::string replaced(std::string_view text, const json::Value& value, std::string_view by)
{
    std::string out(text.substr(0, value.offset()));
    out.append(by).append(text.substr(value.offset() + value.raw().text.size()));
    return out;
}

} // namespace dragoman::translate
