// The Answer of an upstream whose events say, piece by piece, what StreamTranslator makes a message of: what
// OpenAI's two dialects have in common. The plan says what the client gets.
#pragma once

#include "anthropic/message_event_writer.h"
#include "anthropic/message_writer.h"
#include "base/id_source.h"
#include "translate/answer.h"
#include "translate/answer_body.h"
#include "translate/answer_plan.h"
#include "translate/stream_translator.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dragoman::translate {

class DecodedAnswer : public Answer {
public:
    DecodedAnswer(const DecodedAnswer&) = delete;
    DecodedAnswer& operator=(const DecodedAnswer&) = delete;

    Result<void> feed(std::string_view bytes, std::string& out) final;
    Result<void> finish(std::string& out) final;
    bool has_substance() const final { return blocks_.has_substance(); }
    std::uint64_t data_events() const final { return body_.pieces(); }
    bool has_finish_reason() const final { return blocks_.has_finish_reason(); }
    bool done() const final { return failed_ || blocks_.done(); }
    void start(std::string& out) final;
    void break_off(std::string& out) final;
    bool has_open_block() const final { return blocks_.has_open_block(); }
    const AnswerFacts& facts() const final { return facts_; }

protected:
    // Both must outlive the answer.
    DecodedAnswer(const AnswerPlan& plan, IdSource& ids);

    // What an event with data brought. An Error is the upstream's own, or the dialect's; unreadable() tells
    // what becomes of an event that cannot be decoded.
    virtual Result<void> take_event(const sse::Event& event) = 0;
    virtual bool is_whole(const sse::Event& event) = 0; // it can be decoded
    virtual Result<void> take_text(std::string_view text) = 0; // the whole answer as one JSON text

    // Some servers cut a character in two where a token ends. True if that is why the text cannot be decoded.
    bool mend(std::string_view text);
    const std::string& mended() const { return mended_; }

    Result<void> unreadable(const Error& error);
    void was_readable() { unreadable_ = 0; }

    const AnswerPlan& plan_;
    AnswerFacts facts_;

private:
    anthropic::MessageEventWriter events_;
    std::unique_ptr<anthropic::MessageWriter> message_; // null: the client gets events

protected:
    StreamTranslator blocks_;

private:
    anthropic::MessageOutput& output();
    Result<void> take(const sse::Event& event);
    Result<void> take_last();
    Result<void> take_whole();
    Result<void> fail(Result<void> result);

    AnswerBody body_;
    std::string mended_;
    std::size_t unreadable_ = 0; // events in a row
    bool failed_ = false;
    bool finished_ = false;
};

} // namespace dragoman::translate
