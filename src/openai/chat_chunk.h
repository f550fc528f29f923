// One piece of a Chat Completions answer: a streamed chunk, or a whole completion, which has the same shape
// with `message` in place of `delta`. https://platform.openai.com/docs/api-reference/chat/streaming
//
// The reader is lenient by design: whatever has an unexpected type counts as absent, since the answers of
// some forty providers pass through here. Strings are still escaped, and valid until the decoder's next
// decode() as long as the text is. The decoder keeps its memory, so that an ordinary chunk costs no
// allocation; and the chunk it read last, since the next one mostly differs in its piece of text alone.
#pragma once

#include "base/result.h"
#include "json/document.h"
#include "json/pattern.h"
#include "openai/chat_usage.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::openai {

// One entry of tool_calls, or the older function_call.
struct ToolCallDelta {
    std::optional<std::int64_t> index {};
    json::RawString id {};
    json::RawString name {};
    json::RawString arguments {}; // the usual form: a string
    json::RawValue arguments_value {}; // an object or array where a string should be
    bool custom = false; // a custom tool: arguments is free text, not JSON
    json::RawString signature {}; // of the thought that led to it: Gemini's extra_content
};

// OpenRouter's reasoning_details. https://openrouter.ai/docs/use-cases/reasoning-tokens
struct ReasoningDetail {
    enum class Kind : std::uint8_t { text, summary, encrypted, other };
    Kind kind = Kind::other;
    json::RawString type {};
    json::RawString text {}; // of `text` or `summary`
    json::RawString signature {};
    json::RawString data {};
    json::RawString id {};
    json::RawString format {};
    json::RawValue index {}; // a number, usually
    json::RawValue whole {}; // of a kind that is passed on as it is
};

// A piece of content other than plain text, in the order of the content array.
struct ContentPart {
    enum class Kind : std::uint8_t { text, thinking, refusal, image };
    Kind kind = Kind::text;
    json::RawString text {}; // for an image: its URL, often a data: URL
};

// A source that the model cites: annotations[], or Perplexity's search_results[] and citations[].
struct Citation {
    json::RawString url {};
    json::RawString title {};
};

struct ChatChoice {
    std::int64_t index = 0;
    bool whole_message = false; // `message` rather than `delta`

    json::RawString reasoning {}; // the first of the fields that hold some, never their sum
    std::string_view reasoning_field {}; // its name
    json::RawString content {}; // the usual form: a string
    std::vector<ContentPart> parts {}; // the array form, images included
    json::RawString refusal {};
    json::RawString audio_transcript {};
    std::vector<ReasoningDetail> reasoning_details {};
    std::vector<ToolCallDelta> tool_calls {};

    json::RawString finish_reason {};
    json::RawString native_finish_reason {};
    json::RawString stop_reason {}; // vLLM: the stop sequence that hit
    json::RawValue error {};

    void clear();
};

struct ChatChunk {
    json::RawString id {};
    json::RawString model {};
    json::RawString provider {};
    json::RawString service_tier {};
    std::optional<ChatUsage> usage {};
    std::span<const ChatChoice> choices {};
    std::span<const Citation> citations {};
    json::RawValue whole {}; // the text itself
    bool has_choices = false; // the field is there and is an array, even an empty one
    bool is_error = false; // the text is an error object in one of the known shapes
    bool has_surrogate_escapes = false; // strings may hold halves of a surrogate pair
    bool is_repetition = false; // says what the chunk before said, with another piece of text
};

class ChatChunkDecoder {
public:
    // `document` may serve others between two calls, and must outlive this.
    explicit ChatChunkDecoder(json::Document& document)
        : document_(document)
    {
    }
    ChatChunkDecoder(const ChatChunkDecoder&) = delete;
    ChatChunkDecoder& operator=(const ChatChunkDecoder&) = delete;

    // upstream_protocol if `text` is no JSON, or neither an object nor an array that begins with one.
    Result<ChatChunk> decode(std::string_view text);

    // The same for a text that is the whole answer, and outlives what is read of it: nothing is remembered.
    Result<ChatChunk> decode_whole(std::string_view text);

    // What it remembers of the last chunk, beside itself (base/prefetch.h).
    void prefetch() const;

private:
    Result<ChatChunk> read(std::string_view text);
    bool repeats(std::string_view text);
    void remember();
    bool is_repeatable() const;

    void read_choice(json::Object object, ChatChunk& chunk);
    void read_body(json::Object body, ChatChoice& choice);
    void read_annotations(json::Value value);
    void read_search_results(json::Value value);

    json::Document& document_;
    json::Pattern pattern_; // of text_
    std::string text_; // the chunk that is remembered: what repeats in the next ones borrows from it
    ChatChunk chunk_;
    std::vector<json::RawString*> varying_; // of choices_
    std::vector<ChatChoice> choices_;
    std::size_t choice_count_ = 0;
    std::vector<Citation> citations_;
};

} // namespace dragoman::openai
