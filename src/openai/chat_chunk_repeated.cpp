// The chunks of a stream mostly differ in one piece of text: the rest of them is read once.

#include "base/prefetch.h"
#include "openai/chat_chunk.h"

#include <algorithm>
#include <array>
#include <span>

namespace dragoman::openai {

namespace {

constexpr std::size_t remembered_max = 4096; // bytes; what is larger is no ordinary chunk

} // namespace

Result<ChatChunk> ChatChunkDecoder::decode(std::string_view text)
{
    if (repeats(text))
        return chunk_;
    pattern_.forget();
    if (text.size() > remembered_max)
        return read(text);
    text_ = text;
    Result<ChatChunk> chunk = read(text_);
    if (chunk) {
        chunk_ = *chunk;
        chunk_.is_repetition = true;
        remember();
    }
    return chunk;
}

Result<ChatChunk> ChatChunkDecoder::decode_whole(std::string_view text)
{
    pattern_.forget();
    return read(text);
}

void ChatChunkDecoder::prefetch() const
{
    const auto all_of = [](const auto& list) {
        const auto bytes = std::as_bytes(std::span(list));
        dragoman::prefetch(bytes.data(), bytes.size());
    };
    all_of(text_);
    all_of(varying_);
    all_of(choices_);
}

bool ChatChunkDecoder::repeats(std::string_view text)
{
    if (!pattern_.fits(text))
        return false;
    for (std::size_t i = 0; i < varying_.size(); ++i)
        *varying_[i] = pattern_.found()[i];
    chunk_.whole = { text };
    return true;
}

// Only chunks that say nothing but a piece of text, thinking or arguments.
bool ChatChunkDecoder::is_repeatable() const
{
    if (chunk_.choices.size() != 1 || chunk_.usage || chunk_.is_error || chunk_.has_surrogate_escapes
        || !chunk_.citations.empty() || chunk_.whole.text.size() != text_.size())
        return false;
    const ChatChoice& choice = choices_.front();
    auto is_text = [](const ReasoningDetail& detail) {
        return detail.kind == ReasoningDetail::Kind::text || detail.kind == ReasoningDetail::Kind::summary;
    };
    return choice.parts.empty() && choice.finish_reason.empty() && choice.error.empty()
        && std::ranges::all_of(choice.reasoning_details, is_text)
        && std::ranges::all_of(
            choice.tool_calls, [](const ToolCallDelta& call) { return call.signature.empty(); });
}

void ChatChunkDecoder::remember()
{
    varying_.clear();
    if (!is_repeatable())
        return;
    auto add = [&](json::RawString& string) {
        if (!string.empty())
            varying_.push_back(&string);
    };
    ChatChoice& choice = choices_.front();
    add(choice.content);
    add(choice.reasoning);
    for (ReasoningDetail& detail : choice.reasoning_details)
        add(detail.text);
    for (ToolCallDelta& call : choice.tool_calls)
        add(call.arguments);
    std::ranges::sort(varying_, {}, [](const json::RawString* s) { return s->escaped.data(); });
    std::array<json::RawString, json::Pattern::holes_max> holes {};
    if (varying_.size() > holes.size())
        return;
    std::ranges::transform(varying_, holes.begin(), [](const json::RawString* s) { return *s; });
    pattern_.learn(text_, { holes.data(), varying_.size() });
}

} // namespace dragoman::openai
