// The Answer of a Chat Completions upstream. The plan says what the client gets.
#pragma once

#include "anthropic/message_event_writer.h"
#include "anthropic/message_writer.h"
#include "base/id_source.h"
#include "openai/chat_chunk.h"
#include "translate/answer.h"
#include "translate/answer_body.h"
#include "translate/answer_plan.h"
#include "translate/stream_translator.h"

#include <string>
#include <string_view>

namespace dragoman::translate {

class ChatAnswer final : public Answer {
public:
    // All three must outlive the answer. The document may serve others between two calls.
    ChatAnswer(const AnswerPlan& plan, IdSource& ids, json::Document& document);
    ChatAnswer(AnswerPlan&&, IdSource&, json::Document&) = delete;
    ChatAnswer(const ChatAnswer&) = delete;
    ChatAnswer& operator=(const ChatAnswer&) = delete;

    Result<void> feed(std::string_view bytes, std::string& out) override;
    Result<void> finish(std::string& out) override;
    bool has_substance() const override { return translator_.has_substance(); }
    std::uint64_t data_events() const override { return body_.pieces(); }
    bool has_finish_reason() const override { return translator_.has_finish_reason(); }
    bool done() const override { return failed_ || translator_.done(); }
    void start(std::string& out) override;
    void break_off(std::string& out) override;
    const AnswerFacts& facts() const override { return facts_; }

private:
    Result<void> take_event(const sse::Event& event);
    Result<void> take_unreadable(const Error& error);
    Result<void> take_whole();
    Result<void> take_last_event();
    Result<void> fail(Error error);

    const AnswerPlan& plan_;
    AnswerFacts facts_;
    anthropic::MessageEventWriter events_;
    anthropic::MessageWriter message_;
    StreamTranslator translator_;
    AnswerBody body_;
    openai::ChatChunkDecoder chunks_;
    std::size_t unreadable_ = 0; // events in a row
    bool failed_ = false;
    bool finished_ = false;
};

} // namespace dragoman::translate
