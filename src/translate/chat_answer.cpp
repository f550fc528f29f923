#include "translate/chat_answer.h"

#include "base/limits.h"
#include "openai/plain_text.h"
#include "translate/tool_arguments.h"
#include "translate/upstream_error.h"

namespace dragoman::translate {

ChatAnswer::ChatAnswer(const AnswerPlan& plan, IdSource& ids, json::Document& document)
    : plan_(plan)
    , message_([this](std::string_view arguments) {
        ToolInput input = to_tool_input(arguments);
        if (input.repaired)
            facts_.notes.repair("tool arguments");
        return std::move(input.object);
    })
    , translator_(
          plan_, ids, plan_.stream ? static_cast<anthropic::MessageOutput&>(events_) : message_, facts_)
    , body_(plan.whole_answer_max, !plan.stream)
    , chunks_(document)
{
}

Result<void> ChatAnswer::feed(std::string_view bytes, std::string& out)
{
    if (failed_ || finished_ || translator_.done())
        return {};
    events_.write_to(out);
    if (auto fed = body_.feed(bytes); !fed)
        return fail(std::move(fed).error());
    while (auto event = body_.next()) {
        if (auto taken = take_event(*event); !taken)
            return taken;
        if (translator_.done())
            return {};
    }
    if (body_.overflowed())
        return fail(Error::upstream_protocol("the upstream sent an event that is larger than 64 MiB"));
    return {};
}

Result<void> ChatAnswer::take_event(const sse::Event& event)
{
    if (is_end_marker(event.data)) {
        translator_.on_end_marker();
        return {};
    }
    if (event.name == "error")
        return fail(upstream_error(event.data, plan_, facts_.upstream_provider));
    if (openai::trim(event.data).empty())
        return {};
    auto chunk = chunks_.decode(event.data);
    if (!chunk)
        return take_unreadable(chunk.error());
    unreadable_ = 0;
    auto taken = translator_.take(*chunk);
    if (!taken)
        return fail(std::move(taken).error());
    return {};
}

// One broken event is skipped, several in a row are a broken stream.
Result<void> ChatAnswer::take_unreadable(const Error& error)
{
    facts_.notes.drop("unreadable event");
    if (++unreadable_ < limits::unreadable_events)
        return {};
    return fail(error);
}

Result<void> ChatAnswer::finish(std::string& out)
{
    if (failed_ || finished_)
        return {};
    events_.write_to(out);
    if (auto taken = body_.is_text() ? take_whole() : take_last_event(); !taken)
        return taken;
    if (auto finished = translator_.finish(); !finished)
        return fail(std::move(finished).error());
    finished_ = true;
    if (!plan_.stream)
        out.append(message_.text());
    return {};
}

// Some servers omit the blank line after their last event. Half an event is none.
Result<void> ChatAnswer::take_last_event()
{
    if (translator_.done())
        return {};
    if (auto event = body_.last()) {
        if (is_end_marker(event->data) || chunks_.decode(event->data))
            return take_event(*event);
    }
    if (body_.pieces() == 0 && body_.has_events())
        return fail(
            Error::upstream_protocol("the upstream answered with neither JSON nor a stream of events"));
    return {};
}

Result<void> ChatAnswer::take_whole()
{
    if (body_.text().starts_with('<'))
        return fail(Error::upstream_protocol(
            "the upstream answered with a page of HTML: is its base URL right, and nothing in between?"));
    auto chunk = chunks_.decode(body_.text());
    if (!chunk)
        return fail(chunk.error());
    if (chunk->choices.empty() && !chunk->is_error)
        return fail(Error::upstream_protocol("the upstream's answer has no choices"));
    if (auto taken = translator_.take(*chunk); !taken)
        return fail(std::move(taken).error());
    translator_.on_end_marker();
    return {};
}

Result<void> ChatAnswer::fail(Error error)
{
    failed_ = true;
    return Failure(std::move(error));
}

void ChatAnswer::start(std::string& out)
{
    if (!plan_.stream || failed_ || finished_)
        return;
    events_.write_to(out);
    translator_.start();
}

void ChatAnswer::break_off(std::string& out)
{
    if (!plan_.stream || finished_)
        return;
    events_.write_to(out);
    translator_.break_off();
    finished_ = true;
}

} // namespace dragoman::translate
