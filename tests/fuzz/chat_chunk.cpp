#include "openai/chat_chunk.h"

#include "base/check.h"
#include "fuzz/targets.h"

namespace dragoman::fuzz {

namespace {

// What repeats from chunk to chunk is a slice of the chunk that was remembered: the same bytes in another
// place.
void check_within(std::string_view text, std::string_view slice) { CHECK(text.contains(slice)); }

} // namespace

void chat_chunk(std::string_view bytes)
{
    static json::Document document;
    static openai::ChatChunkDecoder decoder(document); // It keeps its memory from text to text, and the text.
    auto chunk = decoder.decode(bytes);
    auto again = decoder.decode(bytes);
    CHECK(again.has_value() == chunk.has_value());
    if (!chunk) {
        CHECK(chunk.error().kind == Error::Kind::upstream_protocol);
        return;
    }
    check_within(bytes, chunk->whole.text);
    for (const openai::ChatChoice& choice : chunk->choices) {
        check_within(bytes, choice.content.escaped);
        check_within(bytes, choice.reasoning.escaped);
        check_within(bytes, choice.error.text);
        for (const openai::ToolCallDelta& call : choice.tool_calls) {
            check_within(bytes, call.arguments.escaped);
            check_within(bytes, call.arguments_value.text);
        }
        for (const openai::ReasoningDetail& detail : choice.reasoning_details)
            check_within(bytes, detail.whole.text);
    }
    for (const openai::Citation& citation : chunk->citations)
        check_within(bytes, citation.url.escaped);
}

} // namespace dragoman::fuzz
