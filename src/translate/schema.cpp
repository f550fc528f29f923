#include "translate/schema.h"

#include "json/document.h"
#include "json/escape.h"
#include "translate/schema_gemini.h"
#include "translate/schema_join.h"
#include "translate/schema_parts.h"
#include "translate/schema_rewrite.h"
#include "translate/strict_schema.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace dragoman::translate {

namespace {

using route::Quirk;

// Refuse alternatives at the root even where it says that it is an object.
constexpr route::Quirks plain_roots { Quirk::plain_root_schemas, Quirk::strict_schemas,
    Quirk::single_type_schemas };

constexpr std::array combinators = std::to_array<std::string_view>({ "anyOf", "oneOf", "allOf" });

bool is_combinator(json::RawString key)
{
    return json::key_is(key, combinators[0]) || json::key_is(key, combinators[1])
        || json::key_is(key, combinators[2]);
}

bool says_object(const json::Object& schema)
{
    auto type = schema.find("type");
    auto name = type ? type->string() : std::nullopt;
    return name && json::key_is(*name, "object");
}

bool has_combinator(const json::Object& schema)
{
    for (const json::Field& field : schema)
        if (is_combinator(field.key))
            return true;
    return false;
}

// A root that only says where the schema stands.
bool refers(const json::Object& schema)
{
    const auto reference = schema.find("$ref");
    const auto name = reference ? reference->string() : std::nullopt;
    return name && !schema.find("properties") && resolve_reference(schema, json::unescape(*name));
}

// A root that is an object in all but name: its text stays as it is, what is missing comes behind.
void append_completed(json::Writer& json, const json::Object& schema, std::string_view text)
{
    const bool has_properties = schema.find("properties").has_value();
    if (says_object(schema) && has_properties) {
        json.raw({ text });
        return;
    }
    const bool is_empty = schema.empty();
    std::string& out = json.begin_value();
    out += text.substr(0, text.size() - 1);
    std::string_view comma = is_empty ? "" : ",";
    if (!says_object(schema)) {
        out.append(comma).append(R"("type":"object")");
        comma = ",";
    }
    if (!has_properties)
        out.append(comma).append(R"("properties":{})");
    out += '}';
}

constexpr std::size_t merged_parts_max = 1000;

// Properties and requirements of a root and of the alternatives it is made of.
struct Merged {
    std::size_t parts = 0;
    std::vector<json::Field> properties {};
    std::vector<json::RawString> required {};
    std::unordered_set<std::string_view> names {};
    std::unordered_set<std::string_view> required_names {};
};

void add_required(Merged& merged, const json::Object& schema)
{
    auto required = schema.find("required");
    auto array = required ? required->array() : std::nullopt;
    if (!array)
        return;
    for (json::Value name : *array)
        if (auto string = name.string(); string && merged.required_names.insert(string->escaped).second)
            merged.required.push_back(*string);
}

void add_properties(Merged& merged, const json::Object& schema)
{
    auto properties = schema.find("properties");
    auto object = properties ? properties->object() : std::nullopt;
    if (!object)
        return;
    for (const json::Field& property : *object)
        if (merged.names.insert(property.key.escaped).second)
            merged.properties.push_back(property);
}

constexpr int merged_depth_max = 16; // references and alternatives inside one another

void add_part(Merged& merged, const json::Value& part, const json::Object& root, bool certain, int depth);

// What a schema is made of besides its own properties: what it refers to, and its alternatives.
void add_parts_of(
    Merged& merged, const json::Object& schema, const json::Object& root, bool certain, int depth)
{
    for (const json::Field& field : schema) {
        const auto reference = json::key_is(field.key, "$ref") ? field.value.string() : std::nullopt;
        if (reference)
            if (auto target = resolve_reference(root, json::unescape(*reference)))
                add_part(merged, *target, root, certain, depth + 1);
        const auto branches = is_combinator(field.key) ? field.value.array() : std::nullopt;
        if (branches)
            for (json::Value branch : *branches)
                add_part(merged, branch, root, certain && json::key_is(field.key, "allOf"), depth + 1);
    }
}

void add_part(Merged& merged, const json::Value& part, const json::Object& root, bool certain, int depth)
{
    const auto schema = part.object();
    if (!schema || depth > merged_depth_max || ++merged.parts > merged_parts_max)
        return;
    add_properties(merged, *schema);
    if (certain)
        add_required(merged, *schema);
    add_parts_of(merged, *schema, root, certain, depth);
}

// A root made of alternatives, or of a reference, which upstreams refuse: one object that has the properties
// of all of them, and requires what is required in every case.
void append_merged(json::Writer& json, const json::Object& schema)
{
    Merged merged;
    add_properties(merged, schema);
    add_required(merged, schema);
    add_parts_of(merged, schema, schema, true, 0);
    json.begin_object().key("type").text("object");
    for (const json::Field& field : schema) {
        if (!is_combinator(field.key) && !json::key_is(field.key, "$ref") && !json::key_is(field.key, "type")
            && !json::key_is(field.key, "properties") && !json::key_is(field.key, "required"))
            json.key(field.key).raw(field.value.raw());
    }
    json.key("properties").begin_object();
    for (const json::Field& property : merged.properties)
        json.key(property.key).raw(property.value.raw());
    json.end_object();
    if (!merged.required.empty()) {
        json.key("required").begin_array();
        for (json::RawString name : merged.required)
            json.string(name);
        json.end_array();
    }
    json.end_object();
}

// `type` is there and says something else, ["object","null"] for example.
void append_retyped(json::Writer& json, const json::Object& schema)
{
    json.begin_object().key("type").text("object");
    for (const json::Field& field : schema)
        if (!json::key_is(field.key, "type"))
            json.key(field.key).raw(field.value.raw());
    if (!schema.find("properties"))
        json.key("properties").begin_object().end_object();
    json.end_object();
}

// The schema with its root made an object.
void append_with_root(json::Writer& json, const Result<json::Value>& root, const route::Target& target)
{
    auto object = root ? root->object() : std::nullopt;
    if (!object)
        json.begin_object()
            .key("type")
            .text("object")
            .key("properties")
            .begin_object()
            .end_object()
            .end_object();
    else if (refers(*object)
        || (has_combinator(*object) && (!says_object(*object) || target.quirks.has_any(plain_roots))))
        append_merged(json, *object);
    else if (object->find("type") && !says_object(*object))
        append_retyped(json, *object);
    else
        append_completed(json, *object, root->raw().text);
}

// Arguments can be read by the schema; answers are passed on, and so are calls in the Messages dialect.
bool may_write_maps_as_text(const route::Target& target)
{
    return target.has(Quirk::closed_schemas) && !target.is_messages();
}

SchemaRewrite rules_of(const route::Target& target, bool strict)
{
    return { .drops_marks = target.has(Quirk::light_schemas) || target.has(Quirk::strict_schemas),
        .closes_objects = target.has(Quirk::closed_schemas) || strict,
        .maps_as_text = may_write_maps_as_text(target),
        .requires_all = strict,
        .moves_types = target.has(Quirk::single_type_schemas) };
}

std::string rewritten(const json::Value& schema, const SchemaRewrite& rules)
{
    std::string text;
    json::Writer json(text);
    append_rewritten_schema(json, schema, rules);
    return text;
}

// What strict mode cannot express stays as it is, and is not called strict.
bool becomes_strict(const json::Value& schema, const route::Target& target)
{
    return target.has(Quirk::strict_schemas) && can_be_closed(schema.raw())
        && is_strict_schema({ rewritten(schema, rules_of(target, true)) });
}

} // namespace

bool rewrites_schemas(const route::Target& target)
{
    constexpr route::Quirks rewrites { Quirk::gemini_schemas, Quirk::simple_schemas, Quirk::light_schemas,
        Quirk::closed_schemas, Quirk::strict_schemas, Quirk::single_type_schemas };
    return target.quirks.has_any(rewrites);
}

void append_schema(json::Writer& json, json::RawValue schema, const route::Target& target,
    json::Document& scratch, SchemaOf what)
{
    auto root = scratch.parse(schema.text);
    auto object = root ? root->object() : std::nullopt;
    if (object && (target.has(Quirk::gemini_schemas) || target.has(Quirk::simple_schemas)))
        return append_gemini_schema(
            json, *root, target.has(Quirk::simple_schemas) ? Keywords::least : Keywords::known);
    if (!rewrites_schemas(target))
        return append_with_root(json, root, target);
    std::string whole;
    json::Writer first(whole);
    append_with_root(first, root, target);
    const auto made = scratch.parse(whole);
    if (!made)
        return;
    SchemaRewrite rules = rules_of(target, becomes_strict(*made, target));
    rules.maps_as_text &= what == SchemaOf::arguments;
    append_rewritten_schema(json, *made, rules);
}

bool is_strict_when_sent(json::RawValue schema, const route::Target& target)
{
    if (!target.has(Quirk::strict_schemas))
        return is_strict_schema(schema);
    std::string sent;
    json::Writer json(sent);
    json::Document scratch;
    append_schema(json, schema, target, scratch);
    return can_be_closed(schema) && is_strict_schema({ sent });
}

bool writes_maps_as_text(json::RawValue schema, const route::Target& target)
{
    return may_write_maps_as_text(target) && holds_free_form(schema);
}

} // namespace dragoman::translate
