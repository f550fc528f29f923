#include "translate/message_to_events.h"

#include "json/escape.h"
#include "json/writer.h"
#include "sse/encoder.h"

#include <fmt/format.h>

#include <array>

namespace dragoman::translate {

namespace {

using json::Field;
using json::Object;
using json::Type;
using json::Value;

constexpr std::string_view no_usage =
    R"({"input_tokens":0,"output_tokens":0,"cache_creation_input_tokens":0,)"
    R"("cache_read_input_tokens":0})";

bool is_one_of(json::RawString key, std::initializer_list<std::string_view> names)
{
    for (std::string_view name : names)
        if (json::key_is(key, name))
            return true;
    return false;
}

// What is known only at the end of an answer stands in message_delta.
bool belongs_to_the_end(json::RawString key)
{
    return is_one_of(
        key, { "stop_reason", "stop_sequence", "stop_details", "container", "safeguard_results" });
}

void append_start(std::string& out, const Object& message, std::string_view client_model)
{
    std::string data;
    json::Writer json(data);
    json.begin_object().key("type").text("message_start").key("message").begin_object();
    for (Field field : message) {
        if (is_one_of(field.key, { "safeguard_results", "context_management" }))
            continue;
        json.key(field.key);
        if (json::key_is(field.key, "model"))
            json.text(client_model);
        else if (json::key_is(field.key, "content"))
            json.raw({ "[]" });
        else if (json::key_is(field.key, "usage"))
            json.raw({ no_usage });
        else if (belongs_to_the_end(field.key))
            json.null();
        else
            json.raw(field.value.raw());
    }
    json.end_object().end_object();
    sse::append_event(out, "message_start", data);
}

void append_delta(
    std::string& out, int index, std::string_view type, std::string_view name, std::string_view value)
{
    sse::append_event(out, "content_block_delta",
        fmt::format(R"({{"type":"content_block_delta","index":{},"delta":{{"type":"{}","{}":{}}}}})", index,
            type, name, value));
}

// A field that clients expect in deltas, and what stands for it in the block's beginning.
struct Streamed {
    std::string_view field;
    std::string_view beginning;
    std::string_view delta;
    std::string_view delta_field;
};

constexpr std::array<Streamed, 4> streamed_fields { {
    { "text", R"("")", "text_delta", "text" },
    { "thinking", R"("")", "thinking_delta", "thinking" },
    { "signature", R"("")", "signature_delta", "signature" },
    { "input", "{}", "input_json_delta", "partial_json" },
} };

const Streamed* streamed(json::RawString key)
{
    for (const Streamed& each : streamed_fields)
        if (json::key_is(key, each.field))
            return &each;
    return nullptr;
}

// Blocks of other types come whole in content_block_start.
bool grows(const Object& block)
{
    auto type = block.find("type");
    auto name = type ? type->string() : std::nullopt;
    if (!name)
        return false;
    return name->escaped == "text" || name->escaped == "thinking" || name->escaped.ends_with("tool_use");
}

void append_block_start(std::string& out, int index, const Object& block, bool growing)
{
    std::string data = fmt::format(R"({{"type":"content_block_start","index":{},"content_block":)", index);
    json::Writer json(data);
    json.begin_object();
    for (Field field : block) {
        const Streamed* later = growing ? streamed(field.key) : nullptr;
        if (growing && json::key_is(field.key, "citations"))
            json.key(field.key).raw({ field.value.is(Type::array) ? "[]" : "null" });
        else if (later)
            json.key(field.key).raw({ later->beginning });
        else
            json.key(field.key).raw(field.value.raw());
    }
    json.end_object();
    data += '}';
    sse::append_event(out, "content_block_start", data);
}

void append_block_deltas(std::string& out, int index, const Object& block)
{
    for (const Streamed& each : streamed_fields) {
        auto value = block.find(each.field);
        if (!value)
            continue;
        if (value->is(Type::string) && !value->string()->empty())
            append_delta(out, index, each.delta, each.delta_field, value->raw().text);
        else if (value->is(Type::object))
            append_delta(
                out, index, each.delta, each.delta_field, "\"" + json::escape(value->raw().text) + "\"");
    }
    if (auto citations = block.find("citations"); citations && citations->is(Type::array))
        for (Value citation : json::Array(*citations->array()))
            append_delta(out, index, "citations_delta", "citation", citation.raw().text);
}

void append_end(std::string& out, const Object& message)
{
    std::string data;
    json::Writer json(data);
    json.begin_object().key("type").text("message_delta").key("delta").begin_object();
    for (Field field : message)
        if (belongs_to_the_end(field.key))
            json.key(field.key).raw(field.value.raw());
    json.end_object();
    auto usage = message.find("usage");
    json.key("usage").raw(usage && usage->is(Type::object) ? usage->raw() : json::RawValue { no_usage });
    if (auto edits = message.find("context_management"))
        json.key("context_management").raw(edits->raw());
    json.end_object();
    sse::append_event(out, "message_delta", data);
    sse::append_event(out, "message_stop", R"({"type":"message_stop"})");
}

} // namespace

void append_message_events(
    std::string& out, const Object& message, std::string_view client_model, bool with_start)
{
    if (with_start)
        append_start(out, message, client_model);
    int index = 0;
    if (auto content = message.find("content"); content && content->is(Type::array))
        for (Value value : json::Array(*content->array())) {
            auto block = value.object();
            if (!block)
                continue;
            const bool growing = grows(*block);
            append_block_start(out, index, *block, growing);
            if (growing)
                append_block_deltas(out, index, *block);
            sse::append_event(out, "content_block_stop",
                fmt::format(R"({{"type":"content_block_stop","index":{}}})", index));
            ++index;
        }
    append_end(out, message);
}

} // namespace dragoman::translate
