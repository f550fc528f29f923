#include "openai/responses_item.h"

#include <array>

namespace dragoman::openai {

namespace {

using Kind = ResponsesItem::Kind;

json::RawString string_or_nothing(json::Value value) { return value.string().value_or(json::RawString {}); }

json::RawString string_at(json::Object object, std::string_view name)
{
    auto value = object.find(name);
    return value ? string_or_nothing(*value) : json::RawString {};
}

template <class Read> void for_each_object(json::Value value, Read read)
{
    auto array = value.array();
    if (!array)
        return;
    for (json::Value element : *array)
        if (auto object = element.object())
            read(*object);
}

Kind kind_of(std::string_view type)
{
    struct Row {
        std::string_view type;
        Kind kind;
    };
    constexpr std::array rows = std::to_array<Row>({ { "message", Kind::message },
        { "reasoning", Kind::reasoning }, { "function_call", Kind::function_call },
        { "custom_tool_call", Kind::custom_tool_call }, { "web_search_call", Kind::web_search_call } });
    for (const Row& row : rows)
        if (row.type == type)
            return row.kind;
    return Kind::other;
}

void read_message_part(json::Object part, ResponsesItem& item)
{
    const std::string_view type = string_at(part, "type").escaped;
    if (type == "refusal")
        item.parts.push_back({ ContentPart::Kind::refusal, string_at(part, "refusal") });
    else if (type == "output_text" || type == "text")
        item.parts.push_back({ ContentPart::Kind::text, string_at(part, "text") });
    auto annotations = part.find("annotations");
    if (auto array = annotations ? annotations->array() : std::nullopt)
        for (json::Value annotation : *array)
            read_responses_annotation(annotation, item.citations);
}

std::vector<ContentPart> read_thoughts(json::Value value)
{
    std::vector<ContentPart> thoughts;
    for_each_object(value, [&](json::Object part) {
        thoughts.push_back({ ContentPart::Kind::thinking, string_at(part, "text") });
    });
    return thoughts;
}

// A search tells its words and, if the request asked for them, the addresses it found.
void read_action(json::Object action, ResponsesItem& item)
{
    item.query = string_at(action, "query");
    auto queries = action.find("queries");
    if (auto array = queries ? queries->array() : std::nullopt;
        array && item.query.empty() && !array->empty())
        item.query = string_or_nothing(*array->begin());
    if (auto sources = action.find("sources"))
        for_each_object(*sources, [&](json::Object source) {
            if (json::RawString url = string_at(source, "url"); !url.empty())
                item.citations.push_back({ url, string_at(source, "title") });
        });
}

void read_arguments(json::Value value, ResponsesItem& item)
{
    if (auto text = value.string())
        item.arguments = *text;
    else if (value.is(json::Type::object))
        item.arguments_value = value.raw();
}

} // namespace

void read_responses_annotation(json::Value value, std::vector<Citation>& citations)
{
    auto annotation = value.object();
    if (!annotation || string_at(*annotation, "type").escaped != "url_citation")
        return;
    if (json::RawString url = string_at(*annotation, "url"); !url.empty())
        citations.push_back({ url, string_at(*annotation, "title") });
}

ResponsesItem read_responses_item(json::Value value)
{
    ResponsesItem item { .whole = value.raw() };
    auto object = value.object();
    if (!object)
        return item;
    item.type = string_at(*object, "type");
    item.kind = kind_of(item.type.escaped);
    std::vector<ContentPart> content_thoughts;
    for (auto [key, field] : *object) {
        if (key_is(key, "id"))
            item.id = string_or_nothing(field);
        else if (key_is(key, "phase"))
            item.phase = string_or_nothing(field);
        else if (key_is(key, "call_id"))
            item.call_id = string_or_nothing(field);
        else if (key_is(key, "name"))
            item.name = string_or_nothing(field);
        else if (key_is(key, "arguments") || key_is(key, "input"))
            read_arguments(field, item);
        else if (key_is(key, "encrypted_content"))
            item.encrypted = !string_or_nothing(field).empty();
        else if (key_is(key, "summary"))
            item.parts = read_thoughts(field);
        else if (key_is(key, "content") && item.kind == Kind::reasoning)
            content_thoughts = read_thoughts(field);
        else if (key_is(key, "content") && item.kind == Kind::message)
            for_each_object(field, [&](json::Object part) { read_message_part(part, item); });
        else if (key_is(key, "action") && field.is(json::Type::object))
            read_action(*field.object(), item);
    }
    if (item.parts.empty())
        item.parts = std::move(content_thoughts);
    return item;
}

} // namespace dragoman::openai
