#include "translate/decoded_answer.h"

#include "base/limits.h"
#include "json/utf8.h"
#include "openai/plain_text.h"
#include "translate/tool_arguments.h"

#include <utility>

namespace dragoman::translate {

DecodedAnswer::DecodedAnswer(const AnswerPlan& plan, IdSource& ids)
    : plan_(plan)
    , blocks_(plan_, ids, output(), facts_)
    , body_(plan.whole_answer_max, !plan.stream)
{
}

// Chosen by the plan, once.
anthropic::MessageOutput& DecodedAnswer::output()
{
    if (plan_.stream)
        return events_;
    message_ = std::make_unique<anthropic::MessageWriter>([this](std::string_view arguments) {
        ToolInput input = to_tool_input(arguments, blocks_.is_cut_off());
        if (input.repaired)
            facts_.notes.repair("tool arguments");
        return std::move(input.object);
    });
    return *message_;
}

Result<void> DecodedAnswer::feed(std::string_view bytes, std::string& out)
{
    if (failed_ || finished_ || blocks_.done())
        return {};
    events_.write_to(out);
    if (auto fed = body_.feed(bytes); !fed)
        return fail(std::move(fed));
    while (auto event = body_.next()) {
        if (auto taken = take(*event); !taken)
            return fail(std::move(taken));
        if (blocks_.done())
            return {};
    }
    if (body_.overflowed())
        return fail(
            Failure(Error::upstream_protocol("the upstream sent an event that is larger than 64 MiB")));
    return {};
}

Result<void> DecodedAnswer::take(const sse::Event& event)
{
    if (event.data.starts_with('{')) // as nearly all do
        return take_event(event);
    if (is_end_marker(event.data)) {
        blocks_.on_end_marker();
        return {};
    }
    if (event.name != "error" && openai::trim(event.data).empty())
        return {};
    return take_event(event);
}

bool DecodedAnswer::mend(std::string_view text)
{
    if (json::is_utf8(text))
        return false;
    mended_ = json::mended_utf8(text);
    facts_.notes.repair("UTF-8");
    return true;
}

// One broken event is skipped, several in a row are a broken stream.
Result<void> DecodedAnswer::unreadable(const Error& error)
{
    facts_.notes.drop("unreadable event");
    if (++unreadable_ < limits::unreadable_events)
        return {};
    return Failure(error);
}

Result<void> DecodedAnswer::finish(std::string& out)
{
    if (failed_ || finished_)
        return {};
    events_.write_to(out);
    if (auto taken = body_.is_text() ? take_whole() : take_last(); !taken)
        return fail(std::move(taken));
    if (auto finished = blocks_.finish(); !finished)
        return fail(std::move(finished));
    finished_ = true;
    if (!plan_.stream)
        out.append(message_->text());
    return {};
}

// Some servers omit the blank line after their last event, or after all of them. Half an event is none.
Result<void> DecodedAnswer::take_last()
{
    while (!blocks_.done()) {
        auto event = body_.last();
        if (!event)
            break;
        if (!is_end_marker(event->data) && !is_whole(*event))
            continue;
        if (auto taken = take(*event); !taken)
            return taken;
    }
    if (blocks_.done())
        return {};
    if (body_.pieces() == 0 && body_.has_events())
        return Failure(
            Error::upstream_protocol("the upstream answered with neither JSON nor a stream of events"));
    return {};
}

Result<void> DecodedAnswer::take_whole()
{
    if (body_.text().starts_with('<'))
        return Failure(Error::upstream_protocol(
            "the upstream answered with a page of HTML: is its base URL right, and nothing in between?"));
    if (!plan_.stream)
        message_->expect(body_.text().size());
    return take_text(body_.text());
}

// A failure is the last thing that comes of an answer.
Result<void> DecodedAnswer::fail(Result<void> result)
{
    failed_ = true;
    return result;
}

void DecodedAnswer::start(std::string& out)
{
    if (!plan_.stream || failed_ || finished_)
        return;
    events_.write_to(out);
    blocks_.start();
}

void DecodedAnswer::break_off(std::string& out)
{
    if (!plan_.stream || finished_)
        return;
    events_.write_to(out);
    blocks_.break_off();
    finished_ = true;
}

} // namespace dragoman::translate
