#include "translate/argument_schema.h"

#include "json/document.h"
#include "json/escape.h"
#include "json/writer.h"
#include "translate/schema_parts.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace dragoman::translate {

namespace {

using json::Type;
using std::string_view;
using Types = std::vector<std::string>;

bool names(const Types& types, string_view wanted) { return std::ranges::find(types, wanted) != types.end(); }

bool fits(const json::Value& value, const Types& types)
{
    switch (value.type()) {
    case Type::object:
        return names(types, "object");
    case Type::array:
        return names(types, "array");
    case Type::string:
        return names(types, "string");
    case Type::number:
        return names(types, "number") || (names(types, "integer") && value.integer());
    case Type::boolean:
        return names(types, "boolean");
    case Type::null:
        return true;
    }
    return false;
}

// Takes no properties but its own.
bool is_closed(const SchemaParts& schema)
{
    bool closed = false;
    for (std::size_t i = 0; i < schema.parts().size(); ++i) {
        const auto more = schema.parts()[i].find("additionalProperties");
        closed |= schema.is_certain(i) && more && more->boolean() == false;
    }
    return closed && !schema.find("patternProperties");
}

struct Alternatives {
    std::vector<json::Value> schemas {}; // those that allow something
    bool null = false; // one of them allows nothing but null
};

Alternatives alternatives_of(const SchemaParts& schema)
{
    Alternatives found;
    for (string_view keyword : { "anyOf", "oneOf" })
        if (const auto list = schema.find(keyword); list && list->array())
            for (json::Value one : json::Array(*list->array())) {
                found.null |= is_null_schema(one);
                if (!is_null_schema(one))
                    found.schemas.push_back(one);
            }
    return found;
}

std::optional<json::Value> property_of(const SchemaParts& schema, json::RawString name)
{
    for (const json::Field& property : schema.properties())
        if (property.key == name)
            return property.value;
    return std::nullopt;
}

bool requires_it(const SchemaParts& schema, json::RawString name)
{
    const auto required = schema.required();
    return std::ranges::find(required, name) != required.end();
}

class Follower {
public:
    Follower(std::string& out, const json::Object& root)
        : json_(out)
        , trail_(root)
    {
    }

    void write(const json::Value& value, const json::Value& schema);

private:
    void write_as(const json::Value& value, const json::Value& schema, const SchemaParts& parts,
        std::size_t depth); // of the references around the schema
    void write_as_one_of(const json::Value& value, const std::vector<json::Value>& schemas);
    Types types_of(const json::Value& schema);
    void write_text(
        const json::Value& value, const json::Value& schema, const Types& types, std::size_t depth);
    void write_object(const json::Object& object, const SchemaParts& schema);
    void write_array(const json::Array& array, const SchemaParts& schema);
    bool is_left_out(const json::Field& field, const SchemaParts& schema);

    json::Writer json_;
    ReferenceTrail trail_;
};

void Follower::write(const json::Value& value, const json::Value& schema)
{
    const std::size_t depth = trail_.depth();
    SchemaParts parts(schema, trail_);
    const std::vector<json::Value> alternatives = alternatives_of(parts).schemas;
    if (parts.find("properties"))
        for (const json::Value& variant : alternatives)
            parts.add(variant, trail_, false);
    if (parts.types().empty() && !alternatives.empty())
        write_as_one_of(value, alternatives);
    else
        write_as(value, schema, parts, depth);
    trail_.return_to(depth);
}

Types Follower::types_of(const json::Value& schema)
{
    const std::size_t depth = trail_.depth();
    Types types = SchemaParts(schema, trail_).types();
    trail_.return_to(depth);
    return types;
}

// As the only one of them that it can be. A text that may be a text is one.
void Follower::write_as_one_of(const json::Value& value, const std::vector<json::Value>& schemas)
{
    const bool is_text = value.is(Type::string);
    const std::string text = is_text ? json::unescape(*value.string()) : std::string();
    json::Document document;
    const auto inside = document.parse(text);
    const json::Value* only = nullptr;
    std::size_t found = 0;
    for (const json::Value& schema : schemas) {
        const Types types = types_of(schema);
        const bool takes_text = types.empty() || names(types, "string");
        if (is_text ? takes_text || (inside && fits(*inside, types)) : types.empty() || fits(value, types)) {
            only = &schema;
            found += is_text && takes_text ? 2 : 1;
        }
    }
    if (found == 1)
        write(value, *only);
    else if (schemas.size() == 1)
        write(value, schemas.front());
    else
        json_.raw(value.raw());
}

void Follower::write_as(
    const json::Value& value, const json::Value& schema, const SchemaParts& parts, std::size_t depth)
{
    const Types types = parts.types();
    const bool text_only = types.size() == 1 && types.front() == "string";
    if (auto object = value.object(); object && names(types, "object"))
        write_object(*object, parts);
    else if (auto array = value.array(); array && names(types, "array"))
        write_array(*array, parts);
    else if (value.is(Type::string) && !types.empty() && !names(types, "string"))
        write_text(value, schema, types, depth);
    else if (text_only && (value.is(Type::number) || value.is(Type::boolean)))
        json_.text(value.raw().text);
    else if (value.is(Type::number) && names(types, "integer") && !names(types, "number") && value.integer())
        json_.integer(*value.integer());
    else
        json_.raw(value.raw());
}

// What was put into quotes that should not have been.
void Follower::write_text(
    const json::Value& value, const json::Value& schema, const Types& types, std::size_t depth)
{
    trail_.return_to(depth); // the schema is followed once more
    std::string text = json::unescape(*value.string());
    if (text == "True" || text == "False")
        text[0] = static_cast<char>(text[0] + ('a' - 'A'));
    json::Document document;
    auto inside = document.parse(text);
    if (inside && !inside->is(Type::null) && fits(*inside, types))
        write(*inside, schema);
    else
        json_.raw(value.raw());
}

// Null for something that may be absent and may not be null means absent.
bool Follower::is_left_out(const json::Field& field, const SchemaParts& schema)
{
    const auto property = property_of(schema, field.key);
    if (!property)
        return is_closed(schema);
    if (!field.value.is(Type::null) || requires_it(schema, field.key))
        return false;
    const std::size_t depth = trail_.depth();
    const SchemaParts parts(*property, trail_);
    const Alternatives alternatives = alternatives_of(parts);
    const bool says_something = !parts.types().empty() || !alternatives.schemas.empty();
    const bool absent = says_something && !parts.nullable() && !alternatives.null;
    trail_.return_to(depth);
    return absent;
}

void Follower::write_object(const json::Object& object, const SchemaParts& schema)
{
    json_.begin_object();
    for (const json::Field& field : object) {
        if (is_left_out(field, schema))
            continue;
        json_.key(field.key);
        if (auto property = property_of(schema, field.key))
            write(field.value, *property);
        else
            json_.raw(field.value.raw());
    }
    json_.end_object();
}

void Follower::write_array(const json::Array& array, const SchemaParts& schema)
{
    const auto items = schema.find("items");
    json_.begin_array();
    for (json::Value element : array) {
        if (items && items->is(Type::object))
            write(element, *items);
        else
            json_.raw(element.raw());
    }
    json_.end_array();
}

} // namespace

std::string follow_schema(std::string_view arguments, std::string_view schema)
{
    json::Document values;
    json::Document schemas;
    auto value = values.parse(arguments);
    auto root = schemas.parse(schema);
    auto object = root ? root->object() : std::nullopt;
    if (!value || !value->is(Type::object) || !object)
        return std::string(arguments);
    std::string out;
    Follower(out, *object).write(*value, *root);
    return out;
}

std::string bare_argument(std::string_view text, std::string_view name, std::string_view schema)
{
    const std::string quoted = '"' + json::escape(text) + '"';
    json::Document schemas;
    auto root = schemas.parse(schema);
    auto object = root ? root->object() : std::nullopt;
    std::optional<json::Value> property;
    if (object) {
        ReferenceTrail trail(*object);
        property = property_of(SchemaParts(*root, trail), { json::escape(name) });
    }
    json::Document values;
    if (property) {
        auto value = values.parse(quoted);
        std::string out;
        Follower(out, *object).write(*value, *property);
        return out;
    }
    auto value = values.parse(text);
    return value && !value->is(Type::string) ? std::string(text) : quoted;
}

} // namespace dragoman::translate
