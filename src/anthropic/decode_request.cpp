#include "anthropic/decode_request.h"

#include "anthropic/decode_block.h"
#include "json/key.h"

#include <array>
#include <string_view>
#include <unordered_map>

namespace dragoman::anthropic {

namespace {

// The members of MessagesRequest; everything else at the top level is kept in `unknown`.
constexpr std::array known_fields = std::to_array<std::string_view>({ "model", "messages", "system", "tools",
    "tool_choice", "max_tokens", "thinking", "output_config", "output_format", "metadata", "stop_sequences",
    "stream", "temperature", "top_p", "top_k", "speed", "service_tier", "cache_control", "context_management",
    "fallbacks", "container", "mcp_servers", "thread", "compaction", "safeguards" });

constexpr std::size_t tools_reserved_max = 128; // a tool is large

template <class Enum> struct Spelling {
    std::string_view text;
    Enum value;
};

template <class Enum, std::size_t size>
Enum by_name(const std::array<Spelling<Enum>, size>& spellings, RawString name, Enum otherwise)
{
    const json::Key key(name);
    for (const auto& spelling : spellings)
        if (key.is(spelling.text))
            return spelling.value;
    return otherwise;
}

constexpr std::array thinking_types = std::to_array<Spelling<ThinkingType>>({
    { "enabled", ThinkingType::enabled },
    { "adaptive", ThinkingType::adaptive },
    { "disabled", ThinkingType::disabled },
    { "between_tools", ThinkingType::between_tools },
});

constexpr std::array thinking_displays = std::to_array<Spelling<ThinkingDisplay>>({
    { "summarized", ThinkingDisplay::summarized },
    { "omitted", ThinkingDisplay::omitted },
    { "updates", ThinkingDisplay::updates },
});

constexpr std::array tool_choice_types = std::to_array<Spelling<ToolChoiceType>>({
    { "auto", ToolChoiceType::automatic },
    { "any", ToolChoiceType::any },
    { "tool", ToolChoiceType::tool },
    { "none", ToolChoiceType::none },
});

bool holds_something(const json::Value& value)
{
    if (auto object = value.object())
        return !object->empty();
    if (auto array = value.array())
        return !array->empty();
    return true;
}

// Empty also for {} and [].
RawValue raw_with_content(const Fields& fields, const json::Name& name)
{
    auto value = fields.value(name);
    return value && holds_something(*value) ? value->raw() : RawValue {};
}

void decode_message(Message& message, json::Object object, const Path& path, Mistake& mistake)
{
    Fields fields(object, path, mistake);
    const RawString role = fields.required_string("role");
    if (json::key_is(role, "assistant"))
        message.role = Role::assistant;
    else if (json::key_is(role, "system"))
        message.role = Role::system;
    else if (!json::key_is(role, "user"))
        fields.complain("role", R"(expected "user", "assistant" or "system")");
    if (auto content = fields.value("content"))
        message.blocks = content->is(json::Type::object)
            ? (fields.complain("content", "expected a string or an array of content blocks"), Blocks {})
            : decode_content(*content, Path(path, "content"), mistake);
    else
        fields.complain("content", "this field is required");
    message.has_beta_fields = fields.has("output_config") || fields.has("clear_at");
    if (!message.has_beta_fields)
        return;
    if (auto config = fields.object("output_config")) {
        Path config_path(path, "output_config");
        message.effort = Fields(*config, config_path, mistake).string_or_empty("effort");
    }
    message.clear_at_next_user_message = json::key_is(fields.string_if_any("clear_at"), "next_user_message");
}

void decode_messages(MessagesRequest& request, const Fields& fields)
{
    auto array = fields.array("messages");
    if (!array)
        return fields.complain("messages", "this field is required and must be an array");
    if (array->empty())
        return fields.complain("messages", "at least one message is required");
    Path path(fields.path(), "messages");
    request.messages.reserve(array->size_up_to(limits::messages));
    for (json::Value value : *array) {
        Path here(path, request.messages.size());
        auto object = value.object();
        if (request.messages.size() == limits::messages)
            fields.complain("messages", "too many messages");
        if (!object)
            fields.mistake().at(here, "expected an object");
        if (fields.mistake())
            return;
        decode_message(request.messages.emplace_back(), *object, here, fields.mistake());
    }
}

void decode_system(MessagesRequest& request, const Fields& fields)
{
    auto value = fields.value("system");
    if (!value)
        return;
    if (value->is(json::Type::object))
        return fields.complain("system", "expected a string or an array of text blocks");
    request.system = decode_content(*value, Path(fields.path(), "system"), fields.mistake());
}

void decode_tools(MessagesRequest& request, const Fields& fields)
{
    auto array = fields.array("tools");
    if (!array)
        return;
    Path path(fields.path(), "tools");
    request.tools.reserve(array->size_up_to(tools_reserved_max));
    for (json::Value value : *array) {
        Path here(path, request.tools.size());
        auto object = value.object();
        if (request.tools.size() == limits::tools)
            fields.complain("tools", "too many tools");
        if (!object)
            fields.mistake().at(here, "expected an object");
        if (fields.mistake())
            return;
        decode_tool(request.tools.emplace_back(), *object, here, fields.mistake());
        request.tools.back().raw = value.raw();
    }
}

void decode_tool_choice(MessagesRequest& request, const Fields& fields)
{
    auto object = fields.object("tool_choice");
    if (!object)
        return;
    Path path(fields.path(), "tool_choice");
    Fields inside(*object, path, fields.mistake());
    ToolChoice& choice = request.tool_choice;
    choice.type = by_name(tool_choice_types, inside.required_string("type"), ToolChoiceType::other);
    choice.disable_parallel_tool_use = inside.boolean("disable_parallel_tool_use").value_or(false);
    if (choice.type == ToolChoiceType::tool)
        choice.name = inside.required_string("name");
}

void decode_thinking(MessagesRequest& request, const Fields& fields)
{
    auto object = fields.object("thinking");
    if (!object)
        return;
    Path path(fields.path(), "thinking");
    Fields inside(*object, path, fields.mistake());
    Thinking& thinking = request.thinking;
    thinking.type = by_name(thinking_types, inside.required_string("type"), ThinkingType::other);
    thinking.budget_tokens = inside.integer("budget_tokens");
    if (auto display = inside.string("display"))
        thinking.display = by_name(thinking_displays, *display, ThinkingDisplay::other);
}

void decode_format(OutputConfig& config, const Fields& fields, const json::Name& name)
{
    auto object = fields.object(name);
    if (!object)
        return;
    Path path(fields.path(), name.text());
    Fields inside(*object, path, fields.mistake());
    config.format_type = inside.required_string("type");
    if (inside.object("schema"))
        config.format_schema = inside.raw("schema");
}

void decode_output_config(MessagesRequest& request, const Fields& fields)
{
    decode_format(request.output_config, fields, "output_format");
    auto object = fields.object("output_config");
    if (!object)
        return;
    Path path(fields.path(), "output_config");
    Fields inside(*object, path, fields.mistake());
    request.output_config.effort = inside.string_or_empty("effort");
    request.output_config.task_budget = inside.raw("task_budget");
    decode_format(request.output_config, inside, "format");
}

ContextEdit decode_context_edit(json::Object object, const Path& path, Mistake& mistake)
{
    Fields fields(object, path, mistake);
    ContextEdit edit;
    edit.type = fields.required_string("type");
    auto keep = fields.value("keep");
    if (!keep)
        return edit;
    if (auto text = keep->string())
        edit.keep_all = json::key_is(*text, "all");
    if (auto turns = keep->object()) {
        Path keep_path(path, "keep");
        Fields inside(*turns, keep_path, mistake);
        if (json::key_is(inside.string_or_empty("type"), "thinking_turns"))
            edit.keep_thinking_turns = inside.integer("value");
    }
    return edit;
}

void decode_context_management(MessagesRequest& request, const Fields& fields)
{
    auto object = fields.object("context_management");
    if (!object)
        return;
    Path path(fields.path(), "context_management");
    Fields inside(*object, path, fields.mistake());
    auto edits = inside.array("edits");
    if (!edits)
        return;
    Path edits_path(path, "edits");
    for (json::Value value : *edits) {
        Path here(edits_path, request.context_edits.size());
        auto edit = value.object();
        if (!edit)
            fields.mistake().at(here, "expected an object");
        if (fields.mistake())
            return;
        request.context_edits.push_back(decode_context_edit(*edit, here, fields.mistake()));
        request.context_edits.back().raw = value.raw();
    }
}

void decode_stop_sequences(MessagesRequest& request, const Fields& fields)
{
    auto array = fields.array("stop_sequences");
    if (!array)
        return;
    Path path(fields.path(), "stop_sequences");
    for (json::Value value : *array) {
        auto text = value.string();
        if (!text)
            return fields.mistake().at(Path(path, request.stop_sequences.size()), "expected a string");
        request.stop_sequences.push_back(*text);
    }
}

// An array of objects with a model, or the word "default", which asks for nothing in particular.
void decode_fallbacks(MessagesRequest& request, const Fields& fields)
{
    auto value = fields.value("fallbacks");
    if (!value || value->is(json::Type::string))
        return;
    auto array = fields.array("fallbacks");
    if (!array)
        return;
    Path path(fields.path(), "fallbacks");
    std::size_t position = 0;
    for (json::Value element : *array) {
        Path here(path, position++);
        if (auto name = element.string())
            request.fallback_models.push_back(*name);
        else if (auto object = element.object())
            request.fallback_models.push_back(
                Fields(*object, here, fields.mistake()).required_string("model"));
        else
            return fields.mistake().at(here, "expected an object");
    }
}

void decode_small_fields(MessagesRequest& request, const Fields& fields)
{
    request.model = fields.required_string("model");
    if (!fields.mistake() && request.model.empty())
        fields.complain("model", "this field must not be empty");
    request.max_tokens = fields.integer("max_tokens");
    if (request.max_tokens.value_or(0) < 0)
        fields.complain("max_tokens", "must not be negative");
    request.stream = fields.boolean("stream").value_or(false);
    request.temperature = fields.number("temperature");
    request.top_p = fields.number("top_p");
    request.top_k = fields.number("top_k");
    request.speed = fields.string_or_empty("speed");
    request.service_tier = fields.string_or_empty("service_tier");
    request.cache_control = decode_cache_control(fields);
    if (auto metadata = fields.object("metadata")) {
        Path path(fields.path(), "metadata");
        request.metadata_user_id = Fields(*metadata, path, fields.mistake()).string_or_empty("user_id");
    }
    request.container = raw_with_content(fields, "container");
    request.mcp_servers = raw_with_content(fields, "mcp_servers");
    request.compaction = raw_with_content(fields, "compaction");
    request.safeguards = raw_with_content(fields, "safeguards");
    request.thread = raw_with_content(fields, "thread");
    if (auto thread = fields.value("thread"); thread && thread->is(json::Type::object))
        request.thread_type =
            Fields(*thread->object(), fields.path(), fields.mistake()).string_if_any("type");
}

void keep_unknown(MessagesRequest& request, json::Object root, Mistake& mistake)
{
    std::unordered_map<std::string_view, std::size_t> seen;
    for (json::Field field : root) {
        if (request.unknown.size() == limits::unknown_fields)
            return mistake.at(Path(), "too many fields");
        if (json::Key(field.key).is_one_of(known_fields))
            continue;
        auto [place, fresh] = seen.try_emplace(field.key.escaped, request.unknown.size());
        if (fresh)
            request.unknown.push_back({ field.key, field.value.raw() });
        else
            request.unknown[place->second].value = field.value.raw();
    }
}

} // namespace

Result<MessagesRequest> decode_request(json::Document& document, std::string_view body)
{
    ASSIGN_OR_RETURN(root, document.parse(body));
    auto object = root.object();
    if (!object)
        return Failure(Error::bad_request("request body: expected a JSON object"));
    MessagesRequest request;
    Mistake mistake;
    Path path;
    Fields fields(*object, path, mistake);
    request.has_surrogate_escapes = document.has_surrogate_escapes();
    keep_unknown(request, *object, mistake);
    decode_small_fields(request, fields);
    decode_system(request, fields);
    decode_messages(request, fields);
    decode_tools(request, fields);
    decode_tool_choice(request, fields);
    decode_thinking(request, fields);
    decode_output_config(request, fields);
    decode_context_management(request, fields);
    decode_stop_sequences(request, fields);
    decode_fallbacks(request, fields);
    if (mistake)
        return Failure(mistake.take());
    return request;
}

} // namespace dragoman::anthropic
