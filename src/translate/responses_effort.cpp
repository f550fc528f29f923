#include "translate/responses_effort.h"

#include <algorithm>
#include <string_view>

namespace dragoman::translate {

namespace {

using Kind = ReasoningRequest::Kind;
using std::string_view;

// OpenAI's models by what efforts they take, for upstreams whose list of models does not say.
enum class Generation : unsigned char { unknown, o_series, oss, gpt5, gpt5_1, gpt5_2 };

Generation generation_of(string_view name)
{
    if (name.starts_with("o1") || name.starts_with("o3") || name.starts_with("o4"))
        return Generation::o_series;
    if (name.starts_with("gpt-oss"))
        return Generation::oss;
    if (!name.starts_with("gpt-"))
        return Generation::unknown;
    const string_view version = name.substr(4);
    if (version == "5" || version.starts_with("5-"))
        return Generation::gpt5;
    if (version == "5.1" || version.starts_with("5.1-"))
        return version.find("-max") == string_view::npos ? Generation::gpt5_1 : Generation::gpt5_2;
    return Generation::gpt5_2;
}

// Made for one thing, and not to be switched to less.
bool is_special(string_view name)
{
    return name.find("-codex") != string_view::npos || name.find("-pro") != string_view::npos;
}

bool has_list(const route::Target& target)
{
    return target.facts && !target.facts->reasoning.supported_efforts.empty();
}

// The least effort that the model takes; empty: better not asked for.
string_view least_effort(const route::Target& target)
{
    if (has_list(target)) {
        const route::Reasoning& reasoning = target.facts->reasoning;
        for (string_view effort : { "none", "minimal", "low" })
            if (std::ranges::find(reasoning.supported_efforts, effort) != reasoning.supported_efforts.end())
                return effort;
        return {};
    }
    const string_view name = target.base_name();
    if (target.openrouter)
        return "none";
    switch (generation_of(name)) {
    case Generation::o_series:
    case Generation::oss:
        return "low";
    case Generation::gpt5:
        return is_special(name) ? string_view {} : string_view("minimal");
    case Generation::gpt5_1:
    case Generation::gpt5_2:
        return is_special(name) ? string_view {} : string_view("none");
    case Generation::unknown:
        break;
    }
    return {};
}

string_view lowered(string_view effort, const route::Target& target)
{
    if (target.openrouter || has_list(target) || (effort != "xhigh" && effort != "max"))
        return effort;
    return generation_of(target.base_name()) == Generation::gpt5_2 ? "xhigh" : "high";
}

} // namespace

void append_responses_effort(
    json::Writer& json, const ReasoningRequest& reasoning, const route::Target& target, bool hidden)
{
    const bool off = reasoning.kind == Kind::off;
    const string_view effort = off       ? least_effort(target)
        : reasoning.kind == Kind::effort ? lowered(reasoning.effort, target)
                                         : string_view {};
    const bool summary = !off && !hidden;
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
