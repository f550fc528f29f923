#include "translate/strict_schema.h"

#include "json/document.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace dragoman::translate {

namespace {

using std::string_view;

constexpr int nesting_max = 10;

// Keywords that stand for themselves.
constexpr std::array plain = std::to_array<string_view>({ "type", "title", "description", "$schema", "$ref",
    "enum", "const", "pattern", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "minItems", "maxItems", "required", "additionalProperties" });
constexpr std::array formats = std::to_array<string_view>(
    { "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid" });
constexpr std::array maps = std::to_array<string_view>({ "properties", "$defs", "definitions" });

// What a schema can do without.
constexpr std::array dispensable = std::to_array<string_view>(
    { "default", "examples", "deprecated", "readOnly", "writeOnly", "propertyNames", "patternProperties",
        "unevaluatedProperties", "unevaluatedItems", "dependentRequired", "dependentSchemas", "minProperties",
        "maxProperties", "minLength", "maxLength", "uniqueItems", "contains", "minContains", "maxContains",
        "contentEncoding", "contentMediaType", "not", "if", "then", "else" });

bool is_one_of(json::RawString word, std::span<const string_view> words)
{
    return std::ranges::any_of(words, [&](string_view known) { return json::key_is(word, known); });
}

bool lists(const std::optional<json::Value>& names, json::RawString wanted)
{
    const auto list = names ? names->array() : std::nullopt;
    if (list)
        for (json::Value name : *list)
            if (name.string() == wanted)
                return true;
    return false;
}

bool says(const json::Object& schema, string_view type)
{
    const auto value = schema.find("type");
    if (!value)
        return false;
    if (const auto name = value->string())
        return json::key_is(*name, type);
    const auto names = value->array();
    return names && lists(value, { type });
}

// Closed, and all of its properties required.
bool is_strict_object(const json::Object& schema)
{
    const auto closed = schema.find("additionalProperties");
    const auto value = schema.find("properties");
    const auto required = schema.find("required");
    if (const auto properties = value ? value->object() : std::nullopt)
        for (const json::Field& property : *properties)
            if (!lists(required, property.key))
                return false;
    return closed && closed->boolean() == false;
}

bool is_known_format(const json::Value& format)
{
    const auto name = format.string();
    return name && is_one_of(*name, formats);
}

bool is_strict(const json::Value& value, int depth);

bool are_strict(const json::Value& schemas, int depth)
{
    if (const auto list = schemas.array()) {
        for (json::Value schema : *list)
            if (!is_strict(schema, depth))
                return false;
    } else if (const auto map = schemas.object()) {
        for (const json::Field& field : *map)
            if (!is_strict(field.value, depth))
                return false;
    }
    return true;
}

bool is_strict(const json::Field& field, int depth)
{
    if (is_one_of(field.key, plain))
        return true;
    if (json::key_is(field.key, "format"))
        return is_known_format(field.value);
    if (is_one_of(field.key, maps))
        return field.value.object() && are_strict(field.value, depth + 1);
    if (json::key_is(field.key, "anyOf"))
        return field.value.array() && are_strict(field.value, depth);
    return json::key_is(field.key, "items") && is_strict(field.value, depth);
}

bool is_strict(const json::Value& value, int depth)
{
    const auto schema = value.object();
    if (!schema || depth > nesting_max)
        return false;
    if (!schema->find("type") && !schema->find("$ref") && !schema->find("anyOf"))
        return false;
    if ((says(*schema, "object") || schema->find("properties")) && !is_strict_object(*schema))
        return false;
    if (says(*schema, "array") && !schema->find("items"))
        return false;
    for (const json::Field& field : *schema)
        if (!is_strict(field, depth))
            return false;
    return true;
}

} // namespace

bool is_strict_schema(json::RawValue schema)
{
    json::Document document;
    const auto root = document.parse(schema.text);
    const auto object = root ? root->object() : std::nullopt;
    return object && says(*object, "object") && !object->find("anyOf") && is_strict(*root, 0);
}

bool is_refused_by_strict_mode(const json::Field& keyword)
{
    if (json::key_is(keyword.key, "format"))
        return !is_known_format(keyword.value);
    return is_one_of(keyword.key, dispensable);
}

} // namespace dragoman::translate
