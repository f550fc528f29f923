#include "translate/chat_answer.h"

#include "base/prefetch.h"
#include "translate/upstream_error.h"

namespace dragoman::translate {

ChatAnswer::ChatAnswer(const AnswerPlan& plan, IdSource& ids, json::Document& document)
    : DecodedAnswer(plan, ids)
    , chunks_(document)
{
}

void ChatAnswer::prefetch() const
{
    dragoman::prefetch(*this);
    dragoman::prefetch(plan_.prewarm); // and its other flags
    chunks_.prefetch();
}

Result<void> ChatAnswer::take_event(const sse::Event& event)
{
    if (event.name == "error")
        return Failure(upstream_error(event.data, plan_, facts_.upstream_provider));
    auto chunk = chunks_.decode(event.data);
    if (!chunk && mend(event.data))
        chunk = chunks_.decode(mended());
    if (!chunk)
        return unreadable(chunk.error());
    was_readable();
    return blocks_.take(*chunk);
}

Result<void> ChatAnswer::take_text(std::string_view text)
{
    auto chunk = chunks_.decode_whole(text);
    if (!chunk && mend(text))
        chunk = chunks_.decode_whole(mended());
    if (!chunk)
        return Failure(chunk.error());
    if (chunk->choices.empty() && !chunk->is_error)
        return Failure(Error::upstream_protocol("the upstream's answer has no choices"));
    auto taken = blocks_.take(*chunk);
    if (taken)
        blocks_.on_end_marker();
    return taken;
}

} // namespace dragoman::translate
