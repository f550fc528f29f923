#include "translate/thinking_request.h"

#include "json/document.h"
#include "json/escape.h"
#include "translate/prefill.h"
#include "translate/refused_parameter.h"
#include "translate/server_tools.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace dragoman::translate {

namespace {

using anthropic::ThinkingType;
using Kind = ReasoningRequest::Kind;
using route::Quirk;

constexpr std::uint64_t budget_min = 1024; // Anthropic's and Google's smallest
constexpr std::uint64_t thinking_fifths = 4; // of a limit that was lowered; the fifth is the answer's

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

ReasoningRequest by_budget(
    std::uint64_t budget, std::uint64_t max_tokens, std::uint64_t asked, const route::ModelFacts& facts)
{
    const std::uint64_t fitting = budget_beside_answer(budget, max_tokens, asked);
    return fitting == 0 ? by_effort("low", facts) : ReasoningRequest { Kind::budget, {}, fitting };
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
    const std::uint64_t asked = request.max_tokens && *request.max_tokens > 0
        ? static_cast<std::uint64_t>(*request.max_tokens)
        : max_tokens;
    if (facts.reasoning.supports_max_tokens.value_or(false))
        return by_budget(tokens, max_tokens, asked, facts);
    return by_effort(effort_for(tokens, asked), facts);
}

bool has_list(const route::Target& target)
{
    return target.facts && !target.facts->reasoning.supported_efforts.empty();
}

// The least effort of the target's list, if it has one.
std::string_view listed_or(const route::Target& target, std::string_view otherwise)
{
    if (!has_list(target))
        return otherwise;
    for (std::string_view effort : { "none", "minimal", "low" })
        if (target.facts->reasoning.supports(effort))
            return effort;
    return {};
}

// The least that can be asked for; empty: it cannot be asked for less.
std::string_view least_effort(const route::Target& target)
{
    if (target.has(Quirk::effort_none))
        return "none";
    if (target.has(Quirk::effort_minimal))
        return "minimal";
    return target.has(Quirk::effort_low) ? "low" : "";
}

std::string_view most_effort(std::string_view effort, const route::Target& target)
{
    if (effort == "max" && !target.has(Quirk::effort_max))
        effort = "xhigh";
    if (effort == "xhigh" && !target.has(Quirk::effort_xhigh) && !target.has(Quirk::effort_max))
        effort = "high";
    return effort;
}

// Where there are three of them the next lower one is taken, as from a list.
std::string_view coarse_effort(std::string_view effort)
{
    static const route::Reasoning three { .supported_efforts = { "low", "high", "max" } };
    return three.clamp(effort);
}

void append_object(json::Writer& json, const ReasoningRequest& reasoning, const route::Target& target)
{
    json.key("reasoning").begin_object();
    switch (reasoning.kind) {
    case Kind::off:
        if (target.has(Quirk::off_by_switch))
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
    const bool refused = target.facts && target.facts->refuses(refused_summary);
    if (reasoning.kind != Kind::off && target.has(Quirk::reasoning_summary) && !refused)
        json.key("summary").text("auto");
    json.end_object();
}

std::string_view switch_word(bool on, const route::Target& target)
{
    if (!on)
        return "disabled";
    return target.has(Quirk::adaptive_thinking) ? "adaptive" : "enabled";
}

void append_switches(json::Writer& json, const ReasoningRequest& reasoning, const route::Target& target)
{
    const bool on = reasoning.kind != Kind::off || target.has(Quirk::always_thinks);
    if (target.has(Quirk::thinking_object)) {
        json.key("thinking").begin_object().key("type").text(switch_word(on, target));
        if (on && target.has(Quirk::clear_thinking))
            json.key("clear_thinking").boolean(false);
        json.end_object();
    }
    if (target.has(Quirk::enable_thinking)) {
        json.key("enable_thinking").boolean(on);
        if (reasoning.kind == Kind::budget)
            json.key("thinking_budget").integer(static_cast<std::int64_t>(reasoning.budget));
    }
    // Templates have one name for it or the other, and do not look at names that they do not know.
    if (target.has(Quirk::template_thinking)) {
        json.key("chat_template_kwargs").begin_object().key("enable_thinking").boolean(on);
        json.key("thinking").boolean(on).end_object();
    }
    if (target.has(Quirk::reasoning_enabled))
        json.key("reasoning").begin_object().key("enabled").boolean(on).end_object();
    if (on && target.has(Quirk::prompt_mode))
        json.key("prompt_mode").text("reasoning");
}

// Whether the effort says alone that there shall be no thinking; beside a switch that says so it is refused.
bool says_off_by_effort(const route::Target& target)
{
    return target.has(Quirk::always_thinks)
        || (!target.has(Quirk::thinking_object) && !target.has(Quirk::enable_thinking));
}

ReasoningRequest wanted_reasoning(const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options, std::uint64_t max_tokens)
{
    static const route::ModelFacts unknown;
    const route::ModelFacts& facts = target.facts ? *target.facts : unknown;
    if (!facts.thinks() || target.has(Quirk::no_reasoning))
        return {};
    // Templates that write the beginning of a thought cannot go on with an answer.
    if (target.has(Quirk::template_thinking) && begins_the_answer(request))
        return off(target, facts);
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

bool is_minimal(const ReasoningRequest& reasoning, const route::Target& target)
{
    return reasoning.kind == Kind::off ? effort_word(reasoning, target) == "minimal"
                                       : reasoning.effort == "minimal";
}

// That takes more than the least thinking: OpenAI's models do not search without it.
bool searches(const anthropic::MessagesRequest& request, const route::Target& target)
{
    const bool can = target.is_responses() || target.has(Quirk::web_tools);
    return can && std::ranges::any_of(request.tools, [](const anthropic::Tool& tool) {
        return server_tool(tool) == ServerTool::web_search;
    });
}

// Whoever says so takes none.
bool has_refused_effort_with_tools(const route::Target& target)
{
    return target.facts && target.facts->refuses(refused_effort_with_tools);
}

bool refuses_effort_beside_tools(const anthropic::MessagesRequest& request, const route::Target& target)
{
    const bool refuses = target.has(Quirk::no_effort_with_tools) || has_refused_effort_with_tools(target);
    return refuses && !target.is_responses()
        && std::ranges::any_of(
            request.tools, [](const anthropic::Tool& tool) { return server_tool(tool) == ServerTool::none; });
}

// Where functions go with no effort but none, even the model's own.
ReasoningRequest no_effort(const route::Target& target)
{
    const bool listed = has_list(target) && target.facts->reasoning.supports("none");
    if (!listed && !target.has(Quirk::effort_none) && !has_refused_effort_with_tools(target))
        return {};
    return { .kind = Kind::effort, .effort = "none" };
}

} // namespace

std::uint64_t budget_beside_answer(std::uint64_t budget, std::uint64_t max_tokens, std::uint64_t asked)
{
    if (budget < max_tokens && max_tokens >= asked && max_tokens > budget_min)
        return budget;
    const std::uint64_t fitting = std::min(budget, max_tokens / 5 * thinking_fifths);
    return fitting < budget_min ? 0 : fitting;
}

ReasoningRequest reasoning_request(const anthropic::MessagesRequest& request, const route::Target& target,
    const Options& options, std::uint64_t max_tokens)
{
    if (refuses_effort_beside_tools(request, target))
        return no_effort(target);
    ReasoningRequest wanted = wanted_reasoning(request, target, options, max_tokens);
    if (is_minimal(wanted, target) && searches(request, target))
        wanted = { .kind = Kind::effort, .effort = "low" };
    if (wanted.kind == Kind::effort && target.has(Quirk::no_effort))
        return { .kind = Kind::enabled };
    return wanted;
}

void append_reasoning_request(
    json::Writer& json, const ReasoningRequest& reasoning, const route::Target& target)
{
    if (reasoning.kind == Kind::omitted)
        return;
    if (target.has(Quirk::reasoning_object))
        return append_object(json, reasoning, target);
    append_switches(json, reasoning, target);
    if (!target.has(Quirk::reasoning_effort) || (reasoning.kind == Kind::off && !says_off_by_effort(target)))
        return;
    if (const std::string_view effort = effort_word(reasoning, target); !effort.empty())
        json.key("reasoning_effort").text(effort);
}

void append_reasoning_format(json::Writer& json, const route::Target& target)
{
    if (target.has(Quirk::no_reasoning) || (target.facts && !target.facts->thinks()))
        return;
    if (target.has(Quirk::parsed_reasoning))
        json.key("reasoning_format").text("parsed");
    if (target.has(Quirk::reasoning_split))
        json.key("reasoning_split").boolean(true);
}

std::string_view effort_word(const ReasoningRequest& reasoning, const route::Target& target)
{
    if (reasoning.kind == Kind::off)
        return listed_or(target, least_effort(target));
    if (reasoning.kind != Kind::effort)
        return {};
    if (target.has(Quirk::effort_default))
        return "default";
    if (has_list(target))
        return reasoning.effort;
    return target.has(Quirk::effort_low_high_max) ? coarse_effort(reasoning.effort)
                                                  : most_effort(reasoning.effort, target);
}

bool hides_thinking(const anthropic::MessagesRequest& request)
{
    return request.thinking.display == anthropic::ThinkingDisplay::omitted;
}

} // namespace dragoman::translate
