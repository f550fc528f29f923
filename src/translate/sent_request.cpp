#include "translate/sent_request.h"

#include "json/document.h"
#include "translate/messages_json.h"

#include <algorithm>
#include <array>

namespace dragoman::translate {

namespace {

using json::Array;
using json::Field;
using json::Object;
using json::Type;
using json::Value;

// Without these it would be another request, or one that goes where its author does not want it.
constexpr std::array lasting = std::to_array<std::string_view>({ "model", "models", "messages", "input",
    "system", "instructions", "tools", "tool_choice", "stream", "provider", "plugins", "route", "max_tokens",
    "max_completion_tokens", "max_output_tokens", "fallbacks", "mcp_servers", "container" });

constexpr std::array limits_of_output =
    std::to_array<std::string_view>({ "max_tokens", "max_completion_tokens", "max_output_tokens" });

template <class List> bool is_one_of(json::RawString key, const List& names)
{
    return std::ranges::any_of(names, [&](std::string_view name) { return json::key_is(key, name); });
}

// What can be the name of a parameter, and may be shown.
bool is_name(json::RawString key)
{
    constexpr std::size_t longest = 64;
    return !key.escaped.empty() && key.escaped.size() <= longest
        && std::ranges::all_of(key.escaped, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
           });
}

bool is_list(const std::optional<Value>& value)
{
    const auto array = value ? value->array() : std::nullopt;
    return array && !array->empty();
}

class Reader {
public:
    SentRequest read(const Object& root);

private:
    void read_tools(const Array& tools);
    void read_choice(const Value& choice);
    void read_messages(const Array& messages);
    void read_message(const Object& message);
    void read_content(const Value& content);
    void read_block(const Object& block);

    SentRequest sent_ {};
    bool others_spoke_ = false; // than the system
};

SentRequest Reader::read(const Object& root)
{
    for (const Field& field : root) {
        if (is_one_of(field.key, limits_of_output)) {
            const auto limit = field.value.integer();
            sent_.max_tokens = limit && *limit > 0 ? static_cast<std::uint64_t>(*limit) : 0;
        } else if (is_name(field.key) && !is_one_of(field.key, lasting)) {
            sent_.parameters.emplace_back(field.key.escaped);
        }
    }
    if (const auto reasoning = object_at(root, "reasoning"); reasoning && reasoning->find("summary"))
        sent_.parameters.emplace_back("reasoning.summary");
    if (const auto tools = root.find("tools"); is_list(tools))
        read_tools(*tools->array());
    if (const auto choice = root.find("tool_choice"))
        read_choice(*choice);
    for (const std::string_view name : { "messages", "input" })
        if (const auto messages = root.find(name); is_list(messages))
            read_messages(*messages->array());
    return std::move(sent_);
}

void Reader::read_tools(const Array& tools)
{
    sent_.tools = true;
    for (Value value : tools) {
        const auto tool = value.object();
        const auto function = tool ? object_at(*tool, "function") : std::nullopt;
        sent_.strict |= (tool && tool->find("strict")) || (function && function->find("strict"));
    }
}

void Reader::read_choice(const Value& choice)
{
    std::string_view said;
    if (const auto word = choice.string())
        said = word->escaped;
    else if (const auto object = choice.object())
        said = string_at(*object, "type");
    sent_.forced_tool = !said.empty() && said != "auto" && said != "none";
}

void Reader::read_messages(const Array& messages)
{
    for (Value value : messages)
        if (const auto message = value.object())
            read_message(*message);
}

void Reader::read_message(const Object& message)
{
    const std::string_view role = string_at(message, "role");
    if (role == "system" || role == "developer")
        (others_spoke_ ? sent_.system_role : sent_.system_first) = true;
    else
        others_spoke_ = true;
    for (const std::string_view name : { "reasoning_content", "reasoning", "reasoning_details" })
        sent_.thinking |= message.find(name).has_value();
    const auto calls = message.find("tool_calls");
    sent_.tool_calls |= is_list(calls);
    if (is_list(calls))
        for (Value call : Array(*calls->array()))
            sent_.thinking |= call.object() && call.object()->find("extra_content");
    if (!string_at(message, "type").empty())
        read_block(message); // an item of the Responses dialect
    else if (const auto content = message.find("content"))
        read_content(*content);
}

void Reader::read_content(const Value& content)
{
    if (const auto text = content.string())
        sent_.thinking |= text->escaped.starts_with("<think>");
    if (const auto blocks = content.array())
        for (Value value : *blocks)
            if (const auto block = value.object())
                read_block(*block);
}

void Reader::read_block(const Object& block)
{
    const std::string_view type = string_at(block, "type");
    sent_.thinking |= type == "thinking" || type == "redacted_thinking" || type == "reasoning";
    sent_.tool_calls |= type == "tool_use" || type == "function_call";
    sent_.images |= type == "image" || type == "image_url" || type == "input_image";
    for (const std::string_view name : { "content", "output" })
        if (const auto inside = block.find(name); inside && inside->is(Type::array))
            read_content(*inside);
}

} // namespace

SentRequest sent_request(std::string_view body)
{
    json::Document document;
    const auto root = document.parse(body);
    const auto object = root ? root->object() : std::nullopt;
    if (!object)
        return {};
    SentRequest sent = Reader().read(*object);
    for (const std::string_view name : { "response_format", "text", "output_config" })
        if (const auto format = object->find(name))
            sent.strict |= format->raw().text.find("\"strict\"") != std::string_view::npos;
    // As a key: in a text its quotes would be escaped.
    sent.cache_control = body.find("\"cache_control\"") != std::string_view::npos;
    return sent;
}

} // namespace dragoman::translate
