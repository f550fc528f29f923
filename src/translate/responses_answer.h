// The Answer of an upstream that speaks OpenAI's Responses API.
#pragma once

#include "anthropic/message_event_writer.h"
#include "anthropic/message_writer.h"
#include "base/id_source.h"
#include "openai/responses_event.h"
#include "translate/answer.h"
#include "translate/answer_body.h"
#include "translate/answer_plan.h"
#include "translate/responses_translator.h"
#include "translate/stream_translator.h"

#include <string>
#include <string_view>

namespace dragoman::translate {

class ResponsesAnswer final : public Answer {
public:
    // `ids` must outlive the answer.
    ResponsesAnswer(AnswerPlan plan, IdSource& ids);
    ResponsesAnswer(const ResponsesAnswer&) = delete;
    ResponsesAnswer& operator=(const ResponsesAnswer&) = delete;

    Result<void> feed(std::string_view bytes, std::string& out) override;
    Result<void> finish(std::string& out) override;
    bool has_substance() const override { return blocks_.has_substance(); }
    std::uint64_t data_events() const override { return body_.pieces(); }
    bool has_finish_reason() const override { return blocks_.has_finish_reason(); }
    bool done() const override { return failed_ || blocks_.done(); }
    void start(std::string& out) override;
    void break_off(std::string& out) override;
    const AnswerFacts& facts() const override { return facts_; }

private:
    Result<void> take_event(const sse::Event& event);
    Result<void> take_unreadable(const Error& error);
    Result<void> take_last_event();
    Result<void> take_whole();
    Result<void> fail(Error error);

    AnswerPlan plan_;
    AnswerFacts facts_;
    anthropic::MessageEventWriter events_;
    anthropic::MessageWriter message_;
    StreamTranslator blocks_;
    ResponsesTranslator translator_;
    AnswerBody body_;
    openai::ResponsesEventDecoder decoder_;
    std::size_t unreadable_ = 0; // events in a row
    bool failed_ = false;
    bool finished_ = false;
};

} // namespace dragoman::translate
