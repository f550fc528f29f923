#include "translate/responses_answer.h"

#include "base/limits.h"
#include "openai/plain_text.h"
#include "translate/tool_arguments.h"
#include "translate/upstream_error.h"

namespace dragoman::translate {

ResponsesAnswer::ResponsesAnswer(AnswerPlan plan, IdSource& ids)
    : plan_(std::move(plan))
    , message_([this](std::string_view arguments) {
        ToolInput input = to_tool_input(arguments);
        if (input.repaired)
            facts_.notes.repair("tool arguments");
        return std::move(input.object);
    })
    , blocks_(plan_, ids, plan_.stream ? static_cast<anthropic::MessageOutput&>(events_) : message_, facts_)
    , translator_(plan_, blocks_, facts_)
    , body_(plan_.whole_answer_max, !plan_.stream)
{
    plan_.responses = true;
}

Result<void> ResponsesAnswer::feed(std::string_view bytes, std::string& out)
{
    if (failed_ || finished_ || blocks_.done())
        return {};
    events_.write_to(out);
    if (auto fed = body_.feed(bytes); !fed)
        return fail(std::move(fed).error());
    while (auto event = body_.next()) {
        if (auto taken = take_event(*event); !taken)
            return taken;
        if (blocks_.done())
            return {};
    }
    if (body_.overflowed())
        return fail(Error::upstream_protocol("the upstream sent an event that is larger than 64 MiB"));
    return {};
}

Result<void> ResponsesAnswer::take_event(const sse::Event& event)
{
    const std::string_view data = openai::trim(event.data);
    if (data.empty())
        return {};
    if (is_end_marker(data)) {
        blocks_.on_end_marker();
        return {};
    }
    auto decoded = decoder_.decode(event.data, event.name);
    if (!decoded) {
        if (event.name == "error")
            return fail(upstream_error(event.data, plan_, {}));
        return take_unreadable(decoded.error());
    }
    unreadable_ = 0;
    if (auto taken = translator_.take(*decoded); !taken)
        return fail(std::move(taken).error());
    return {};
}

// One broken event is skipped, several in a row are a broken stream.
Result<void> ResponsesAnswer::take_unreadable(const Error& error)
{
    facts_.notes.drop("unreadable event");
    if (++unreadable_ < limits::unreadable_events)
        return {};
    return fail(error);
}

Result<void> ResponsesAnswer::finish(std::string& out)
{
    if (failed_ || finished_)
        return {};
    events_.write_to(out);
    if (auto taken = body_.is_text() ? take_whole() : take_last_event(); !taken)
        return taken;
    if (auto finished = blocks_.finish(); !finished)
        return fail(std::move(finished).error());
    finished_ = true;
    if (!plan_.stream)
        out.append(message_.text());
    return {};
}

// Some servers omit the blank line after their last event. Half an event is none.
Result<void> ResponsesAnswer::take_last_event()
{
    if (blocks_.done())
        return {};
    if (auto event = body_.last()) {
        if (is_end_marker(event->data) || decoder_.decode(event->data, event->name))
            return take_event(*event);
    }
    if (body_.pieces() == 0 && body_.has_events())
        return fail(
            Error::upstream_protocol("the upstream answered with neither JSON nor a stream of events"));
    return {};
}

Result<void> ResponsesAnswer::take_whole()
{
    if (body_.text().starts_with('<'))
        return fail(Error::upstream_protocol(
            "the upstream answered with a page of HTML: is its base URL right, and nothing in between?"));
    auto decoded = decoder_.decode_whole(body_.text());
    if (!decoded)
        return fail(std::move(decoded).error());
    if (auto taken = translator_.take(*decoded); !taken)
        return fail(std::move(taken).error());
    return {};
}

Result<void> ResponsesAnswer::fail(Error error)
{
    failed_ = true;
    return Failure(std::move(error));
}

void ResponsesAnswer::start(std::string& out)
{
    if (!plan_.stream || failed_ || finished_)
        return;
    events_.write_to(out);
    blocks_.start();
}

void ResponsesAnswer::break_off(std::string& out)
{
    if (!plan_.stream || finished_)
        return;
    events_.write_to(out);
    blocks_.break_off();
    finished_ = true;
}

} // namespace dragoman::translate
