#include "translate/responses_answer.h"

#include "translate/upstream_error.h"

#include <fmt/format.h>

namespace dragoman::translate {

ResponsesAnswer::ResponsesAnswer(const AnswerPlan& plan, IdSource& ids, json::Document& document)
    : DecodedAnswer(plan, ids)
    , translator_(plan_, blocks_, facts_)
    , decoder_(document)
{
}

Result<void> ResponsesAnswer::take_event(const sse::Event& event)
{
    auto decoded = decoder_.decode(event.data, event.name);
    if (!decoded && mend(event.data))
        decoded = decoder_.decode(mended(), event.name);
    if (!decoded && event.name == "error")
        return Failure(upstream_error(event.data, plan_, {}));
    if (!decoded)
        return unreadable(decoded.error());
    was_readable();
    return translator_.take(*decoded);
}

Result<void> ResponsesAnswer::take_text(std::string_view text)
{
    auto decoded = decoder_.decode_whole(text);
    if (!decoded && mend(text))
        decoded = decoder_.decode_whole(mended());
    if (!decoded)
        return Failure(decoded.error());
    const std::string_view status = decoded->body.status.escaped;
    if (decoded->body.output.empty() && (status == "queued" || status == "in_progress"))
        return Failure(Error::upstream_protocol(
            fmt::format("{} answered before it was finished ({})", plan_.upstream_name, status)));
    return translator_.take(*decoded);
}

} // namespace dragoman::translate
