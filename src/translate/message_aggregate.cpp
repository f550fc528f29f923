#include "translate/message_aggregate.h"

#include "json/escape.h"
#include "json/writer.h"

#include <algorithm>
#include <utility>

namespace dragoman::translate {

namespace {

using json::Field;
using json::Object;
using json::Type;
using json::Value;
using Fields = std::vector<std::pair<std::string, std::string>>;

void set(Fields& fields, std::string_view name, std::string_view value)
{
    auto found = std::find_if(fields.begin(), fields.end(), [&](auto& field) { return field.first == name; });
    if (found != fields.end())
        found->second = value;
    else
        fields.emplace_back(name, value);
}

bool is_nothing(const Value& value)
{
    return value.is(Type::null) || (value.is(Type::number) && value.number() == 0.0);
}

// By the rule of clients: a later number counts unless it is zero or null.
void merge_usage(Fields& usage, const std::optional<Value>& value)
{
    auto object = value ? value->object() : std::nullopt;
    if (!object)
        return;
    for (Field field : *object) {
        const bool known = std::any_of(usage.begin(), usage.end(),
            [&](auto& each) { return each.first == field.key.escaped && each.second != "null"; });
        if (!known || !is_nothing(field.value))
            set(usage, field.key.escaped, field.value.raw().text);
    }
}

std::string_view raw_string_at(const Object& object, std::string_view name)
{
    auto found = object.find(name);
    auto string = found ? found->string() : std::nullopt;
    return string ? string->escaped : std::string_view {};
}

// A tool's input must be an object; text that is none is kept under a name that says so.
std::string to_input(std::string_view partial_json)
{
    std::string text = json::unescape({ partial_json });
    json::Document document;
    auto root = document.parse(text);
    if (root && root->is(Type::object))
        return text;
    std::string input;
    json::Writer(input).begin_object().key("_raw_arguments").string({ partial_json }).end_object();
    return input;
}

void append_fields(json::Writer& json, const Fields& fields)
{
    for (const auto& [name, value] : fields)
        json.key(json::RawString { name }).raw({ value });
}

} // namespace

void MessageAggregate::add(std::string_view type, const Object& event)
{
    if (type == "message_start") {
        if (auto message = event.find("message"); message && message->is(Type::object) && message_.empty()) {
            message_ = message->raw().text;
            merge_usage(usage_, message->object()->find("usage"));
        }
    } else if (type == "content_block_start") {
        auto index = event.find("index");
        auto block = event.find("content_block");
        if (index && block && block->is(Type::object))
            blocks_[index->integer().value_or(0)].start = block->raw().text;
    } else if (type == "content_block_delta") {
        auto index = event.find("index");
        auto delta = event.find("delta");
        auto block = blocks_.find(index ? index->integer().value_or(0) : 0);
        if (block != blocks_.end() && delta && delta->is(Type::object))
            add_delta(block->second, *delta->object());
    } else if (type == "message_delta") {
        if (auto delta = event.find("delta"); delta && delta->is(Type::object))
            for (Field field : json::Object(*delta->object()))
                set(ending_, field.key.escaped, field.value.raw().text);
        merge_usage(usage_, event.find("usage"));
        if (auto edits = event.find("context_management"))
            set(ending_, "context_management", edits->raw().text);
    }
}

void MessageAggregate::add_delta(Block& block, const Object& delta)
{
    const std::string_view type = raw_string_at(delta, "type");
    if (type == "text_delta")
        block.text += raw_string_at(delta, "text");
    else if (type == "thinking_delta")
        block.thinking += raw_string_at(delta, "thinking");
    else if (type == "signature_delta")
        block.signature = raw_string_at(delta, "signature"); // the whole of it; clients replace it too
    else if (type == "input_json_delta")
        block.partial_json += raw_string_at(delta, "partial_json");
    else if (type == "citations_delta") {
        if (auto citation = delta.find("citation"))
            block.citations.emplace_back(citation->raw().text);
    } else if (type == "compaction_delta") {
        if (auto content = delta.find("content"))
            block.content = content->raw().text;
    }
}

void MessageAggregate::append_block(std::string& out, const Block& block)
{
    json::Document document;
    auto root = document.parse(block.start);
    if (!root)
        return;
    Fields fields;
    for (Field field : json::Object(*root->object()))
        set(fields, field.key.escaped, field.value.raw().text);
    const Object start = *root->object();
    auto grow = [&](std::string_view name, const std::string& grown) {
        if (!grown.empty())
            set(fields, name, "\"" + std::string(raw_string_at(start, name)) + grown + "\"");
    };
    grow("text", block.text);
    grow("thinking", block.thinking);
    // Clients with strict types insist on a signature, which some servers leave out.
    const bool unsigned_thinking = raw_string_at(start, "type") == "thinking" && !start.find("signature");
    if (!block.signature.empty() || unsigned_thinking)
        set(fields, "signature", "\"" + block.signature + "\"");
    if (!block.partial_json.empty())
        set(fields, "input", to_input(block.partial_json));
    if (!block.content.empty())
        set(fields, "content", block.content);
    if (!block.citations.empty()) {
        std::string list;
        json::Writer json(list);
        json.begin_array();
        for (const std::string& citation : block.citations)
            json.raw({ citation });
        json.end_array();
        set(fields, "citations", list);
    }
    json::Writer json(out);
    json.begin_object();
    append_fields(json, fields);
    json.end_object();
}

void MessageAggregate::append(
    std::string& out, std::string_view client_model, std::string_view id_without_start) const
{
    json::Document document;
    Fields fields;
    if (message_.empty())
        fields = { { "id", "\"" + std::string(id_without_start) + "\"" }, { "type", "\"message\"" },
            { "role", "\"assistant\"" } };
    else if (auto root = document.parse(message_))
        for (Field field : json::Object(*root->object()))
            set(fields, field.key.escaped, field.value.raw().text);
    std::string content;
    json::Writer list(content);
    list.begin_array();
    for (const auto& [index, block] : blocks_)
        append_block(list.begin_value(), block);
    list.end_array();
    std::string usage;
    json::Writer counts(usage);
    counts.begin_object();
    append_fields(counts, usage_);
    counts.end_object();
    set(fields, "model", "\"" + json::escape(client_model) + "\"");
    set(fields, "content", content);
    for (const auto& [name, value] : ending_)
        set(fields, name, value);
    set(fields, "usage", usage);
    json::Writer json(out);
    json.begin_object();
    append_fields(json, fields);
    json.end_object();
}

} // namespace dragoman::translate
