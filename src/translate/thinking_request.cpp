#include "translate/thinking_request.h"

#include "json/document.h"
#include "json/escape.h"
#include "translate/reasoning_history.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace dragoman::translate {

namespace {

using anthropic::ThinkingType;
using Kind = ReasoningRequest::Kind;

constexpr std::uint64_t budget_min = 1024; // Anthropic's and Google's smallest

// What the client asks for in words: of the last message that carries one, else of the request. Words that
// nobody knows count as nothing.
std::string wanted_effort(const anthropic::MessagesRequest& request)
{
    constexpr std::array known =
        std::to_array<std::string_view>({ "none", "minimal", "low", "medium", "high", "xhigh", "max" });
    json::RawString effort = request.output_config.effort;
    for (const anthropic::Message& message : request.messages)
        if (!message.effort.empty())
            effort = message.effort;
    std::string word = json::unescape(effort);
    return std::ranges::find(known, word) == known.end() ? std::string {} : word;
}

// The effort whose usual share of max_tokens is nearest to the budget's.
std::string_view effort_for(std::uint64_t budget, std::uint64_t max_tokens)
{
    const double share =
        static_cast<double>(budget) / static_cast<double>(std::max<std::uint64_t>(max_tokens, 1));
    if (share >= 0.9)
        return "xhigh";
    if (share >= 0.65)
        return "high";
    return share >= 0.35 ? "medium" : "low";
}

ReasoningRequest by_effort(std::string_view effort, const route::ModelFacts& facts)
{
    return { .kind = Kind::effort, .effort = std::string(facts.reasoning.clamp(effort)) };
}

ReasoningRequest off(const route::Target& target, const route::ModelFacts& facts)
{
    if (!facts.reasoning.mandatory.value_or(false))
        return { .kind = Kind::off };
    const bool has_minimal =
        target.facts && !facts.reasoning.supported_efforts.empty() && facts.reasoning.supports("minimal");
    return has_minimal ? by_effort("minimal", facts) : ReasoningRequest {};
}

// A budget has to leave room for the answer.
ReasoningRequest by_budget(std::uint64_t budget, std::uint64_t max_tokens, const route::ModelFacts& facts)
{
    if (max_tokens <= budget_min)
        return by_effort("low", facts);
    if (budget >= max_tokens)
        budget = std::max(budget_min, max_tokens / 5 * 4);
    return { .kind = Kind::budget, .budget = budget };
}

ReasoningRequest thinking_on(const anthropic::MessagesRequest& request, const std::string& effort,
    std::uint64_t max_tokens, const route::ModelFacts& facts)
{
    if (!effort.empty())
        return by_effort(effort, facts);
    const auto budget = request.thinking.budget_tokens;
    if (request.thinking.type != ThinkingType::enabled || !budget || *budget <= 0)
        return { .kind = Kind::enabled };
    const auto tokens = static_cast<std::uint64_t>(*budget);
    if (facts.reasoning.supports_max_tokens.value_or(false))
        return by_budget(tokens, max_tokens, facts);
    const std::uint64_t asked = request.max_tokens && *request.max_tokens > 0
        ? static_cast<std::uint64_t>(*request.max_tokens)
        : max_tokens;
    return by_effort(effort_for(tokens, asked), facts);
}

// Chat Completions elsewhere: "reasoning_effort" is known to models that reason, and refused by all others
// and, with functions, by the newest of them.
bool takes_plain_effort(const route::Target& target)
{
    const std::string_view name = target.base_name();
    return name.starts_with("o1") || name.starts_with("o3") || name.starts_with("o4")
        || name.starts_with("gpt-oss") || name.starts_with("gpt-5");
}

std::string_view plain_effort(const ReasoningRequest& reasoning)
{
    if (reasoning.kind != Kind::effort)
        return {};
    return reasoning.effort == "xhigh" || reasoning.effort == "max" ? std::string_view("high")
                                                                    : std::string_view(reasoning.effort);
}

} // namespace

ReasoningRequest reasoning_request(const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options, std::uint64_t max_tokens)
{
    static const route::ModelFacts unknown;
    const route::ModelFacts& facts = target.facts ? *target.facts : unknown;
    if (!facts.thinks())
        return {};
    const std::string effort = wanted_effort(request);
    switch (request.thinking.type) {
    case ThinkingType::disabled:
    case ThinkingType::between_tools:
        return off(target, facts);
    case ThinkingType::absent:
        if (effort.empty())
            return options.absent_thinking_off ? off(target, facts) : ReasoningRequest {};
        [[fallthrough]];
    default:
        return effort == "none" ? off(target, facts) : thinking_on(request, effort, max_tokens, facts);
    }
}

void append_reasoning_request(
    json::Writer& json, const ReasoningRequest& reasoning, const route::Target& target)
{
    if (reasoning.kind == Kind::omitted)
        return;
    if (!target.openrouter) {
        const std::string_view effort = plain_effort(reasoning);
        if (!effort.empty() && takes_plain_effort(target))
            json.key("reasoning_effort").text(effort);
        return;
    }
    json.key("reasoning").begin_object();
    switch (reasoning.kind) {
    case Kind::off:
        if (target.is_vendor("anthropic"))
            json.key("enabled").boolean(false);
        else
            json.key("effort").text("none");
        break;
    case Kind::effort:
        json.key("effort").text(reasoning.effort);
        break;
    case Kind::budget:
        json.key("max_tokens").integer(static_cast<std::int64_t>(reasoning.budget));
        break;
    default:
        json.key("enabled").boolean(true);
    }
    // OpenAI's models keep their thoughts to themselves and give a summary if asked.
    if (reasoning.kind != Kind::off && reasoning_family(target.model) == "openai/responses")
        json.key("summary").text("auto");
    json.end_object();
}

bool hides_thinking(const anthropic::MessagesRequest& request)
{
    return request.thinking.display == anthropic::ThinkingDisplay::omitted;
}

} // namespace dragoman::translate
