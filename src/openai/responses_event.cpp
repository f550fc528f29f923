#include "openai/responses_event.h"

#include "openai/error_body.h"
#include "openai/responses_item.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace dragoman::openai {

namespace {

using Kind = ResponsesEvent::Kind;

json::RawString string_or_nothing(json::Value value) { return value.string().value_or(json::RawString {}); }

struct Row {
    std::string_view type;
    Kind kind;
};

// The most frequent first.
constexpr std::array rows = std::to_array<Row>({
    { "response.output_text.delta", Kind::text_delta },
    { "response.function_call_arguments.delta", Kind::arguments_delta },
    { "response.reasoning_summary_text.delta", Kind::summary_delta },
    { "response.reasoning_text.delta", Kind::reasoning_delta },
    { "response.output_item.added", Kind::item_added },
    { "response.output_item.done", Kind::item_done },
    { "response.output_text.annotation.added", Kind::annotation },
    { "response.refusal.delta", Kind::refusal_delta },
    { "response.custom_tool_call_input.delta", Kind::arguments_delta },
    { "response.created", Kind::begun },
    { "response.queued", Kind::begun },
    { "response.in_progress", Kind::begun },
    { "response.completed", Kind::finished },
    { "response.incomplete", Kind::finished },
    { "response.failed", Kind::finished },
    { "response.cancelled", Kind::finished },
    { "response.done", Kind::finished },
    { "error", Kind::error },
    { "response.error", Kind::error },
});

Kind kind_of(std::string_view type)
{
    for (const Row& row : rows)
        if (row.type == type)
            return row.kind;
    return Kind::other;
}

// "response.failed" says it even where the response itself does not.
std::string_view status_in_name(std::string_view type)
{
    constexpr std::string_view prefix = "response.";
    return type == "response.done" ? std::string_view("completed") : type.substr(prefix.size());
}

// Others say a number, or "error".
bool has_status_of_answer(const json::Object& object)
{
    constexpr std::string_view words[] = { "completed", "incomplete", "failed", "cancelled", "in_progress",
        "queued" };
    const auto status = object.find("status");
    return status && std::ranges::find(words, string_or_nothing(*status).escaped) != std::end(words);
}

} // namespace

Result<json::Object> ResponsesEventDecoder::parse(std::string_view text, ResponsesEvent& event)
{
    output_.clear();
    citations_.clear();
    auto root = document_.parse(text);
    if (!root)
        return Failure(Error::upstream_protocol("the upstream sent " + root.error().message));
    event.whole = root->raw();
    event.has_surrogate_escapes = document_.has_surrogate_escapes();
    // Some servers wrap errors in an array of one.
    if (auto array = root->array(); array && !array->empty())
        *root = *array->begin();
    auto object = root->object();
    if (!object)
        return Failure(Error::upstream_protocol("the upstream sent JSON that is no object"));
    return *object;
}

Result<ResponsesEvent> ResponsesEventDecoder::decode(std::string_view text, std::string_view name)
{
    ResponsesEvent event;
    ASSIGN_OR_RETURN(object, parse(text, event));
    std::string_view type = name;
    std::optional<json::Value> item, response, annotation;
    for (auto [key, value] : object) {
        if (key_is(key, "type"))
            type = string_or_nothing(value).escaped;
        else if (key_is(key, "delta"))
            event.delta = string_or_nothing(value);
        else if (key_is(key, "output_index"))
            event.output_index = value.integer();
        else if (key_is(key, "item_id"))
            event.item_id = string_or_nothing(value);
        else if (key_is(key, "summary_index") || key_is(key, "content_index"))
            event.part_index = value.integer().value_or(0);
        else if (key_is(key, "item"))
            item = value;
        else if (key_is(key, "response"))
            response = value;
        else if (key_is(key, "annotation"))
            annotation = value;
    }
    event.kind = kind_of(type);
    if (event.kind == Kind::other && !type.starts_with("response.") && is_error(document_.root()))
        event.kind = Kind::error;
    if (item && (event.kind == Kind::item_added || event.kind == Kind::item_done))
        event.item = read_responses_item(*item);
    if (annotation)
        read_responses_annotation(*annotation, citations_);
    if (event.kind == Kind::finished)
        event.body.status.escaped = status_in_name(type);
    if (auto body = response ? response->object() : std::nullopt;
        body && (event.kind == Kind::begun || event.kind == Kind::finished))
        read_body(*body, event.body);
    event.citations = citations_;
    return event;
}

Result<ResponsesEvent> ResponsesEventDecoder::decode_whole(std::string_view text)
{
    ResponsesEvent event;
    ASSIGN_OR_RETURN(object, parse(text, event));
    const bool is_answer = object.find("output") || has_status_of_answer(object);
    if (!is_answer && is_error(document_.root())) {
        event.kind = Kind::error;
        return event;
    }
    if (!is_answer)
        return Failure(Error::upstream_protocol("the upstream's answer has no output"));
    event.kind = Kind::finished;
    event.body.status.escaped = "completed";
    read_body(object, event.body);
    return event;
}

void ResponsesEventDecoder::read_body(json::Object object, ResponsesBody& body)
{
    for (auto [key, value] : object) {
        if (key_is(key, "id")) {
            body.id = string_or_nothing(value);
        } else if (key_is(key, "model")) {
            body.model = string_or_nothing(value);
        } else if (key_is(key, "status")) {
            if (auto status = value.string(); status && !status->empty())
                body.status = *status;
        } else if (key_is(key, "service_tier")) {
            body.service_tier = string_or_nothing(value);
        } else if (key_is(key, "error") && !value.is(json::Type::null)) {
            body.error = value.raw();
        } else if (key_is(key, "incomplete_details")) {
            auto details = value.object();
            auto reason = details ? details->find("reason") : std::nullopt;
            body.incomplete_reason = reason ? string_or_nothing(*reason) : json::RawString {};
        } else if (key_is(key, "usage")) {
            if (auto usage = value.object())
                body.usage = read_usage(*usage);
        } else if (key_is(key, "output")) {
            if (auto array = value.array())
                for (json::Value item : *array)
                    output_.push_back(read_responses_item(item));
        }
    }
    body.output = output_;
}

} // namespace dragoman::openai
