// POST /v1/messages from end to end: decode, choose the model, translate, relay, and one line in the log.
#pragma once

#include "base/recycled_memory.h"
#include "base/request_record.h"
#include "gateway/attempts.h"
#include "gateway/limiter.h"
#include "gateway/plan.h"
#include "gateway/relay.h"
#include "gateway/worker.h"
#include "translate/lesson.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::gateway {

// What was given up at one place, so far.
struct Mending {
    std::vector<translate::Rectification> done {};
    translate::Lesson lesson {}; // kept once the mended request is answered
};

// Belongs to the frame of serve(). Its destructor writes the log line, whatever ended the exchange: an
// answer, an error, or a client that went away and had the frame destroyed. Thousands live at once: what only
// the end needs is not kept.
class MessagesExchange {
public:
    static net::Task<void> serve(Worker& worker, net::ClientRequest& request, net::ResponseWriter& response);

    MessagesExchange(Worker& worker, net::ClientRequest& request, net::ResponseWriter& response);
    ~MessagesExchange();
    MessagesExchange(const MessagesExchange&) = delete;
    MessagesExchange& operator=(const MessagesExchange&) = delete;

    // Each request has one, which is larger than what Asio keeps of frames.
    using Memory = RecycledMemory<MessagesExchange>;
    static void* operator new(std::size_t) { return Memory().allocate(1); }
    static void operator delete(void* memory)
    {
        Memory().deallocate(static_cast<MessagesExchange*>(memory), 1);
    }

private:
    bool begin(); // false: there is an error to be sent
    Result<void> prepare();
    bool prepare_next();
    Result<translate::UpstreamCall> translate(const anthropic::MessagesRequest& request);
    Result<translate::UpstreamCall> call_for_target(const anthropic::MessagesRequest& request, TimePoint now);
    std::optional<Error> known_refusal(const Result<translate::UpstreamCall>& call);
    void make_relay(bool committed);
    bool goes_on(const Result<void>& relayed);
    void begin_attempt(std::optional<translate::UpstreamCall> call);
    bool mends(const Error& error, std::string_view refusal);
    bool mend(const translate::Rectification& found, const Error& error, std::string_view body);
    void recall();
    void adapt(const translate::Lesson& lesson);
    void keep_lessons();
    void learn_of_model(const route::LearnedFacts& facts, std::string_view from);
    std::string upstream_in_session() const;
    void learn_from_answer();
    bool may_go_on(const Error& error);
    net::Task<void> send_error();
    void note_error(const Error& error);
    const route::Target& target() const { return attempts_.target(); }
    route::RefusalMemory::Sent sent(std::string_view body) const;
    void forget_bodies();
    void make_room();
    void begin_capture();
    RequestRecord record(); // once, at the end: takes what it says
    void add_answer_facts(RequestRecord& record) const;
    RequestRecord::Outcome outcome() const;
    void finish_capture();
    void learn();
    void count(const RequestRecord& record);

    Worker& worker_;
    net::ClientRequest& request_;
    net::ResponseWriter& response_;
    std::shared_ptr<const config::Config> config_;
    std::string request_id_;
    std::string path_;
    std::string client_model_;
    std::string
        session_; // whose request it is, or "/" and what it begins with: conversations keep their keys
    TimePoint begun_ = Clock::now();

    std::shared_ptr<const Catalogues> catalogues_;
    Limiter::Pass pass_ {};
    Plan plan_;
    Attempts attempts_;
    translate::UpstreamCall call_ {};
    std::unique_ptr<translate::Answer> answer_;
    std::optional<Relay> relay_;
    std::unique_ptr<CapturedExchange> capture_;
    std::unique_ptr<Mending> mending_; // null: nothing was refused that could be mended
    std::uint64_t most_output_ = 0; // tokens: more was refused; 0: it was not
    std::string kept_body_; // for learning how the upstream counts, where that is wanted
    std::optional<Error> error_;
    int status_ = 0; // of an answer that is none of the upstream's
    int asked_ = 0; // attempts before this one
    std::optional<TimePoint> first_byte_; // that one of them sent: a sign of life
    bool stream_ = false;
    bool ran_to_the_end_ = false;
};

} // namespace dragoman::gateway
