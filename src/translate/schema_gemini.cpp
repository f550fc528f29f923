#include "translate/schema_gemini.h"

#include "json/escape.h"
#include "translate/schema_parts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace dragoman::translate {

namespace {

constexpr std::size_t schemas_max = 20'000; // references multiply; the rest stays unspecific
constexpr std::size_t nesting_max = 64;
constexpr double bound_max = std::numeric_limits<std::int32_t>::max();

class GeminiSchema {
public:
    GeminiSchema(json::Writer& json, const json::Object& root, Keywords keywords)
        : json_(json)
        , bounds_(keywords == Keywords::known)
        , trail_(root)
    {
    }

    void write(const json::Value& schema, std::string_view description = {});
    void write_root(const json::Value& schema);

private:
    struct Alternatives {
        std::vector<json::Value> schemas {};
        bool nullable = false;
    };
    struct Shape {
        std::string type {};
        bool nullable = false;
        std::string description {}; // plain text
    };

    Alternatives find_alternatives(SchemaParts& schema);
    void add_variants(SchemaParts& schema, const json::Object& part);
    void write_parts(const SchemaParts& schema, Shape shape);
    void write_any_of(const SchemaParts& schema, const Alternatives& alternatives, const Shape& shape);
    bool write_choice_of_strings(const Alternatives& alternatives, const Shape& shape);
    void begin(const Shape& shape);
    void write_string(const SchemaParts& schema);
    void write_enum(std::span<const json::RawString> values);
    void write_number(const SchemaParts& schema, bool integer);
    void write_bound(const SchemaParts& schema, std::string_view name, std::string_view exclusive_name,
        bool integer, int step);
    void write_count(const SchemaParts& schema, std::string_view name);
    void write_array(const SchemaParts& schema);
    void write_items(const std::vector<json::Value>& items);
    void write_object(const SchemaParts& schema);
    void write_anything(std::string_view description);

    json::Writer& json_;
    bool bounds_; // and whatever else only some servers know
    ReferenceTrail trail_;
    std::size_t written_ = 0;
    std::size_t nesting_ = 0;
};

std::string description_of(const SchemaParts& schema, std::string_view otherwise)
{
    auto value = schema.find("description");
    auto string = value ? value->string() : std::nullopt;
    return string ? json::unescape(*string) : std::string(otherwise);
}

// The strings that a schema restricts itself to; empty unless it is about strings alone.
std::vector<json::RawString> string_choices(const SchemaParts& schema)
{
    std::vector<json::RawString> choices;
    if (auto value = schema.find("const")) {
        if (auto string = value->string(); string && !string->empty())
            choices.push_back(*string);
        return choices;
    }
    auto list = schema.find("enum");
    auto values = list ? list->array() : std::nullopt;
    if (!values)
        return choices;
    for (json::Value value : *values) {
        if (auto string = value.string(); string && !string->empty())
            choices.push_back(*string);
        else if (!string && !value.is(json::Type::null))
            return {};
    }
    return choices;
}

// Values other than strings cannot be listed there, so they are told.
std::string told_choices(const SchemaParts& schema)
{
    if (auto value = schema.find("const"))
        return value->is(json::Type::null) ? std::string {}
                                           : "Always " + std::string(value->raw().text) + ".";
    auto list = schema.find("enum");
    if (!list || !list->array())
        return {};
    return "One of " + std::string(list->raw().text) + ".";
}

// {"required":["a"]} as an alternative restricts its parent; it is no schema of its own.
bool stands_alone(const json::Value& schema)
{
    constexpr std::array keywords = std::to_array<std::string_view>(
        { "type", "properties", "items", "prefixItems", "enum", "const", "$ref", "anyOf", "oneOf", "allOf" });
    auto object = schema.object();
    return object && std::ranges::any_of(keywords, [&](std::string_view keyword) {
        return object->find(keyword).has_value();
    });
}

// An object of several kinds becomes one that may have the properties of all of them.
void GeminiSchema::add_variants(SchemaParts& schema, const json::Object& part)
{
    for (std::string_view keyword : { "anyOf", "oneOf" })
        if (auto list = part.find(keyword); list && list->array())
            for (json::Value variant : json::Array(*list->array()))
                schema.add(variant, trail_, false);
}

void GeminiSchema::write_root(const json::Value& schema)
{
    SchemaParts parts(schema, trail_);
    for (std::size_t i = 0, count = parts.parts().size(); i < count; ++i)
        add_variants(parts, json::Object(parts.parts()[i]));
    write_parts(parts, { .type = "object", .description = description_of(parts, {}) });
}

void GeminiSchema::write(const json::Value& schema, std::string_view description)
{
    if (!schema.is(json::Type::object) || nesting_ == nesting_max || ++written_ > schemas_max)
        return write_anything(description);
    ++nesting_;
    const std::size_t depth = trail_.depth();
    SchemaParts parts(schema, trail_);
    const Alternatives alternatives = find_alternatives(parts);
    Shape shape { .nullable = alternatives.nullable || parts.nullable(),
        .description = description_of(parts, description) };
    const auto types = parts.types();
    if (alternatives.schemas.size() > 1) {
        write_any_of(parts, alternatives, shape);
    } else if (types.size() > 1) {
        json_.begin_object().key("anyOf").begin_array();
        for (const std::string& type : types) {
            shape.type = type;
            write_parts(parts, shape);
        }
        json_.end_array().end_object();
    } else if (types.empty() && parts.find("$ref")) {
        // A circle, or a reference to nowhere.
        shape.type = "object";
        write_parts(parts, shape);
    } else {
        shape.type = types.empty() ? "string" : types.front();
        write_parts(parts, shape);
    }
    trail_.return_to(depth);
    --nesting_;
}

// A single alternative is no choice: it becomes part of the schema.
GeminiSchema::Alternatives GeminiSchema::find_alternatives(SchemaParts& schema)
{
    Alternatives found;
    for (std::size_t i = 0; i < schema.parts().size(); ++i) {
        const json::Object part = schema.parts()[i];
        if (part.find("properties"))
            add_variants(schema, part);
        if (part.find("properties") || !schema.is_certain(i))
            continue;
        for (std::string_view keyword : { "anyOf", "oneOf" }) {
            auto list = part.find(keyword);
            auto branches = list ? list->array() : std::nullopt;
            if (!branches)
                continue;
            std::vector<json::Value> schemas;
            std::size_t others = 0; // that only restrict what the schema says itself
            for (json::Value branch : *branches) {
                if (is_null_schema(branch))
                    found.nullable = true;
                else if (stands_alone(branch))
                    schemas.push_back(branch);
                else
                    ++others;
            }
            const bool told = others > 0 && part.find("type"); // what it says itself is true of all
            if (schemas.size() == 1 && others == 0)
                schema.add(schemas.front(), trail_);
            else if (!told && found.schemas.empty() && schemas.size() > 1)
                found.schemas = std::move(schemas);
        }
    }
    return found;
}

// Next to anyOf nothing else may stand, so what was said of all is said of the first.
void GeminiSchema::write_any_of(
    const SchemaParts& schema, const Alternatives& alternatives, const Shape& shape)
{
    if (write_choice_of_strings(alternatives, shape))
        return;
    std::string description = shape.description;
    if (shape.nullable)
        description += description.empty() ? "May be null." : " May be null.";
    json_.begin_object().key("anyOf").begin_array();
    for (const json::Value& alternative : alternatives.schemas) {
        write(alternative, description);
        description = description_of(schema, {});
    }
    json_.end_array().end_object();
}

bool GeminiSchema::write_choice_of_strings(const Alternatives& alternatives, const Shape& shape)
{
    std::vector<json::RawString> choices;
    for (const json::Value& alternative : alternatives.schemas) {
        const std::size_t depth = trail_.depth();
        SchemaParts parts(alternative, trail_);
        trail_.return_to(depth);
        const auto own = string_choices(parts);
        if (own.empty())
            return false;
        choices.insert(choices.end(), own.begin(), own.end());
    }
    begin({ .type = "string", .nullable = shape.nullable, .description = shape.description });
    write_enum(choices);
    json_.end_object();
    return true;
}

void GeminiSchema::begin(const Shape& shape)
{
    json_.begin_object().key("type").text(shape.type);
    if (!shape.description.empty())
        json_.key("description").text(shape.description);
    if (shape.nullable && bounds_)
        json_.key("nullable").boolean(true);
}

void GeminiSchema::write_parts(const SchemaParts& schema, Shape shape)
{
    constexpr std::array known =
        std::to_array<std::string_view>({ "string", "number", "integer", "boolean", "array", "object" });
    if (std::ranges::find(known, shape.type) == known.end())
        shape.type = "string";
    const bool lists_choices = shape.type == "string" && !string_choices(schema).empty();
    if (std::string told = lists_choices ? std::string {} : told_choices(schema); !told.empty())
        shape.description += (shape.description.empty() ? "" : " ") + told;
    begin(shape);
    if (shape.type == "string")
        write_string(schema);
    else if (shape.type == "number" || shape.type == "integer")
        write_number(schema, shape.type == "integer");
    else if (shape.type == "array")
        write_array(schema);
    else if (shape.type == "object")
        write_object(schema);
    json_.end_object();
}

void GeminiSchema::write_string(const SchemaParts& schema)
{
    if (const auto choices = string_choices(schema); !choices.empty())
        return write_enum(choices);
    if (auto format = schema.find("format");
        bounds_ && format && format->string() && json::key_is(*format->string(), "date-time"))
        json_.key("format").text("date-time");
    write_count(schema, "minLength");
    write_count(schema, "maxLength");
    if (auto pattern = schema.find("pattern"); bounds_ && pattern && pattern->string()
        && pattern->string()->escaped.find("(?") == std::string_view::npos)
        json_.key("pattern").string(*pattern->string()); // none that looks around
}

void GeminiSchema::write_enum(std::span<const json::RawString> values)
{
    std::unordered_set<std::string_view> seen;
    json_.key("enum").begin_array();
    for (json::RawString value : values)
        if (seen.insert(value.escaped).second)
            json_.string(value);
    json_.end_array();
}

void GeminiSchema::write_number(const SchemaParts& schema, bool integer)
{
    write_bound(schema, "minimum", "exclusiveMinimum", integer, 1);
    write_bound(schema, "maximum", "exclusiveMaximum", integer, -1);
}

// An excluded bound of an integer is the next number, any other stays as the nearest there is.
void GeminiSchema::write_bound(
    const SchemaParts& schema, std::string_view name, std::string_view exclusive_name, bool integer, int step)
{
    auto bound = schema.find(name);
    auto exclusive = schema.find(exclusive_name);
    const bool excluded = !bound && exclusive;
    const auto value = excluded ? exclusive : bound;
    auto number = value ? value->number() : std::nullopt;
    if (!bounds_ || !number || *number > bound_max || *number < -bound_max)
        return;
    if (auto whole = value->integer(); excluded && integer && whole)
        json_.key(name).integer(*whole + step);
    else
        json_.key(name).raw(value->raw());
}

void GeminiSchema::write_count(const SchemaParts& schema, std::string_view name)
{
    auto value = schema.find(name);
    auto count = value ? value->integer() : std::nullopt;
    if (bounds_ && count && *count >= 0 && *count <= std::numeric_limits<std::int32_t>::max())
        json_.key(name).integer(*count);
}

void GeminiSchema::write_array(const SchemaParts& schema)
{
    std::vector<json::Value> items;
    for (std::string_view keyword : { "prefixItems", "items" }) {
        auto value = schema.find(keyword);
        if (!value)
            continue;
        if (auto list = value->array())
            for (json::Value item : *list)
                items.push_back(item);
        else if (value->is(json::Type::object))
            items.push_back(*value);
    }
    json_.key("items");
    write_items(items);
    write_count(schema, "minItems");
    write_count(schema, "maxItems");
}

// One schema for all items: theirs if they have the same, otherwise any of them.
void GeminiSchema::write_items(const std::vector<json::Value>& items)
{
    std::vector<json::Value> different;
    for (const json::Value& item : items)
        if (std::ranges::none_of(
                different, [&](const json::Value& other) { return other.raw() == item.raw(); }))
            different.push_back(item);
    if (different.empty())
        return write_anything({});
    if (different.size() == 1)
        return write(different.front());
    json_.begin_object().key("anyOf").begin_array();
    for (const json::Value& item : different)
        write(item);
    json_.end_array().end_object();
}

void GeminiSchema::write_object(const SchemaParts& schema)
{
    std::unordered_set<std::string> names;
    json_.key("properties").begin_object();
    for (const json::Field& property : schema.properties()) {
        if (property.value.boolean() == false) // no value would do
            continue;
        names.insert(json::unescape(property.key));
        json_.key(property.key);
        write(property.value);
    }
    json_.end_object();
    std::vector<json::RawString> required = schema.required();
    std::erase_if(required, [&](json::RawString name) { return !names.contains(json::unescape(name)); });
    if (required.empty())
        return;
    json_.key("required").begin_array();
    for (json::RawString name : required)
        json_.string(name);
    json_.end_array();
}

// Every schema must name a type; text can say anything.
void GeminiSchema::write_anything(std::string_view description)
{
    begin({ .type = "string", .description = std::string(description) });
    json_.end_object();
}

} // namespace

void append_gemini_schema(json::Writer& json, const json::Value& root, Keywords keywords)
{
    if (auto object = root.object())
        GeminiSchema(json, *object, keywords).write_root(root);
}

} // namespace dragoman::translate
