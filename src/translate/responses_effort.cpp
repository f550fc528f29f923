#include "translate/responses_effort.h"

#include <string_view>

namespace dragoman::translate {

namespace {

using Kind = ReasoningRequest::Kind;
using std::string_view;

} // namespace

void append_responses_effort(
    json::Writer& json, const ReasoningRequest& reasoning, const route::Target& target, bool hidden)
{
    const bool off = reasoning.kind == Kind::off;
    const string_view effort = effort_word(reasoning, target);
    const bool refused = target.facts && target.facts->refuses("reasoning.summary"); // to some organisations
    const bool summary = !off && !hidden && !refused;
    const bool budget = reasoning.kind == Kind::budget;
    if (reasoning.kind == Kind::omitted || (effort.empty() && !summary && !budget))
        return;
    json.key("reasoning").begin_object();
    if (!effort.empty())
        json.key("effort").text(effort);
    if (budget)
        json.key("max_tokens").integer(static_cast<std::int64_t>(reasoning.budget));
    if (summary)
        json.key("summary").text("auto");
    json.end_object();
}

} // namespace dragoman::translate
