// POST /v1/messages from end to end: decode, choose the model, translate, relay, and one line in the log.
#pragma once

#include "base/request_record.h"
#include "gateway/relay.h"
#include "gateway/worker.h"
#include "route/model_facts.h"

#include <memory>
#include <optional>
#include <string>

namespace dragoman::gateway {

// Lives in the frame of the worker's handle(). Its destructor writes the log line, whatever ended the
// exchange: an answer, an error, or a client that went away and had the frame destroyed.
class MessagesExchange {
public:
    MessagesExchange(Worker& worker, net::ClientRequest& request, net::ResponseWriter& response);
    ~MessagesExchange();
    MessagesExchange(const MessagesExchange&) = delete;
    MessagesExchange& operator=(const MessagesExchange&) = delete;

    net::Task<void> run();

private:
    Result<void> prepare();
    Result<void> translate();
    route::RefusalMemory::Sent sent() const;
    void forget_bodies();
    void begin_capture();
    void note_error(const Error& error);
    void finish_record();
    void finish_capture();
    void learn();
    void count();

    Worker& worker_;
    net::ClientRequest& request_;
    net::ResponseWriter& response_;
    std::shared_ptr<const config::Config> config_;
    std::string request_id_;
    std::string session_; // whose request it is; empty: not known
    TimePoint begun_ = Clock::now();

    route::Target target_ {};
    translate::UpstreamCall call_ {};
    std::unique_ptr<translate::Answer> answer_;
    std::unique_ptr<Relay> relay_;
    std::unique_ptr<CapturedExchange> capture_;
    std::string kept_body_; // for learning how the upstream counts, where that is wanted
    std::optional<Error> error_;
    bool ran_to_the_end_ = false;
    RequestRecord record_ {};
};

} // namespace dragoman::gateway
