// The Answer of an upstream that speaks OpenAI's Responses API.
#pragma once

#include "base/prefetch.h"
#include "openai/responses_event.h"
#include "translate/decoded_answer.h"
#include "translate/responses_translator.h"

namespace dragoman::translate {

class ResponsesAnswer final : public DecodedAnswer {
public:
    // All three must outlive the answer. The document may serve others between two calls.
    ResponsesAnswer(const AnswerPlan& plan, IdSource& ids, json::Document& document);
    ResponsesAnswer(AnswerPlan&&, IdSource&, json::Document&) = delete;

    void prefetch() const override { dragoman::prefetch(*this); }

private:
    Result<void> take_event(const sse::Event& event) override;
    bool is_whole(const sse::Event& event) override
    {
        return decoder_.decode(event.data, event.name).has_value();
    }
    Result<void> take_text(std::string_view text) override;

    ResponsesTranslator translator_;
    openai::ResponsesEventDecoder decoder_;
};

} // namespace dragoman::translate
