#include "openai/chat_chunk.h"

#include "openai/error_body.h"

#include <array>

namespace dragoman::openai {

namespace {

json::RawString string_or_nothing(json::Value value) { return value.string().value_or(json::RawString {}); }

void read_function(json::Object function, ToolCallDelta& call)
{
    for (auto [key, value] : function) {
        if (key_is(key, "name")) {
            call.name = string_or_nothing(value);
        } else if (key_is(key, "arguments") || key_is(key, "input")) {
            if (auto text = value.string())
                call.arguments = *text;
            else if (!value.is(json::Type::null))
                call.arguments_value = value.raw();
        }
    }
}

// {"google":{"thought_signature":"..."}}
json::RawString read_signature(json::Value extra)
{
    auto object = extra.object();
    auto google = object ? object->find("google") : std::nullopt;
    auto inside = google ? google->object() : std::nullopt;
    auto signature = inside ? inside->find("thought_signature") : std::nullopt;
    return signature ? string_or_nothing(*signature) : json::RawString {};
}

void read_tool_call(json::Object object, std::vector<ToolCallDelta>& calls)
{
    ToolCallDelta call;
    for (auto [key, value] : object) {
        if (key_is(key, "index")) {
            call.index = value.integer();
        } else if (key_is(key, "id")) {
            call.id = string_or_nothing(value);
        } else if (key_is(key, "function") || key_is(key, "custom")) {
            call.custom = call.custom || key_is(key, "custom");
            if (auto function = value.object())
                read_function(*function, call);
        } else if (key_is(key, "extra_content")) {
            call.signature = read_signature(value);
        }
    }
    calls.push_back(call);
}

// A message that came whole holds each call once, whatever ids and indexes the server wrote into them: an id
// that occurs twice does not make one call of two.
void number_calls(std::vector<ToolCallDelta>& calls)
{
    std::int64_t position = 0;
    for (ToolCallDelta& call : calls)
        call.index = position++;
}

ReasoningDetail::Kind detail_kind(std::string_view type)
{
    if (type == "reasoning.text")
        return ReasoningDetail::Kind::text;
    if (type == "reasoning.summary")
        return ReasoningDetail::Kind::summary;
    if (type == "reasoning.encrypted")
        return ReasoningDetail::Kind::encrypted;
    return ReasoningDetail::Kind::other;
}

ReasoningDetail read_detail(json::Object object, json::RawValue whole)
{
    ReasoningDetail detail;
    for (auto [key, value] : object) {
        json::RawString text = string_or_nothing(value);
        if (key_is(key, "type"))
            detail.type = text;
        else if (key_is(key, "text") || key_is(key, "summary"))
            detail.text = text.empty() ? detail.text : text;
        else if (key_is(key, "signature"))
            detail.signature = text;
        else if (key_is(key, "data"))
            detail.data = text;
        else if (key_is(key, "id"))
            detail.id = text;
        else if (key_is(key, "format"))
            detail.format = text;
        else if (key_is(key, "index") && value.is(json::Type::number))
            detail.index = value.raw();
    }
    detail.kind = detail_kind(detail.type.escaped);
    if (detail.kind == ReasoningDetail::Kind::other)
        detail.whole = whole;
    return detail;
}

// Servers that always send the field leave it null, false or empty.
bool says_something(json::Value value)
{
    if (auto string = value.string())
        return !string->empty();
    if (auto object = value.object())
        return !object->empty();
    if (auto array = value.array())
        return !array->empty();
    return value.is(json::Type::number);
}

// {"url": "..."} or the URL itself.
json::RawString url_of(json::Value value)
{
    if (auto object = value.object())
        return string_or_nothing(object->find("url").value_or(value));
    return string_or_nothing(value);
}

// Mistral's {"type":"thinking","thinking":[{"type":"text","text":"..."}]}, or a string in its place.
void read_thinking(json::Value value, std::vector<ContentPart>& parts)
{
    if (auto text = value.string()) {
        parts.push_back({ ContentPart::Kind::thinking, *text });
        return;
    }
    auto array = value.array();
    if (!array)
        return;
    for (json::Value element : *array) {
        auto object = element.object();
        if (!object)
            continue;
        if (auto text = object->find("text"))
            parts.push_back({ ContentPart::Kind::thinking, string_or_nothing(*text) });
    }
}

void read_part(json::Object part, std::vector<ContentPart>& parts)
{
    std::string_view type;
    if (auto value = part.find("type"))
        type = string_or_nothing(*value).escaped;
    if (type == "thinking" || type == "reasoning") {
        for (std::string_view name : { "thinking", "reasoning", "text" })
            if (auto value = part.find(name))
                return read_thinking(*value, parts);
    } else if (type == "image_url" || type == "output_image") {
        if (auto value = part.find("image_url"))
            parts.push_back({ ContentPart::Kind::image, url_of(*value) });
    } else if (auto refusal = part.find("refusal"); refusal && type == "refusal") {
        parts.push_back({ ContentPart::Kind::refusal, string_or_nothing(*refusal) });
    } else if (auto text = part.find("text")) {
        parts.push_back({ ContentPart::Kind::text, string_or_nothing(*text) });
    }
}

void read_content(json::Value value, ChatChoice& choice)
{
    if (auto text = value.string()) {
        choice.content = *text;
    } else if (auto array = value.array()) {
        for (json::Value element : *array) {
            if (auto part = element.object())
                read_part(*part, choice.parts);
            else if (auto plain = element.string())
                choice.parts.push_back({ ContentPart::Kind::text, *plain });
        }
    } else if (auto part = value.object()) {
        read_part(*part, choice.parts); // one part, without the array around it
    }
}

void read_images(json::Value value, ChatChoice& choice)
{
    auto array = value.array();
    if (!array)
        return;
    for (json::Value element : *array) {
        auto image = element.object();
        if (!image)
            continue;
        if (auto url = image->find("image_url"))
            choice.parts.push_back({ ContentPart::Kind::image, url_of(*url) });
    }
}

template <class Read> void for_each_object(json::Value value, Read read)
{
    auto array = value.array();
    if (!array)
        return;
    for (json::Value element : *array)
        if (auto object = element.object())
            read(*object, element);
}

// In order of preference; some servers fill two of them with the same text.
constexpr std::array reasoning_fields = { std::string_view("reasoning_content"),
    std::string_view("reasoning"), std::string_view("reasoning_text"), std::string_view("thinking") };

void take_reasoning(json::RawString key, json::Value value, std::size_t& rank, ChatChoice& choice)
{
    for (std::size_t i = 0; i < rank; ++i) {
        if (!key_is(key, reasoning_fields[i]))
            continue;
        json::RawString text = string_or_nothing(value);
        if (text.empty())
            return;
        choice.reasoning = text;
        choice.reasoning_field = reasoning_fields[i];
        rank = i;
        return;
    }
}

} // namespace

void ChatChoice::clear()
{
    std::vector<ContentPart> old_parts = std::move(parts);
    std::vector<ReasoningDetail> old_details = std::move(reasoning_details);
    std::vector<ToolCallDelta> old_calls = std::move(tool_calls);
    *this = {};
    old_parts.clear();
    old_details.clear();
    old_calls.clear();
    parts = std::move(old_parts);
    reasoning_details = std::move(old_details);
    tool_calls = std::move(old_calls);
}

Result<ChatChunk> ChatChunkDecoder::read(std::string_view text)
{
    auto root = document_.parse(text);
    if (!root)
        return Failure(Error::upstream_protocol("the upstream sent " + root.error().message));
    // Google wraps errors in an array of one.
    if (auto array = root->array(); array && !array->empty())
        *root = *array->begin();
    auto object = root->object();
    if (!object)
        return Failure(Error::upstream_protocol("the upstream sent JSON that is no object"));

    ChatChunk chunk { .whole = root->raw(), .has_surrogate_escapes = document_.has_surrogate_escapes() };
    choice_count_ = 0;
    citations_.clear();
    bool has_message = false;
    for (auto [key, value] : *object) {
        if (key_is(key, "choices")) {
            chunk.has_choices = value.is(json::Type::array);
            for_each_object(value, [&](json::Object choice, json::Value) { read_choice(choice, chunk); });
        } else if (key_is(key, "id")) {
            chunk.id = string_or_nothing(value);
        } else if (key_is(key, "model")) {
            chunk.model = string_or_nothing(value);
        } else if (key_is(key, "provider")) {
            chunk.provider = string_or_nothing(value);
        } else if (key_is(key, "service_tier")) {
            chunk.service_tier = string_or_nothing(value);
        } else if (key_is(key, "usage")) {
            if (auto usage = value.object())
                chunk.usage = read_usage(*usage);
        } else if (key_is(key, "x_groq")) {
            // Groq reports usage in an object of its own.
            auto groq = value.object();
            auto usage = groq ? groq->find("usage") : std::nullopt;
            if (auto counts = usage ? usage->object() : std::nullopt; counts && !chunk.usage)
                chunk.usage = read_usage(*counts);
        } else if (key_is(key, "error") || key_is(key, "errors")) {
            chunk.is_error |= says_something(value);
        } else if (key_is(key, "base_resp")) { // MiniMax's, 0 in every answer that is one
            chunk.is_error |= is_error(*root);
        } else if (key_is(key, "search_results") || key_is(key, "citations")) {
            read_search_results(value);
        } else if (key_is(key, "object") || key_is(key, "type")) {
            chunk.is_error |= string_or_nothing(value).escaped == "error";
        } else if (key_is(key, "message") || key_is(key, "detail") || key_is(key, "msg")) {
            has_message = true;
        }
    }
    // {"message": ...} or {"detail": ...} and nothing of an answer: FastAPI and its like.
    chunk.is_error |= has_message && !chunk.has_choices && !chunk.usage;
    chunk.choices = { choices_.data(), choice_count_ };
    chunk.citations = citations_;
    return chunk;
}

void ChatChunkDecoder::read_choice(json::Object object, ChatChunk& chunk)
{
    if (choice_count_ == choices_.size())
        choices_.emplace_back();
    ChatChoice& choice = choices_[choice_count_++];
    choice.clear();
    for (auto [key, value] : object) {
        if (key_is(key, "delta") || key_is(key, "message")) {
            auto body = value.object();
            if (!body || body->empty())
                continue;
            choice.whole_message = key_is(key, "message");
            read_body(*body, choice);
            if (choice.whole_message)
                number_calls(choice.tool_calls);
        } else if (key_is(key, "index")) {
            choice.index = value.integer().value_or(0);
        } else if (key_is(key, "finish_reason")) {
            choice.finish_reason = string_or_nothing(value);
        } else if (key_is(key, "native_finish_reason")) {
            choice.native_finish_reason = string_or_nothing(value);
        } else if (key_is(key, "stop_reason")) {
            choice.stop_reason = string_or_nothing(value);
        } else if (key_is(key, "usage")) {
            // Moonshot reports usage here.
            if (auto usage = value.object(); usage && !chunk.usage)
                chunk.usage = read_usage(*usage);
        } else if (key_is(key, "error")) {
            if (!value.is(json::Type::null))
                choice.error = value.raw();
        }
    }
}

void ChatChunkDecoder::read_body(json::Object body, ChatChoice& choice)
{
    std::size_t reasoning_rank = reasoning_fields.size();
    for (auto [key, value] : body) {
        if (key_is(key, "content")) {
            read_content(value, choice);
        } else if (key_is(key, "tool_calls")) {
            if (auto single = value.object())
                read_tool_call(*single, choice.tool_calls);
            for_each_object(
                value, [&](json::Object call, json::Value) { read_tool_call(call, choice.tool_calls); });
        } else if (key_is(key, "reasoning_details")) {
            for_each_object(value, [&](json::Object detail, json::Value whole) {
                choice.reasoning_details.push_back(read_detail(detail, whole.raw()));
            });
        } else if (key_is(key, "refusal")) {
            choice.refusal = string_or_nothing(value);
        } else if (key_is(key, "function_call")) {
            ToolCallDelta call { .index = 0 };
            if (auto function = value.object()) {
                read_function(*function, call);
                choice.tool_calls.push_back(call);
            }
        } else if (key_is(key, "annotations")) {
            read_annotations(value);
        } else if (key_is(key, "images")) {
            read_images(value, choice);
        } else if (key_is(key, "audio")) {
            auto audio = value.object();
            auto transcript = audio ? audio->find("transcript") : std::nullopt;
            choice.audio_transcript = transcript ? string_or_nothing(*transcript) : json::RawString {};
        } else {
            take_reasoning(key, value, reasoning_rank, choice);
        }
    }
}

// {"type":"url_citation","url_citation":{"url","title",...}}, or the same flat.
void ChatChunkDecoder::read_annotations(json::Value value)
{
    for_each_object(value, [&](json::Object annotation, json::Value) {
        auto type = annotation.find("type");
        if (!type || string_or_nothing(*type).escaped != "url_citation")
            return;
        auto nested = annotation.find("url_citation");
        json::Object source = nested ? nested->object().value_or(annotation) : annotation;
        Citation citation;
        for (auto [key, field] : source) {
            if (key_is(key, "url"))
                citation.url = string_or_nothing(field);
            else if (key_is(key, "title"))
                citation.title = string_or_nothing(field);
        }
        if (!citation.url.empty())
            citations_.push_back(citation);
    });
}

// Perplexity: search_results[] of objects, and the older citations[] of plain URLs.
void ChatChunkDecoder::read_search_results(json::Value value)
{
    auto array = value.array();
    if (!array)
        return;
    for (json::Value element : *array) {
        Citation citation { .url = url_of(element) };
        if (auto object = element.object())
            if (auto title = object->find("title"))
                citation.title = string_or_nothing(*title);
        if (!citation.url.empty())
            citations_.push_back(citation);
    }
}

} // namespace dragoman::openai
