#include "gateway/messages_exchange.h"

#include "anthropic/decode_request.h"
#include "base/limits.h"
#include "base/log.h"
#include "gateway/count_tokens.h"
#include "gateway/targets.h"
#include "json/escape.h"
#include "net/background.h"
#include "translate/chat_answer.h"
#include "translate/conversation_identity.h"
#include "translate/messages_answer.h"
#include "translate/messages_request_edit.h"
#include "translate/parameters.h"
#include "translate/request.h"
#include "translate/responses_answer.h"
#include "translate/responses_request.h"

#include <cmath>

namespace dragoman::gateway {

namespace {

// Samples wait in memory for their turn to be counted; a million tokens are less.
constexpr std::size_t sample_max = 4 * limits::MiB;

std::int64_t milliseconds(Clock::duration time)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

Error no_key()
{
    return { .kind = Error::Kind::unauthorized,
        .source = Error::Source::self,
        .message = "no upstream key is configured: set OPENROUTER_API_KEY (or OPENROUTER_API_KEY_FILE, or "
                   "key_file in the "
                   "configuration) and start dragoman again",
        .should_retry = false };
}

const std::shared_ptr<const route::ModelFacts>& no_facts()
{
    static const auto none = std::make_shared<const route::ModelFacts>();
    return none;
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

// All that is lent must outlive the answer.
std::unique_ptr<translate::Answer> make_answer(
    const route::Target& target, const translate::AnswerPlan& plan, IdSource& ids, json::Document& document)
{
    switch (target.dialect) {
    case route::Target::Dialect::messages:
        return std::make_unique<translate::MessagesAnswer>(plan, ids, document);
    case route::Target::Dialect::responses:
        return std::make_unique<translate::ResponsesAnswer>(plan, ids, document);
    case route::Target::Dialect::chat:
        break;
    }
    return std::make_unique<translate::ChatAnswer>(plan, ids, document);
}

Result<translate::UpstreamCall> to_upstream(const json::Document& document,
    const anthropic::MessagesRequest& request, const route::Target& target,
    translate::MessagesProfile profile, const translate::ClientHeaders& headers,
    const translate::Options& options)
{
    switch (target.dialect) {
    case route::Target::Dialect::messages:
        return translate::to_messages(document, request, target, profile, headers, options);
    case route::Target::Dialect::responses:
        return translate::to_responses(request, target, headers, options);
    case route::Target::Dialect::chat:
        break;
    }
    return translate::to_chat(request, target, headers, options);
}

} // namespace

MessagesExchange::MessagesExchange(Worker& worker, net::ClientRequest& request, net::ResponseWriter& response)
    : worker_(worker)
    , request_(request)
    , response_(response)
    , config_(worker.config())
    , request_id_(worker.ids().with_prefix("req_"))
    , path_(request.head.path())
{
    session_ = request.head.field("x-claude-code-session-id");
    worker_.shared().metrics.begin();
}

MessagesExchange::~MessagesExchange()
{
    RequestRecord ended = record();
    log::request_line(ended);
    count(ended);
    if (capture_)
        finish_capture();
}

net::Task<void> MessagesExchange::serve(
    Worker& worker, net::ClientRequest& request, net::ResponseWriter& response)
{
    MessagesExchange exchange(worker, request, response);
    if (exchange.begin()) {
        Result<void> relayed = co_await exchange.relay_->run();
        if (response.client_gone())
            co_return; // What went wrong afterwards is nobody's concern.
        exchange.note_end(relayed);
        if (!relayed)
            co_await exchange.relay_->fail(relayed.error());
    } else {
        co_await exchange.send_error();
    }
    exchange.ran_to_the_end_ = true;
}

bool MessagesExchange::begin()
{
    begin_capture();
    Result<void> prepared = prepare();
    request_.release_head();
    if (!prepared) {
        note_error(prepared.error());
        return false;
    }
    relay_ = std::make_unique<Relay>(RelayParts { .config = *config_,
        .worker = worker_.context(),
        .response = response_,
        .call = call_,
        .answer = *answer_,
        .request_id = request_id_,
        .url = endpoint_url(*config_, target_),
        .upstream_fields = upstream_fields(*config_, target_, call_, worker_.shared().version),
        .capture = capture_.get(),
        .begun = [this] { forget_bodies(); } });
    return true;
}

net::Task<void> MessagesExchange::send_error()
{
    net::Refusal answer = render(*error_, request_id_);
    if (capture_)
        capture_->client_answer = { std::to_string(answer.status), answer.fields, answer.body };
    status_ = answer.status;
    (void)co_await send(response_, answer);
}

void MessagesExchange::note_end(const Result<void>& relayed)
{
    if (relayed)
        return learn();
    note_error(relayed.error());
    if (!response_.started())
        status_ = http_status(relayed.error());
}

Result<void> MessagesExchange::prepare()
{
    if (config_->degraded())
        return Failure(no_key());
    if (Result<void> translated = translate(); !translated)
        return translated;
    if (auto refused = known_refusal())
        return Failure(std::move(*refused));
    if (request_.body.size() <= sample_max && worker_.shared().sampling.is_due(target_.model, begun_))
        kept_body_ = std::move(request_.body); // What is borrowed from it stays where it is.
    answer_ = make_answer(target_, call_.plan, worker_.ids(), worker_.document());
    if (capture_) {
        OwnedFields fields = upstream_fields(*config_, target_, call_, worker_.shared().version);
        capture_->upstream_request.start = "POST " + endpoint_url(*config_, target_);
        add_fields(capture_->upstream_request, views(fields));
        capture_->upstream_request.body = call_.body.text();
    }
    if (!call_.body.borrows())
        request_.release_body(); // From here on it is the upstream's.
    return {};
}

std::optional<Error> MessagesExchange::known_refusal()
{
    route::RefusalMemory& refusals = worker_.shared().refusals;
    if (!refusals.may_know(call_.body.size(), begun_))
        return std::nullopt;
    const std::string body = call_.body.text();
    return refusals.find(sent(body), begun_);
}

route::RefusalMemory::Sent MessagesExchange::sent(std::string_view body) const
{
    return {
        .url = endpoint_url(*config_, target_), .account = config_->main().key().reveal(), .body = body
    };
}

// No other attempt can follow.
void MessagesExchange::forget_bodies()
{
    request_.release(std::exchange(call_.body, {}).own);
    request_.release_body();
    request_.lease.end();
}

// Between parsing and the finished upstream body nothing is awaited, so the worker's one document serves all.
Result<void> MessagesExchange::translate()
{
    json::Document& document = worker_.document();
    ASSIGN_OR_RETURN(request, anthropic::decode_request(document, request_.body));
    stream_ = request.stream;
    client_model_ = json::unescape(request.model);
    if (!Sessions::is_id(session_))
        session_ = translate::conversation_identity(request, {}).session;
    ASSIGN_OR_RETURN(target, route::resolve(client_model_, worker_.rules(config_), *worker_.catalogue()));
    target_ = std::move(target);
    translate::ClientHeaders headers { .anthropic_version = request_.head.field("anthropic-version"),
        .anthropic_beta = request_.head.field("anthropic-beta"),
        .session_id = request_.head.field("x-claude-code-session-id"),
        .agent_id = request_.head.field("x-claude-code-agent-id") };
    translate::Options options = translation_options(*config_);
    auto call = to_upstream(document, request, target_, messages_profile(*config_), headers, options);
    if (!call)
        return Failure(std::move(call).error());
    call_ = std::move(*call);
    call_.plan.whole_answer_max = config_->main().whole_answer;
    if (call_.plan.estimated_input == 0)
        call_.plan.estimated_input =
            worker_.shared().calibration.correct(target_.model, translate::rough_input_tokens(request));
    if (!target_.note.empty())
        call_.notes.repair(target_.note);
    if (!target_.facts->known)
        target_.facts = no_facts(); // Its own are large, and say nothing.
    return {};
}

void MessagesExchange::note_error(const Error& error)
{
    error_ = error;
    if (error.upstream_status != 0 && relay_) {
        const std::string body = call_.body.text();
        worker_.shared().refusals.remember(sent(body), error, Clock::now());
    }
    if (error.upstream_status == 401)
        worker_.shared().reread_keys.store(true, std::memory_order_relaxed);
}

RequestRecord MessagesExchange::record() const
{
    RequestRecord record { .request_id = request_id_,
        .method = request_.head.method,
        .path = path_,
        .client_model = client_model_,
        .upstream_model = target_.model,
        .status = status_,
        .stream = stream_,
        .outcome = outcome(),
        .total_ms = milliseconds(Clock::now() - begun_),
        .dropped = call_.notes.dropped,
        .repaired = call_.notes.repaired };
    if (relay_) {
        const RelayTimes& times = relay_->times();
        record.attempts = times.upstream_asked ? 1 : 0;
        record.upstream_status = times.upstream_status;
        record.upstream_request_id = times.upstream_request_id;
        record.connection_reused = times.connection_reused;
        if (times.first_byte)
            record.first_byte_ms = milliseconds(*times.first_byte - begun_);
        if (times.first_byte && record.status == 0)
            record.status = 200;
    }
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
    secrets.push_back(config_->main().key());
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
    shared.sessions.note(session_, record, target_.facts ? target_.facts->context_length : std::nullopt);
}

// What the upstream billed tells how its tokenizer differs from ours. Counting a long request takes a while,
// so it is done in the background, and seldom.
void MessagesExchange::learn()
{
    const auto& usage = answer_->facts().usage;
    if (!usage || usage->estimated || kept_body_.empty())
        return;
    learn_in_background(worker_.shared(), target_, usage->prompt_tokens(), std::move(kept_body_));
}

} // namespace dragoman::gateway
