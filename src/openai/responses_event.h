// One event of an answer of OpenAI's Responses API, or a whole answer, which counts as its own last event.
// https://platform.openai.com/docs/api-reference/responses-streaming
//
// Lenient as chat_chunk.h is: what has an unexpected type counts as absent, and an event that is not known
// here is Kind::other. Strings are slices of the text, still escaped, valid until the decoder's next
// decode(). The decoder keeps its memory, so that an ordinary delta costs no allocation.
#pragma once

#include "base/result.h"
#include "json/document.h"
#include "openai/chat_chunk.h"
#include "openai/chat_usage.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace dragoman::openai {

// One element of `output`: what the model thought, said or called.
struct ResponsesItem {
    enum class Kind : std::uint8_t {
        other,
        message,
        reasoning,
        function_call,
        custom_tool_call,
        web_search_call,
    };
    Kind kind = Kind::other;
    json::RawString type {};
    json::RawString id {};
    json::RawString phase {}; // message: "commentary", "final_answer"
    std::vector<ContentPart>
        parts {}; // message: its content; reasoning: thinking, of summary or else content
    std::vector<Citation> citations {}; // message: its annotations; web_search_call: what it found
    bool encrypted = false; // reasoning: there is encrypted_content
    json::RawString call_id {};
    json::RawString name {};
    json::RawString arguments {}; // of a function, or the free text that a custom tool gets
    json::RawValue arguments_value {}; // an object where a string should be
    json::RawString query {}; // web_search_call
    json::RawValue whole {};
};

// What the first and the last event say of the answer as a whole.
struct ResponsesBody {
    json::RawString id {};
    json::RawString model {};
    json::RawString status {};
    json::RawString service_tier {};
    json::RawString incomplete_reason {};
    json::RawValue error {}; // empty when null
    std::optional<ChatUsage> usage {};
    std::span<const ResponsesItem> output {};
};

struct ResponsesEvent {
    enum class Kind : std::uint8_t {
        other,
        error, // the text is an error object in one of the known shapes
        begun, // created, queued, in_progress
        item_added,
        item_done,
        text_delta,
        refusal_delta,
        summary_delta, // of a summary of the reasoning
        reasoning_delta, // of the reasoning itself
        arguments_delta, // of a function's arguments, or a custom tool's input
        annotation,
        finished, // completed, incomplete, failed, cancelled: body.status says which
    };
    Kind kind = Kind::other;
    json::RawString delta {};
    std::optional<std::int64_t> output_index {}; // which item
    json::RawString item_id {}; // the same, of a delta
    std::int64_t part_index = 0; // of a summary or a content
    ResponsesItem item {}; // item_added, item_done
    ResponsesBody body {}; // begun, finished
    std::span<const Citation> citations {}; // annotation
    json::RawValue whole {};
    bool has_surrogate_escapes = false;
};

class ResponsesEventDecoder {
public:
    // `document` may serve others between two calls, and must outlive this.
    explicit ResponsesEventDecoder(json::Document& document)
        : document_(document)
    {
    }

    // `name` is the event's own, for servers that leave `type` out of the data. upstream_protocol if `text`
    // is no JSON, or no object.
    Result<ResponsesEvent> decode(std::string_view text, std::string_view name);

    // The text of an answer that was not streamed.
    Result<ResponsesEvent> decode_whole(std::string_view text);

private:
    Result<json::Object> parse(std::string_view text, ResponsesEvent& event);
    void read_body(json::Object object, ResponsesBody& body);

    json::Document& document_;
    std::vector<ResponsesItem> output_;
    std::vector<Citation> citations_;
};

} // namespace dragoman::openai
