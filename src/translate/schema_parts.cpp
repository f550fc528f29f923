#include "translate/schema_parts.h"

#include "json/escape.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_set>

namespace dragoman::translate {

namespace {

constexpr std::size_t references_max = 64; // inside one another

// RFC 6901: "~1" is "/", "~0" is "~"; in a URI fragment "%24" may stand for "$".
std::string pointer_token(std::string_view token)
{
    std::string name;
    for (std::size_t i = 0; i < token.size(); ++i) {
        unsigned code = 0;
        if (token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1')) {
            name += token[++i] == '1' ? '/' : '~';
        } else if (token[i] == '%' && i + 2 < token.size()
            && std::from_chars(&token[i + 1], &token[i + 1] + 2, code, 16).ptr == &token[i + 1] + 2) {
            name += static_cast<char>(code);
            i += 2;
        } else {
            name += token[i];
        }
    }
    return name;
}

std::optional<json::Value> child(const json::Value& parent, const std::string& name)
{
    if (auto object = parent.object()) {
        for (const json::Field& field : *object)
            if (json::unescape(field.key) == name)
                return field.value;
        return std::nullopt;
    }
    auto array = parent.array();
    std::size_t index = 0;
    if (!array || std::from_chars(name.data(), name.data() + name.size(), index).ec != std::errc())
        return std::nullopt;
    for (json::Value element : *array)
        if (index-- == 0)
            return element;
    return std::nullopt;
}

std::optional<json::Value> descend(const json::Object& object, const std::string& name)
{
    for (const json::Field& field : object)
        if (json::unescape(field.key) == name)
            return field.value;
    return std::nullopt;
}

void add_types(std::vector<std::string>& types, const json::Value& value)
{
    if (auto name = value.string())
        types.push_back(json::unescape(*name));
    else if (auto names = value.array())
        for (json::Value element : *names)
            if (auto string = element.string())
                types.push_back(json::unescape(*string));
}

std::string type_of_value(const json::Value& value)
{
    switch (value.type()) {
    case json::Type::string:
        return "string";
    case json::Type::boolean:
        return "boolean";
    case json::Type::number:
        return value.integer() ? "integer" : "number";
    case json::Type::object:
        return "object";
    case json::Type::array:
        return "array";
    case json::Type::null:
        break;
    }
    return "null";
}

} // namespace

std::optional<json::Value> resolve_reference(const json::Object& root, std::string_view reference)
{
    if (!reference.starts_with("#/"))
        return std::nullopt;
    reference.remove_prefix(2);
    std::optional<json::Value> value;
    while (true) {
        const auto slash = reference.find('/');
        const std::string name = pointer_token(reference.substr(0, slash));
        value = value ? child(*value, name) : descend(root, name);
        if (!value || slash == std::string_view::npos)
            return value;
        reference.remove_prefix(slash + 1);
    }
}

std::optional<json::Value> ReferenceTrail::follow(json::RawString reference)
{
    if (followed_.size() == references_max)
        return std::nullopt;
    auto target = resolve_reference(root_, json::unescape(reference));
    if (!target || std::ranges::find(followed_, target->offset()) != followed_.end())
        return std::nullopt;
    followed_.push_back(target->offset());
    return target;
}

void SchemaParts::add(const json::Value& schema, ReferenceTrail& trail, bool certain)
{
    auto object = schema.object();
    if (!object)
        return;
    parts_.push_back(*object);
    certain_.push_back(certain);
    if (auto reference = object->find("$ref"); reference && reference->string())
        if (auto target = trail.follow(*reference->string()))
            add(*target, trail, certain);
    auto all_of = object->find("allOf");
    if (auto branches = all_of ? all_of->array() : std::nullopt)
        for (json::Value branch : *branches)
            add(branch, trail, certain);
}

std::optional<json::Value> SchemaParts::find(std::string_view keyword) const
{
    for (const json::Object& part : parts_)
        if (auto value = part.find(keyword))
            return value;
    return std::nullopt;
}

std::vector<std::string> SchemaParts::types() const
{
    std::vector<std::string> types;
    if (auto type = find("type"))
        add_types(types, *type);
    std::erase(types, "null");
    if (types.empty())
        if (std::string guess = guessed_type(); !guess.empty())
            types.push_back(std::move(guess));
    return types;
}

std::string SchemaParts::guessed_type() const
{
    struct Hint {
        std::string_view keyword;
        std::string_view type;
    };
    constexpr std::array hints = std::to_array<Hint>({ { "properties", "object" },
        { "additionalProperties", "object" }, { "patternProperties", "object" },
        { "propertyNames", "object" }, { "required", "object" }, { "items", "array" },
        { "prefixItems", "array" }, { "minItems", "array" }, { "minLength", "string" },
        { "maxLength", "string" }, { "pattern", "string" }, { "format", "string" }, { "minimum", "number" },
        { "maximum", "number" }, { "exclusiveMinimum", "number" }, { "exclusiveMaximum", "number" } });
    if (auto value = find("const"))
        return type_of_value(*value) == "null" ? "" : type_of_value(*value);
    if (auto list = find("enum"); list && list->array())
        for (json::Value value : json::Array(*list->array()))
            if (!value.is(json::Type::null))
                return type_of_value(value);
    for (const Hint& hint : hints)
        if (find(hint.keyword))
            return std::string(hint.type);
    return {};
}

bool SchemaParts::nullable() const
{
    if (auto said = find("nullable"); said && said->boolean() == true)
        return true;
    std::vector<std::string> types;
    if (auto type = find("type"))
        add_types(types, *type);
    if (std::ranges::find(types, "null") != types.end())
        return true;
    if (auto list = find("enum"); list && list->array())
        for (json::Value value : json::Array(*list->array()))
            if (value.is(json::Type::null))
                return true;
    return false;
}

std::vector<json::Field> SchemaParts::properties() const
{
    std::vector<json::Field> properties;
    std::unordered_set<std::string> names;
    for (const json::Object& part : parts_) {
        auto value = part.find("properties");
        auto object = value ? value->object() : std::nullopt;
        if (!object)
            continue;
        for (const json::Field& property : *object)
            if (names.insert(json::unescape(property.key)).second)
                properties.push_back(property);
    }
    return properties;
}

std::vector<json::RawString> SchemaParts::required() const
{
    std::vector<json::RawString> required;
    std::unordered_set<std::string> names;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        auto value = certain_[i] ? parts_[i].find("required") : std::nullopt;
        auto array = value ? value->array() : std::nullopt;
        if (!array)
            continue;
        for (json::Value name : *array)
            if (auto string = name.string(); string && names.insert(json::unescape(*string)).second)
                required.push_back(*string);
    }
    return required;
}

bool is_null_schema(const json::Value& schema)
{
    auto object = schema.object();
    if (!object)
        return false;
    if (auto type = object->find("type"); type && type->string())
        return json::key_is(*type->string(), "null");
    auto value = object->find("const");
    return value && value->is(json::Type::null);
}

} // namespace dragoman::translate
