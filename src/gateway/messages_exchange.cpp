#include "gateway/messages_exchange.h"

#include "anthropic/decode_request.h"
#include "base/encoding.h"
#include "base/limits.h"
#include "gateway/admission.h"
#include "gateway/targets.h"
#include "json/escape.h"
#include "translate/chat_answer.h"
#include "translate/conversation_identity.h"
#include "translate/messages_answer.h"
#include "translate/messages_request_edit.h"
#include "translate/parameters.h"
#include "translate/request.h"
#include "translate/responses_answer.h"
#include "translate/responses_request.h"

#include <algorithm>

namespace dragoman::gateway {

namespace {

// Samples wait in memory for their turn to be counted; a million tokens are less.
constexpr std::size_t sample_max = 4 * limits::MiB;

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

bool has_key_pool(const config::Config& config)
{
    return std::ranges::any_of(
        config.upstreams, [](const auto& upstream) { return upstream.keys.size() > 1; });
}

// What stays the same from turn to turn of a conversation that says nothing of itself.
std::string beginning_of(const anthropic::MessagesRequest& request)
{
    constexpr std::size_t enough = 4 * limits::KiB;
    std::string person = translate::conversation_identity(request, {}).user;
    if (!person.empty() || request.messages.empty())
        return person;
    std::string text;
    for (const anthropic::Block& block : request.messages.front().blocks)
        text += block.text.escaped.substr(0, enough - std::min(text.size(), enough));
    return sha256_hex(text);
}

// Long texts are borrowed from the client's body; of a usual request about half is written anew.
std::size_t room_to_write(std::string_view body) { return body.size() / 2 + 4 * limits::KiB; }

Result<translate::UpstreamCall> to_upstream(const json::Document& document,
    const anthropic::MessagesRequest& request, const route::Target& target,
    const translate::ClientHeaders& headers, const translate::Options& options, std::string room)
{
    switch (target.dialect) {
    case route::Target::Dialect::messages:
        return translate::to_messages(document, request, target, headers, options);
    case route::Target::Dialect::responses:
        return translate::to_responses(request, target, headers, options, std::move(room));
    case route::Target::Dialect::chat:
        break;
    }
    return translate::to_chat(request, target, headers, options, std::move(room));
}

} // namespace

MessagesExchange::MessagesExchange(Worker& worker, net::ClientRequest& request, net::ResponseWriter& response)
    : worker_(worker)
    , request_(request)
    , response_(response)
    , config_(worker.config())
    , request_id_(worker.ids().with_prefix("req_"))
    , path_(request.head.path())
    , catalogues_(worker.catalogues())
    , plan_(*config_, worker.routing(config_), *catalogues_, worker.resolved(config_, catalogues_))
    , attempts_(worker.shared(), *config_)
{
    session_ = request.head.field("x-claude-code-session-id");
    worker_.shared().metrics.begin();
}

net::Task<void> MessagesExchange::serve(
    Worker& worker, net::ClientRequest& request, net::ResponseWriter& response)
{
    const auto exchange = std::make_unique<MessagesExchange>(worker, request, response);
    if (exchange->begin()) {
        Result<void> relayed;
        do {
            relayed = co_await exchange->relay_->run();
            if (response.client_gone())
                co_return; // What went wrong afterwards is nobody's concern.
        } while (exchange->goes_on(relayed));
        if (!relayed)
            co_await exchange->relay_->fail(*exchange->error_);
    } else {
        co_await exchange->send_error();
    }
    exchange->ran_to_the_end_ = true;
}

bool MessagesExchange::begin()
{
    begin_capture();
    Result<void> prepared = prepare();
    if (!prepared) {
        request_.release_head();
        note_error(prepared.error());
    }
    return prepared.has_value();
}

net::Task<void> MessagesExchange::send_error()
{
    net::Refusal answer = render(*error_, request_id_);
    if (attempts_.entries() > 1)
        answer.fields.emplace_back("x-dragoman-attempts", attempts_.tried());
    if (capture_)
        capture_->client_answer = { std::to_string(answer.status), answer.fields, answer.body };
    status_ = answer.status;
    make_room();
    (void)co_await send(response_, answer);
}

// Whether another attempt follows. After a failure that is the last, error_ is for the client.
bool MessagesExchange::goes_on(const Result<void>& relayed)
{
    if (relayed) {
        attempts_.succeeded();
        learn();
        learn_from_answer();
        return false;
    }
    Error error = relayed.error();
    const auto refusal = std::exchange(error.refusal, {});
    if ((refusal && mends(error, *refusal)) || (may_go_on(error) && prepare_next()))
        return true;
    note_error(relay_->has_answered() ? error : attempts_.error());
    if (!response_.started())
        status_ = http_status(*error_);
    return false;
}

// Between parsing and the finished upstream body nothing is awaited, so the worker's one document serves all.
Result<void> MessagesExchange::prepare()
{
    ASSIGN_OR_RETURN(pass,
        worker_.shared().limiter.enter(
            config_->limits, shown_token(*config_, request_.head), request_.body.size(), begun_));
    pass_ = std::move(pass);
    ASSIGN_OR_RETURN(request, anthropic::decode_request(worker_.document(), request_.body));
    stream_ = request.stream;
    client_model_ = json::unescape(request.model);
    if (!Sessions::is_id(session_))
        session_ = translate::conversation_identity(request, {}).session;
    if (session_.empty() && has_key_pool(*config_))
        session_ = "/" + beginning_of(request);
    const Wish wish { .route = request_.head.field("x-dragoman-route"),
        .agent_id = request_.head.field("x-claude-code-agent-id") };
    if (auto chosen = plan_.choose(client_model_, wish, request); !chosen)
        return chosen;
    if (auto advanced = attempts_.advance(plan_, session_, begun_); !advanced)
        return advanced;
    ASSIGN_OR_RETURN(call, call_for_target(request, begun_));
    call_ = std::move(call);
    make_relay(false);
    return {};
}

// A target that the request does not fit, or that has refused these bytes a moment ago, has failed already.
// What one dialect has no words for another may say.
Result<translate::UpstreamCall> MessagesExchange::call_for_target(
    const anthropic::MessagesRequest& request, TimePoint now)
{
    auto call = translate(request);
    while (const auto refused = known_refusal(call)) {
        if (!attempts_.failed(plan_, *refused, false, now) || !attempts_.advance(plan_, session_, now)) {
            call = Failure(attempts_.error());
            break;
        }
        call = translate(request);
    }
    return call;
}

// The same for the next target that may be asked; only the key may be another. The attempt before stays what
// it is while there is nothing to follow it.
bool MessagesExchange::prepare_next()
{
    const TimePoint now = Clock::now();
    if (!attempts_.advance(plan_, session_, now))
        return false;
    std::optional<translate::UpstreamCall> next;
    if (!attempts_.is_same_place()) {
        mending_.reset();
        auto request = anthropic::decode_request(worker_.document(), request_.body);
        auto call = request ? call_for_target(*request, now) : Failure(request.error());
        if (!call)
            return false;
        next = std::move(*call);
    }
    begin_attempt(std::move(next));
    return true;
}

// With the call that was made last, unless there is another.
void MessagesExchange::begin_attempt(std::optional<translate::UpstreamCall> call)
{
    const bool committed = relay_->is_committed();
    asked_ += relay_->times().upstream_asked ? 1 : 0;
    if (!first_byte_)
        first_byte_ = relay_->times().first_byte;
    relay_.reset();
    answer_.reset();
    if (call)
        call_ = std::move(*call);
    make_relay(committed);
}

void MessagesExchange::make_relay(bool committed)
{
    const config::Upstream& upstream = attempts_.upstream();
    const route::RouteTarget* asked = attempts_.place().asked;
    net::FieldList fields = upstream_fields(upstream, attempts_.key(), call_, worker_.shared().version);
    answer_ = make_answer(target(), call_.plan, worker_.ids(), worker_.document());
    if (committed) {
        std::string known; // The client has a message_start.
        answer_->start(known);
    }
    if (capture_) {
        capture_->upstream_request = { .start = "POST " + endpoint_url(upstream, target()) };
        add_fields(capture_->upstream_request, fields.fields());
        capture_->upstream_request.body = call_.body.text();
        capture_->upstream_answer = {};
    }
    relay_.emplace(RelayParts { .upstream = upstream,
        .worker = worker_.context(),
        .response = response_,
        .call = call_,
        .answer = *answer_,
        .request_id = request_id_,
        .url = plan_.url(attempts_.place()),
        .upstream_fields = std::move(fields),
        .capture = capture_.get(),
        .first_byte =
            asked != nullptr ? asked->first_byte.value_or(upstream.first_byte) : upstream.first_byte,
        .idle = asked != nullptr ? asked->idle.value_or(upstream.idle) : upstream.idle,
        .since = begun_,
        .replaceable = attempts_.has_others(plan_),
        .resumes = plan_.route() != nullptr && plan_.route()->resume,
        .committed = committed,
        .tried = attempts_.tried(),
        .begun = [this] { forget_bodies(); },
        .over = [this] { make_room(); } });
}

// For the next request, which may be the same client's.
void MessagesExchange::make_room()
{
    pass_.leave();
    attempts_.make_room();
}

// Whether another attempt may follow.
bool MessagesExchange::may_go_on(const Error& error)
{
    const TimePoint now = Clock::now();
    if (error.upstream_status != 0) {
        const std::string body = call_.body.text();
        worker_.shared().refusals.remember(sent(body), error, now);
    }
    const bool in_time = now < begun_ + attempts_.upstream().stream_total;
    return attempts_.failed(plan_, error, relay_->has_answered(), now) && in_time;
}

void MessagesExchange::note_error(const Error& error)
{
    error_ = error;
    if (error.upstream_status == 401)
        worker_.shared().reread_keys.store(true, std::memory_order_relaxed);
}

std::optional<Error> MessagesExchange::known_refusal(const Result<translate::UpstreamCall>& call)
{
    if (!call) {
        Error unfit = call.error();
        unfit.retry = Error::Retry::next_target;
        return unfit;
    }
    route::RefusalMemory& refusals = worker_.shared().refusals;
    if (!refusals.may_know(call->body.size(), begun_))
        return std::nullopt;
    const std::string body = call->body.text();
    return refusals.find(sent(body), begun_);
}

route::RefusalMemory::Sent MessagesExchange::sent(std::string_view body) const
{
    return {
        .url = endpoint_url(attempts_.upstream(), target()), .account = attempts_.key().reveal(), .body = body
    };
}

// No other attempt can follow: neither what the client sent nor what was made of it is needed any more.
void MessagesExchange::forget_bodies()
{
    attempts_.answers();
    keep_lessons();
    learn_from_answer(); // as far as it is known: the next request may come before its end
    if (request_.body.size() <= sample_max && worker_.shared().sampling.is_due(target().model, begun_))
        kept_body_ = std::move(request_.body);
    request_.release_head();
    request_.release(std::exchange(call_.body, {}).own);
    request_.release_body();
    request_.lease.end();
    pass_.forget_body();
}

Result<translate::UpstreamCall> MessagesExchange::translate(const anthropic::MessagesRequest& request)
{
    recall();
    const config::Upstream& upstream = attempts_.upstream();
    translate::ClientHeaders headers { .anthropic_version = request_.head.field("anthropic-version"),
        .anthropic_beta = request_.head.field("anthropic-beta"),
        .session_id = request_.head.field("x-claude-code-session-id"),
        .agent_id = request_.head.field("x-claude-code-agent-id") };
    translate::Options options = translation_options(*config_, upstream);
    options.most_output = most_output_;
    options.watches_for_thoughts = !is_denied(route::Quirk::inline_think, upstream, target().model);
    if (const route::RouteTarget* asked = attempts_.place().asked) {
        options.models = asked->models;
        options.provider = asked->provider;
        options.plugins = asked->plugins;
    }
    std::string room =
        target().is_messages() ? std::string() : request_.take_buffer(room_to_write(request_.body));
    auto call = to_upstream(worker_.document(), request, target(), headers, options, std::move(room));
    if (!call)
        return call;
    call->plan.whole_answer_max = upstream.whole_answer;
    if (call->plan.estimated_input == 0)
        call->plan.estimated_input =
            worker_.shared().calibration.correct(target().model, translate::rough_input_tokens(request));
    if (!target().note.empty())
        call->notes.repair(target().note);
    return call;
}

} // namespace dragoman::gateway
