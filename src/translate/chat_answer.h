// The Answer of a Chat Completions upstream.
#pragma once

#include "openai/chat_chunk.h"
#include "translate/decoded_answer.h"

namespace dragoman::translate {

class ChatAnswer final : public DecodedAnswer {
public:
    // All three must outlive the answer. The document may serve others between two calls.
    ChatAnswer(const AnswerPlan& plan, IdSource& ids, json::Document& document);
    ChatAnswer(AnswerPlan&&, IdSource&, json::Document&) = delete;

    void prefetch() const override;

private:
    Result<void> take_event(const sse::Event& event) override;
    bool is_whole(const sse::Event& event) override { return chunks_.decode_whole(event.data).has_value(); }
    Result<void> take_text(std::string_view text) override;

    openai::ChatChunkDecoder chunks_;
};

} // namespace dragoman::translate
