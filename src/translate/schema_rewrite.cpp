#include "translate/schema_rewrite.h"

#include "json/writer.h"
#include "translate/schema_join.h"
#include "translate/schema_parts.h"
#include "translate/strict_schema.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::translate {

namespace {

using std::string_view;

constexpr std::array marks = std::to_array<string_view>({ "$schema", "$id", "$comment" });

// What stands behind a keyword: one schema or a list of them, or schemas by name.
constexpr std::array holders = std::to_array<string_view>({ "items", "prefixItems", "additionalItems",
    "anyOf", "oneOf", "allOf", "not", "if", "then", "else", "contains", "propertyNames",
    "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "contentSchema" });
constexpr std::array maps = std::to_array<string_view>(
    { "properties", "patternProperties", "$defs", "definitions", "dependentSchemas" });

bool is_one_of(json::RawString key, std::span<const string_view> names)
{
    return std::ranges::any_of(names, [&](string_view name) { return json::key_is(key, name); });
}

bool holds_text(const json::Value& list_or_text, string_view wanted)
{
    if (auto text = list_or_text.string())
        return json::key_is(*text, wanted);
    if (auto list = list_or_text.array())
        for (json::Value element : *list)
            if (auto text = element.string(); text && json::key_is(*text, wanted))
                return true;
    return false;
}

bool is_about_objects(const json::Object& schema)
{
    auto type = schema.find("type");
    return type ? holds_text(*type, "object") : schema.find("properties").has_value();
}

bool is_alternatives(json::RawString key) { return json::key_is(key, "anyOf") || json::key_is(key, "oneOf"); }

// Schemas that say what they are in other words than `type`.
bool needs_no_type(const json::Object& schema)
{
    constexpr std::array words =
        std::to_array<string_view>({ "type", "$ref", "anyOf", "oneOf", "allOf", "not", "if" });
    return std::ranges::any_of(words, [&](string_view word) { return schema.find(word).has_value(); });
}

// Whether no one type is that of all the values that the schema lists.
bool has_mixed_values(const json::Object& schema)
{
    const auto list = schema.find("enum");
    const auto values = list ? list->array() : std::nullopt;
    if (!values)
        return false;
    std::optional<json::Type> type;
    for (json::Value value : *values)
        if (value.type() != type.value_or(value.type()))
            return true;
        else
            type = value.type();
    return false;
}

// The type that the other keywords suggest; text can say anything.
std::string suggested_type(const json::Value& schema)
{
    if (is_null_schema(schema))
        return "null";
    const auto object = schema.object();
    if (!object || has_mixed_values(*object))
        return "string";
    ReferenceTrail nowhere(*object);
    const auto types = SchemaParts(schema, nowhere).types();
    return types.empty() ? "string" : types.front();
}

std::optional<json::Array> alternatives_of(const json::Object& schema)
{
    auto list = schema.find("anyOf");
    return list ? list->array() : std::nullopt;
}

bool has_alternatives(const json::Object& schema)
{
    const auto list = schema.find("oneOf");
    return alternatives_of(schema) || (list && list->array());
}

bool allows_null(const json::Object& schema)
{
    if (auto type = schema.find("type"))
        return holds_text(*type, "null");
    if (auto alternatives = alternatives_of(schema))
        for (json::Value alternative : *alternatives)
            if (is_null_schema(alternative))
                return true;
    return false;
}

class Rewriter {
public:
    Rewriter(json::Writer& json, const SchemaRewrite& rules, const json::Object& root)
        : json_(json)
        , rules_(rules)
        , trail_(root)
    {
    }

    void write(const json::Value& schema);

private:
    // What a schema gets beside its own keywords.
    struct Addition {
        std::optional<json::Value> type {}; // unless it has one
        bool null = false; // as one more value
    };

    void write(const json::Value& value, const json::Object& schema, const Addition& added);
    void write_missing_type(const json::Value& value, const json::Object& schema, const Addition& added);
    void write_field(const json::Object& schema, const json::Field& field, const Addition& added);
    void write_type(const json::Value& type, bool null);
    void write_choices(const json::Value& choices);
    void write_holder(const json::Value& value);
    void write_alternatives(
        const json::Object& schema, const json::Array& alternatives, const Addition& outer, bool null);
    void write_map(const json::Object& schema, const json::Field& map);
    void write_optional(const json::Value& property);
    bool write_joined(const json::Value& value, const Addition& added, bool root);
    void write_as_text(const json::Object& schema, bool null);
    void write_null() { json_.begin_object().key("type").word("null").end_object(); }
    void close(const json::Object& schema);

    json::Writer& json_;
    const SchemaRewrite& rules_;
    ReferenceTrail trail_; // of the references that were put in the place of what they refer to
    bool at_root_ = true;
};

void Rewriter::write(const json::Value& schema)
{
    if (auto object = schema.object())
        write(schema, *object, {});
    else
        json_.raw(schema.raw());
}

void Rewriter::write_missing_type(const json::Value& value, const json::Object& schema, const Addition& added)
{
    if (added.type && !schema.find("type") && !schema.find("$ref") && !has_alternatives(schema))
        json_.key("type").raw(added.type->raw());
    else if (rules_.moves_types && !needs_no_type(schema))
        json_.key("type").text(suggested_type(value));
}

// Closed apart from one another its parts would exclude each other.
bool Rewriter::write_joined(const json::Value& value, const Addition& added, bool root)
{
    const std::size_t depth = trail_.depth();
    const auto whole = joined(value, trail_);
    json::Document document;
    const auto parsed = document.parse(whole ? std::string_view(whole->text) : "null");
    const auto object = parsed ? parsed->object() : std::nullopt;
    at_root_ = root && object;
    if (object)
        write(*parsed, *object, added);
    trail_.return_to(depth);
    return object.has_value();
}

// Whoever reads the arguments turns it into an object again.
void Rewriter::write_as_text(const json::Object& schema, bool null)
{
    json_.begin_object().key("type");
    if (null)
        json_.begin_array().word("string").word("null").end_array();
    else
        json_.word("string");
    const auto description = schema.find("description");
    const auto words = description ? description->string() : std::nullopt;
    json_.key("description").begin_value().append("\"").append(words ? words->escaped : "");
    json_.out().append(words && !words->empty() ? " " : "").append("A JSON object, written as text.\"");
    json_.end_object();
}

void Rewriter::write(const json::Value& value, const json::Object& schema, const Addition& added)
{
    const bool root = std::exchange(at_root_, false);
    if (rules_.closes_objects && write_joined(value, added, root))
        return;
    if (rules_.maps_as_text && !root && is_free_form(schema))
        return write_as_text(schema, added.null || allows_null(schema));
    json_.begin_object();
    write_missing_type(value, schema, added);
    for (const json::Field& field : schema)
        write_field(schema, field, added);
    if (rules_.closes_objects && is_about_objects(schema))
        close(schema);
    json_.end_object();
}

void Rewriter::write_field(const json::Object& schema, const json::Field& field, const Addition& added)
{
    const auto is = [&](string_view name) { return json::key_is(field.key, name); };
    const auto alternatives = is_alternatives(field.key) ? field.value.array() : std::nullopt;
    if (rules_.drops_marks && is_one_of(field.key, marks))
        return;
    if (rules_.requires_all && is_refused_by_strict_mode(field))
        return;
    if (rules_.moves_types && is("type") && has_alternatives(schema))
        return;
    if (rules_.closes_objects && is_about_objects(schema)
        && (is("additionalProperties") || (rules_.requires_all && is("required"))))
        return;
    json_.key(field.key);
    if (is("type"))
        write_type(field.value, added.null);
    else if (is("enum") && added.null)
        write_choices(field.value);
    else if (alternatives)
        write_alternatives(schema, *alternatives, added, added.null && is("anyOf"));
    else if (is_one_of(field.key, holders))
        write_holder(field.value);
    else if (is_one_of(field.key, maps))
        write_map(schema, field);
    else
        json_.raw(field.value.raw());
}

void Rewriter::write_type(const json::Value& type, bool null)
{
    if (!null) {
        json_.raw(type.raw());
        return;
    }
    json_.begin_array();
    if (auto list = type.array())
        for (json::Value element : *list)
            json_.raw(element.raw());
    else
        json_.raw(type.raw());
    json_.word("null").end_array();
}

void Rewriter::write_choices(const json::Value& choices)
{
    auto list = choices.array();
    if (!list) {
        json_.raw(choices.raw());
        return;
    }
    json_.begin_array();
    bool has_null = false;
    for (json::Value choice : *list) {
        has_null |= choice.is(json::Type::null);
        json_.raw(choice.raw());
    }
    if (!has_null)
        json_.null();
    json_.end_array();
}

void Rewriter::write_holder(const json::Value& value)
{
    auto list = value.array();
    if (!list)
        return write(value);
    json_.begin_array();
    for (json::Value schema : *list)
        write(schema);
    json_.end_array();
}

void Rewriter::write_alternatives(
    const json::Object& schema, const json::Array& alternatives, const Addition& outer, bool null)
{
    Addition added;
    if (rules_.moves_types)
        added.type = schema.find("type") ? schema.find("type") : outer.type;
    json_.begin_array();
    for (json::Value alternative : alternatives) {
        if (auto object = alternative.object())
            write(alternative, *object, added);
        else
            json_.raw(alternative.raw());
    }
    if (null)
        write_null();
    json_.end_array();
}

void Rewriter::write_map(const json::Object& schema, const json::Field& map)
{
    auto schemas = map.value.object();
    if (!schemas) {
        json_.raw(map.value.raw());
        return;
    }
    const bool properties = json::key_is(map.key, "properties");
    const auto required = schema.find("required");
    json_.begin_object();
    for (const json::Field& each : *schemas) {
        json_.key(each.key);
        if (properties && rules_.requires_all && !(required && holds_text(*required, each.key.escaped)))
            write_optional(each.value);
        else
            write(each.value);
    }
    json_.end_object();
}

// Required like all others, and null where nobody has anything to say.
void Rewriter::write_optional(const json::Value& property)
{
    auto schema = property.object();
    if (!schema || allows_null(*schema))
        return write(property);
    if (schema->find("type") || alternatives_of(*schema))
        return write(property, *schema, { .null = true });
    json_.begin_object().key("anyOf").begin_array();
    write(property);
    write_null();
    json_.end_array().end_object();
}

void Rewriter::close(const json::Object& schema)
{
    json_.key("additionalProperties").boolean(false);
    if (!rules_.requires_all)
        return;
    json_.key("required").begin_array();
    auto value = schema.find("properties");
    if (auto properties = value ? value->object() : std::nullopt)
        for (const json::Field& property : *properties)
            json_.string(property.key);
    json_.end_array();
}

} // namespace

void append_rewritten_schema(json::Writer& json, const json::Value& schema, const SchemaRewrite& rules)
{
    if (const auto root = schema.object())
        Rewriter(json, rules, *root).write(schema);
    else
        json.raw(schema.raw());
}

} // namespace dragoman::translate
