#include "translate/chat_answer.h"

#include "base/limits.h"
#include "translate/tool_arguments.h"
#include "translate/upstream_error.h"

#include <algorithm>

namespace dragoman::translate {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view trim(std::string_view text)
{
    std::size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool is_end_marker(std::string_view data)
{
    data = trim(data);
    return data == "[DONE]" || data == "[done]" || data == "[Done]";
}

} // namespace

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
    , chunks_(document)
{
}

Result<void> ChatAnswer::feed(std::string_view bytes, std::string& out)
{
    if (failed_ || finished_ || translator_.done())
        return {};
    events_.write_to(out);
    const std::size_t arrived = bytes.size();
    if (form_ == Form::unknown && !recognise(bytes))
        return {};
    const bool kept = form_ == Form::json || !plan_.stream;
    if (kept && !has_room(arrived))
        return fail(Error::upstream_protocol("the upstream's answer is larger than dragoman keeps whole"));
    if (form_ == Form::events)
        return feed_events(bytes);
    if (bytes.find_first_not_of(blanks) != bytes.npos)
        ++data_events_;
    body_.append(bytes);
    return {};
}

bool ChatAnswer::has_room(std::size_t bytes)
{
    kept_bytes_ += bytes;
    return kept_bytes_ <= plan_.whole_answer_max;
}

// Looks for the first byte that is no white space. False while there is none; else `bytes` begins with it.
bool ChatAnswer::recognise(std::string_view& bytes)
{
    body_.append(bytes);
    std::string_view head = body_;
    if (head.size() < byte_order_mark.size() && byte_order_mark.starts_with(head))
        return false;
    if (head.starts_with(byte_order_mark))
        head.remove_prefix(byte_order_mark.size());
    std::size_t first = head.find_first_not_of(blanks);
    if (first == head.npos) {
        body_.clear();
        return false;
    }
    bool json = head[first] == '{' || head[first] == '[' || head[first] == '<';
    form_ = json ? Form::json : Form::events;
    std::string rest(head.substr(first));
    body_ = std::move(rest);
    if (json) {
        ++data_events_;
        bytes = {};
    } else {
        decoder_.feed(body_);
        bytes = {};
        body_.clear();
    }
    return true;
}

Result<void> ChatAnswer::feed_events(std::string_view bytes)
{
    decoder_.feed(bytes);
    while (auto event = decoder_.next()) {
        if (auto taken = take_event(*event); !taken)
            return taken;
        if (translator_.done())
            return {};
    }
    if (decoder_.overflowed())
        return fail(Error::upstream_protocol("the upstream sent an event that is larger than 64 MiB"));
    return {};
}

Result<void> ChatAnswer::take_event(const sse::Event& event)
{
    ++data_events_;
    if (is_end_marker(event.data)) {
        translator_.on_end_marker();
        return {};
    }
    if (event.name == "error")
        return fail(upstream_error(event.data, plan_, facts_.upstream_provider));
    if (trim(event.data).empty())
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
    Result<void> complete = form_ == Form::json ? take_whole() : finish_events();
    if (!complete)
        return complete;
    if (auto finished = translator_.finish(); !finished)
        return fail(std::move(finished).error());
    finished_ = true;
    if (!plan_.stream)
        out.append(message_.text());
    return {};
}

Result<void> ChatAnswer::finish_events()
{
    if (translator_.done())
        return {};
    // Some servers omit the blank line after their last event. Half an event is none.
    if (auto event = decoder_.finish()) {
        bool whole = is_end_marker(event->data) || chunks_.decode(event->data).has_value();
        if (whole)
            return take_event(*event);
    }
    if (data_events_ == 0 && form_ == Form::events)
        return fail(
            Error::upstream_protocol("the upstream answered with neither JSON nor a stream of events"));
    return {};
}

Result<void> ChatAnswer::take_whole()
{
    if (body_.starts_with('<'))
        return fail(Error::upstream_protocol(
            "the upstream answered with a page of HTML: is its base URL right, and nothing in between?"));
    auto chunk = chunks_.decode(body_);
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
