// What is made of refusals: the same place once more, for less, and what that teaches for later requests.
#include "anthropic/decode_request.h"
#include "base/log.h"
#include "gateway/messages_exchange.h"
#include "gateway/targets.h"
#include "translate/error.h"
#include "translate/sent_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace dragoman::gateway {

namespace {

bool is_same_cause(const translate::Rectification& one, const translate::Rectification& other)
{
    return one.remedy == other.remedy && one.parameter == other.parameter;
}

} // namespace

// After a refusal that names what the request can do without. Each cause counts once, so that this comes to
// an end whatever the upstream says.
bool MessagesExchange::mends(const Error& error, std::string_view refusal)
{
    if (refusal.empty() || relay_->has_answered()
        || Clock::now() >= begun_ + attempts_.upstream().stream_total)
        return false;
    const translate::UpstreamFailure failure { .status = error.upstream_status, .body = refusal };
    const translate::ErrorContext context = translate::error_context(call_.plan);
    const translate::FailureCase one = translate::read_failure(failure, context);
    learn_of_model(translate::window_of(one), "a refusal");
    const std::string body = call_.body.text();
    const auto found = translate::rectify(one, translate::sent_request(body));
    if (!found)
        return false;
    const auto is_found = [&](const translate::Rectification& each) { return is_same_cause(each, *found); };
    return !(mending_ && std::ranges::any_of(mending_->done, is_found)) && mend(*found, error, body);
}

// False when it changes nothing: the same bytes would be refused again.
bool MessagesExchange::mend(const translate::Rectification& found, const Error& error, std::string_view body)
{
    if (!mending_)
        mending_ = std::make_unique<Mending>();
    mending_->done.push_back(found);
    const translate::Lesson lesson = translate::lesson_of(found, target());
    translate::Lesson before = mending_->lesson;
    translate::add(mending_->lesson, lesson);
    auto request = anthropic::decode_request(worker_.document(), request_.body);
    auto call = request ? translate(*request) : Failure(request.error());
    if (!call || call->body.text() == body) {
        mending_->lesson = std::move(before);
        return false;
    }
    for (const translate::Rectification& each : mending_->done)
        call->notes.repair(describe(each));
    attempts_.mended(error, describe(found));
    begin_attempt(std::move(*call));
    return true;
}

// What is known of the place from earlier requests, and from this one.
void MessagesExchange::recall()
{
    Shared& shared = worker_.shared();
    most_output_ = 0;
    if (shared.learned.empty() && shared.learned_in_sessions.empty() && !mending_)
        return;
    translate::Lesson earlier;
    if (!shared.learned.empty())
        earlier.of_model = shared.learned.find(attempts_.upstream().name, target().model);
    if (!shared.learned_in_sessions.empty() && !session_.empty())
        earlier.of_session = shared.learned_in_sessions.find(upstream_in_session(), target().model);
    adapt(earlier);
    if (mending_)
        adapt(mending_->lesson);
}

void MessagesExchange::adapt(const translate::Lesson& lesson)
{
    for (const route::LearnedFacts* facts : { &lesson.of_model, &lesson.of_session, &lesson.of_request }) {
        if (facts->empty())
            continue;
        attempts_.adapt(*facts);
        const std::uint64_t most = facts->max_output.value_or(0);
        if (most != 0 && (most_output_ == 0 || most < most_output_))
            most_output_ = most;
    }
}

// The mended request is being answered: that was it.
void MessagesExchange::keep_lessons()
{
    if (!mending_)
        return;
    for (const translate::Rectification& each : mending_->done)
        worker_.shared().metrics.mended(attempts_.name_in_figures(), translate::name_of(each.remedy));
    learn_of_model(mending_->lesson.of_model, "a refusal");
    if (!session_.empty())
        worker_.shared().learned_in_sessions.learn(
            upstream_in_session(), target().model, mending_->lesson.of_session, WallClock::now());
    mending_.reset();
}

void MessagesExchange::learn_of_model(const route::LearnedFacts& facts, std::string_view from)
{
    const std::string& upstream = attempts_.upstream().name;
    if (facts.empty() || !worker_.shared().learned.learn(upstream, target().model, facts, WallClock::now()))
        return;
    log::info("learned about a model from " + std::string(from),
        { { "model", upstream + "/" + target().model },
            { "learned", fmt::format("{}", fmt::join(route::descriptions(facts), "; ")) } });
}

std::string MessagesExchange::upstream_in_session() const
{
    return fmt::format("{}\n{}", session_, attempts_.upstream().name);
}

// What an answer shows that no list says: a window, by being full, and thoughts in the text.
void MessagesExchange::learn_from_answer()
{
    const translate::AnswerFacts& seen = answer_->facts();
    const bool is_full = seen.stop_reason == "model_context_window_exceeded" && seen.usage
        && !seen.usage->estimated && !target().facts->context_length;
    const bool thinks_in_text =
        seen.thinks_in_text && !is_denied(route::Quirk::inline_think, attempts_.upstream(), target().model);
    if (!is_full && !thinks_in_text)
        return;
    route::LearnedFacts facts;
    facts.thinks_in_text = thinks_in_text;
    if (is_full)
        facts.context_length = seen.usage->prompt_tokens() + seen.usage->output_tokens;
    learn_of_model(facts, "an answer");
}

} // namespace dragoman::gateway
