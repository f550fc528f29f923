#include "translate/schema_join.h"

#include "json/writer.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace dragoman::translate {

namespace {

using std::string_view;

constexpr std::size_t looks_max = 10'000; // at schemas that refer to one another

bool is_one_of(json::RawString key, std::initializer_list<string_view> names)
{
    return std::ranges::any_of(names, [&](string_view name) { return json::key_is(key, name); });
}

bool holds_text(const json::Value& list_or_text, string_view wanted)
{
    if (const auto text = list_or_text.string())
        return json::key_is(*text, wanted);
    if (const auto list = list_or_text.array())
        for (json::Value element : *list)
            if (const auto text = element.string(); text && json::key_is(*text, wanted))
                return true;
    return false;
}

bool is_filled(const std::optional<json::Value>& value)
{
    const auto object = value ? value->object() : std::nullopt;
    return object && !object->empty();
}

bool is_list(const json::Object& schema, string_view keyword)
{
    const auto value = schema.find(keyword);
    return value && value->is(json::Type::array);
}

// A map beside what it names: more properties, of a certain kind.
bool takes_more(const json::Object& schema)
{
    return is_filled(schema.find("additionalProperties")) || is_filled(schema.find("patternProperties"));
}

class Joiner {
public:
    Joiner(const json::Value& schema, ReferenceTrail& trail)
        : parts_(schema, trail)
        , own_(*schema.object())
        , trail_(trail)
    {
    }

    std::optional<JoinedSchema> join();

private:
    bool has_hidden_part() const;
    void join_alternatives();
    void write_keywords(json::Writer& json);
    bool is_new(const json::Field& field);
    bool is_apart(const json::Field& field) const;
    bool properties_agree() const;

    SchemaParts parts_;
    json::Object own_;
    ReferenceTrail& trail_;
    bool alternatives_ = false;
    bool exact_ = true;
    std::vector<json::Field> written_ {};
};

// One that is no object, or a reference that leads nowhere or in a circle.
bool Joiner::has_hidden_part() const
{
    std::size_t expected = 0;
    for (const json::Object& part : parts_.parts()) {
        expected += part.find("$ref") ? 1 : 0;
        if (const auto all = part.find("allOf"); all && all->array())
            for (json::Value each : json::Array(*all->array()))
                expected += each.is(json::Type::object) ? 1 : 2;
    }
    return parts_.parts().size() != expected + 1;
}

void Joiner::join_alternatives()
{
    if (parts_.properties().empty())
        return;
    for (string_view keyword : { "anyOf", "oneOf" }) {
        const auto list = parts_.find(keyword);
        const auto variants = list ? list->array() : std::nullopt;
        if (!variants)
            continue;
        const auto adds = [](const json::Value& variant) {
            const auto object = variant.object();
            return object && is_filled(object->find("properties"));
        };
        bool any = false;
        for (json::Value variant : *variants)
            any |= adds(variant);
        for (json::Value variant : json::Array(*list->array()))
            if (any)
                parts_.add(variant, trail_, false);
        alternatives_ |= any;
    }
}

bool Joiner::is_apart(const json::Field& field) const
{
    return is_one_of(field.key, { "allOf", "$ref", "properties", "required", "additionalProperties" })
        || (alternatives_ && is_one_of(field.key, { "anyOf", "oneOf" }));
}

bool Joiner::is_new(const json::Field& field)
{
    for (const json::Field& each : written_)
        if (each.key == field.key) {
            const bool words =
                is_one_of(field.key, { "title", "description", "default", "examples", "$comment" });
            exact_ &= words || each.value.raw().text == field.value.raw().text;
            return false;
        }
    written_.push_back(field);
    return true;
}

void Joiner::write_keywords(json::Writer& json)
{
    for (std::size_t i = 0; i < parts_.parts().size(); ++i)
        if (parts_.is_certain(i))
            for (const json::Field& field : parts_.parts()[i])
                if (!is_apart(field) && is_new(field))
                    json.key(field.key).raw(field.value.raw());
}

bool Joiner::properties_agree() const
{
    for (const json::Field& property : parts_.properties())
        for (const json::Object& part : parts_.parts()) {
            const auto value = part.find("properties");
            const auto all = value ? value->object() : std::nullopt;
            if (all)
                for (const json::Field& other : *all)
                    if (other.key == property.key && other.value.raw().text != property.value.raw().text)
                        return false;
        }
    return true;
}

std::optional<JoinedSchema> Joiner::join()
{
    if (has_hidden_part())
        return std::nullopt;
    join_alternatives();
    if (!is_list(own_, "allOf") && !alternatives_)
        return std::nullopt;
    JoinedSchema made;
    json::Writer json(made.text);
    json.begin_object();
    write_keywords(json);
    const auto properties = parts_.properties();
    if (!properties.empty() || own_.find("properties")) {
        if (!parts_.find("type"))
            json.key("type").word("object");
        json.key("properties").begin_object();
        for (const json::Field& property : properties)
            json.key(property.key).raw(property.value.raw());
        json.end_object();
    }
    if (const auto required = parts_.required(); !required.empty()) {
        json.key("required").begin_array();
        for (json::RawString name : required)
            json.string(name);
        json.end_array();
    }
    json.end_object();
    made.exact =
        exact_ && !alternatives_ && properties_agree() && std::ranges::none_of(parts_.parts(), takes_more);
    return made;
}

// Looks at every schema inside another one.
class Looker {
public:
    explicit Looker(const json::Object& root)
        : trail_(root)
    {
    }

    bool closes(const json::Value& value, bool root);

private:
    bool closes_parts(const json::Value& value, const json::Object& schema);
    bool closes_inside(const json::Field& field);

    ReferenceTrail trail_;
    std::size_t looks_ = 0;
};

bool Looker::closes(const json::Value& value, bool root)
{
    const auto schema = value.object();
    if (!schema)
        return true;
    if (++looks_ > looks_max || takes_more(*schema) || (!root && is_free_form(*schema)))
        return false;
    const std::size_t depth = trail_.depth();
    const bool closes = closes_parts(value, *schema);
    trail_.return_to(depth);
    return closes;
}

bool Looker::closes_parts(const json::Value& value, const json::Object& schema)
{
    const auto whole = joined(value, trail_);
    if (!whole && is_list(schema, "allOf"))
        return false;
    if (whole) {
        json::Document document;
        const auto parsed = document.parse(whole->text);
        return whole->exact && parsed && closes(*parsed, false);
    }
    for (const json::Field& field : schema)
        if (!closes_inside(field))
            return false;
    return true;
}

bool Looker::closes_inside(const json::Field& field)
{
    if (is_one_of(field.key, { "properties", "$defs", "definitions" })) {
        if (const auto map = field.value.object())
            for (const json::Field& each : *map)
                if (!closes(each.value, false))
                    return false;
        return true;
    }
    if (is_one_of(field.key, { "anyOf", "oneOf", "prefixItems" })) {
        if (const auto list = field.value.array())
            for (json::Value each : *list)
                if (!closes(each, false))
                    return false;
        return true;
    }
    return !json::key_is(field.key, "items") || closes(field.value, false);
}

bool has_free_form(const json::Value& value, bool root)
{
    if (const auto list = value.array()) {
        for (json::Value each : *list)
            if (has_free_form(each, false))
                return true;
        return false;
    }
    const auto schema = value.object();
    if (!schema)
        return false;
    if (!root && is_free_form(*schema))
        return true;
    for (const json::Field& field : *schema)
        if (has_free_form(field.value, is_one_of(field.key, { "properties", "$defs", "definitions" })))
            return true;
    return false;
}

} // namespace

bool is_free_form(const json::Object& schema)
{
    for (string_view word : { "$ref", "allOf", "anyOf", "oneOf", "enum", "const" })
        if (schema.find(word))
            return false;
    const auto type = schema.find("type");
    const auto more = schema.find("additionalProperties");
    if (type ? !holds_text(*type, "object") : !takes_more(schema))
        return false;
    return !is_filled(schema.find("properties")) && !(more && more->boolean() == false);
}

std::optional<JoinedSchema> joined(const json::Value& schema, ReferenceTrail& trail)
{
    const auto object = schema.object();
    if (!object || !(is_list(*object, "allOf") || is_list(*object, "anyOf") || is_list(*object, "oneOf")))
        return std::nullopt;
    const std::size_t depth = trail.depth();
    auto made = Joiner(schema, trail).join();
    if (!made)
        trail.return_to(depth);
    return made;
}

bool holds_free_form(json::RawValue schema)
{
    json::Document document;
    const auto root = document.parse(schema.text);
    return root && has_free_form(*root, true);
}

bool can_be_closed(json::RawValue schema)
{
    json::Document document;
    const auto root = document.parse(schema.text);
    const auto object = root ? root->object() : std::nullopt;
    return object && Looker(*object).closes(*root, true);
}

} // namespace dragoman::translate
