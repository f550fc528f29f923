// The Answer of a Chat Completions upstream.
//
// What the upstream sends is recognised by its first bytes, whatever was asked for: a JSON text, a stream of
// events, or a page of HTML, which is an error. The plan says what the client gets.
#pragma once

#include "anthropic/message_event_writer.h"
#include "anthropic/message_writer.h"
#include "base/id_source.h"
#include "openai/chat_chunk.h"
#include "sse/decoder.h"
#include "translate/answer.h"
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
    std::uint64_t data_events() const override { return data_events_; }
    bool has_finish_reason() const override { return translator_.has_finish_reason(); }
    bool done() const override { return failed_ || translator_.done(); }
    void start(std::string& out) override;
    void break_off(std::string& out) override;
    const AnswerFacts& facts() const override { return facts_; }

private:
    enum class Form : std::uint8_t { unknown, events, json };

    bool recognise(std::string_view& bytes);
    bool has_room(std::size_t bytes); // for more of an answer that is kept until its end
    Result<void> feed_events(std::string_view bytes);
    Result<void> take_event(const sse::Event& event);
    Result<void> take_unreadable(const Error& error);
    Result<void> take_whole();
    Result<void> finish_events();
    Result<void> fail(Error error);

    std::size_t kept_bytes_ = 0;
    const AnswerPlan& plan_;
    AnswerFacts facts_;
    anthropic::MessageEventWriter events_;
    anthropic::MessageWriter message_;
    StreamTranslator translator_;
    sse::Decoder decoder_;
    openai::ChatChunkDecoder chunks_;
    Form form_ = Form::unknown;
    std::string body_; // of the JSON form, or the first bytes while the form is unknown
    std::uint64_t data_events_ = 0;
    std::size_t unreadable_ = 0; // events in a row
    bool failed_ = false;
    bool finished_ = false;
};

} // namespace dragoman::translate
