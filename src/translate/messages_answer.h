// The answer of an upstream that speaks Messages itself: a filter, not a translation.
//
// Events are copied; only the model's name is put back to the one the client asked for. What a strict client
// would stumble over is mended on the way: frames without an `event:` line get one, `[DONE]` is dropped, a
// failure inside the stream becomes an Error, and an end without message_stop is one too. A whole Message
// that answers a stream request becomes events, and a stream that answers a whole request becomes a Message.
// https://docs.anthropic.com/en/docs/build-with-claude/streaming
#pragma once

#include "base/id_source.h"
#include "base/prefetch.h"
#include "base/recycled.h"
#include "base/result.h"
#include "json/document.h"
#include "json/members.h"
#include "json/pattern.h"
#include "sse/decoder.h"
#include "translate/answer.h"
#include "translate/answer_plan.h"
#include "translate/message_aggregate.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dragoman::translate {

class MessagesAnswer final : public Answer {
public:
    // All three must outlive the answer. The document may serve others between two calls.
    MessagesAnswer(const AnswerPlan& plan, IdSource& ids, json::Document& document);
    MessagesAnswer(AnswerPlan&&, IdSource&, json::Document&) = delete;
    ~MessagesAnswer() override { recycled::give(whole_); }
    MessagesAnswer(const MessagesAnswer&) = delete;
    MessagesAnswer& operator=(const MessagesAnswer&) = delete;

    Result<void> feed(std::string_view bytes, std::string& out) override;
    void prefetch() const override
    {
        dragoman::prefetch(*this);
        dragoman::prefetch(delta_.data(), delta_.size());
    }
    Result<void> finish(std::string& out) override;
    bool has_substance() const override { return has_substance_; }
    bool has_content() const override { return has_content_; }
    std::uint64_t data_events() const override { return data_events_; }
    bool has_finish_reason() const override { return has_finish_reason_; }
    bool done() const override { return ended_ || end_marker_; }
    void start(std::string& out) override;
    void break_off(std::string& out) override;
    bool has_open_block() const override { return open_block_.has_value(); }
    const AnswerFacts& facts() const override { return facts_; }

private:
    enum class Form : std::uint8_t { unknown, events, whole };

    void find_form(std::string_view bytes);
    Result<void> take_events(std::string& out);
    Result<void> take_event(const sse::Event& event, std::string& out);
    Result<void> finish_events(std::string& out);
    Result<void> finish_whole(std::string& out);
    void on_message_start(std::string_view data, const json::Object& event, std::string& out);
    void remember(std::string_view data, const json::Object& event);
    void on_block_start(const json::Object& event);
    void on_block_stop(const json::Object& event);
    void on_message_delta(std::string_view data, const json::Object& event, std::string& out);
    void pass(std::string_view type, std::string_view data, std::string& out);
    void close_open_block(std::string& out);
    void end_message(std::string& out);
    void note_message(const json::Members& message);
    void note_ending(std::string_view reason);
    Error failure(std::string_view body) const;
    Error broken(std::string_view what) const;

    const AnswerPlan& plan_;
    IdSource& ids_;
    json::Document& document_;
    AnswerFacts facts_ {};
    Form form_ = Form::unknown;
    sse::Decoder decoder_ {};
    json::Pattern pattern_ {}; // of delta_: the next ones mostly differ in their piece of text alone
    std::string delta_ {};
    std::string whole_ {};
    MessageAggregate aggregate_ {}; // only for a client that wants one JSON text
    std::size_t aggregated_bytes_ = 0;

    bool started_ = false; // the client has a message_start
    bool own_start_ = false; // and it was ours, without the usage of the upstream's
    std::vector<std::pair<std::string, std::string>> held_usage_ {}; // that usage, for message_delta
    std::optional<std::int64_t> open_block_ {};
    std::string open_type_ {};
    bool had_tool_ = false;
    bool has_content_ = false;
    bool has_substance_ = false;
    bool has_finish_reason_ = false;
    bool ended_ = false; // message_stop
    bool end_marker_ = false; // [DONE], or message_stop without message_delta
    std::uint64_t data_events_ = 0;
    std::size_t unreadable_ = 0; // events in a row
};

} // namespace dragoman::translate
