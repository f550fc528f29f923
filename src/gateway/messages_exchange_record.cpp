// What is kept of an exchange: its log line, its figures, its capture, and what its tokens taught.
#include "base/log.h"
#include "gateway/count_tokens.h"
#include "gateway/messages_exchange.h"
#include "net/background.h"

#include <cmath>

namespace dragoman::gateway {

namespace {

std::int64_t milliseconds(Clock::duration time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

RequestRecord::Outcome outcome_of(const Error& error)
{
    switch (error.source) {
    case Error::Source::client:
        return RequestRecord::Outcome::client_error;
    case Error::Source::upstream:
        return RequestRecord::Outcome::upstream_error;
    case Error::Source::self:
        return RequestRecord::Outcome::proxy_error;
    }
    return RequestRecord::Outcome::proxy_error;
}

} // namespace

MessagesExchange::~MessagesExchange()
{
    RequestRecord ended = record();
    log::request_line(ended);
    count(ended);
    if (capture_)
        finish_capture();
}

RequestRecord MessagesExchange::record()
{
    RequestRecord record { .request_id = std::move(request_id_),
        .method = request_.head.method,
        .path = std::move(path_),
        .client_model = std::move(client_model_),
        .upstream = config_->upstreams.size() > 1 && !target().model.empty() ? attempts_.upstream().name : "",
        .upstream_model = target().model,
        .status = status_,
        .stream = stream_,
        .outcome = outcome(),
        .total_ms = milliseconds(Clock::now() - begun_),
        .dropped = std::move(call_.notes.dropped),
        .repaired = std::move(call_.notes.repaired) };
    if (relay_) {
        const RelayTimes& times = relay_->times();
        record.attempts = asked_ + (times.upstream_asked ? 1 : 0);
        record.upstream_status = times.upstream_status;
        record.upstream_request_id = times.upstream_request_id;
        record.connection_reused = times.connection_reused;
        const auto& first = first_byte_ ? first_byte_ : times.first_byte;
        if (first)
            record.first_byte_ms = milliseconds(*first - begun_);
        if (first && record.status == 0)
            record.status = 200;
    }
    // Also what was passed over; not a single target's own failure, which the error tells.
    if (attempts_.entries() > (error_ ? 1 : 0))
        record.tried = attempts_.tried();
    if (answer_)
        add_answer_facts(record);
    if (error_)
        record.error = error_->quotes_upstream ? error_type(*error_) : error_->message;
    return record;
}

void MessagesExchange::add_answer_facts(RequestRecord& record) const
{
    const translate::AnswerFacts& facts = answer_->facts();
    record.provider = facts.upstream_provider;
    if (!facts.upstream_id.empty())
        record.upstream_request_id = facts.upstream_id;
    if (facts.usage) {
        record.input_tokens =
            static_cast<std::int64_t>(facts.usage->input_tokens + facts.usage->cache_creation_input_tokens);
        record.cached_tokens = static_cast<std::int64_t>(facts.usage->cache_read_input_tokens);
        record.output_tokens = static_cast<std::int64_t>(facts.usage->output_tokens);
    }
    if (facts.cost_usd)
        record.cost_usd_micros = std::llround(*facts.cost_usd * 1e6);
    for (const std::string& name : facts.notes.dropped)
        record.dropped.push_back(name);
    for (const std::string& name : facts.notes.repaired)
        record.repaired.push_back(name);
}

RequestRecord::Outcome MessagesExchange::outcome() const
{
    bool broken_off = !ran_to_the_end_ || response_.client_gone();
    if (broken_off && worker_.shared().cut_off)
        return RequestRecord::Outcome::proxy_error;
    if (broken_off)
        return RequestRecord::Outcome::client_cancelled;
    return error_ ? outcome_of(*error_) : RequestRecord::Outcome::ok;
}

void MessagesExchange::begin_capture()
{
    if (config_->log.capture.empty())
        return;
    capture_ = std::make_unique<CapturedExchange>();
    capture_->request_id = request_id_;
    capture_->client_request.start = request_.head.method + " " + std::string(request_.head.target);
    add_fields(capture_->client_request, request_.head.fields);
    capture_->client_request.body = request_.body;
}

void MessagesExchange::finish_capture()
{
    if (error_)
        capture_->error = error_->message;
    std::vector<Secret> secrets = config_->server.client_tokens;
    for (const config::Upstream& upstream : config_->upstreams)
        for (const config::UpstreamKey& key : upstream.keys)
            secrets.push_back(key.value);
    std::string text = encode_capture(*capture_, secrets);
    net::post_to_background([&captures = worker_.shared().captures, config = config_,
                                name = capture_name(*capture_), text = std::move(text)] {
        captures.write(config->log.capture, config->log.capture_max, name, text);
    });
}

void MessagesExchange::count(const RequestRecord& record)
{
    Shared& shared = worker_.shared();
    shared.metrics.finish(record);
    shared.sessions.note(session_, record, target().facts ? target().facts->context_length : std::nullopt);
}

// What the upstream billed tells how its tokenizer differs from ours. Counting a long request takes a while,
// so it is done in the background, and seldom.
void MessagesExchange::learn()
{
    const auto& usage = answer_->facts().usage;
    if (!usage || usage->estimated || kept_body_.empty())
        return;
    learn_in_background(worker_.shared(), target(), usage->prompt_tokens(), std::move(kept_body_));
}

} // namespace dragoman::gateway
