#include "translate/refused_parameter.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace dragoman::translate {

namespace {

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_quote(char c) { return c == '\'' || c == '"' || c == '`'; }

bool ends_with_a_hint(std::string_view before)
{
    constexpr std::string_view hints[] = { "parameter", "range of",
        "on this model:", "parameter:", "parameters:", "argument supplied:", "argument", "field",
        "field:", "property", "key:", "keyword argument" };
    while (!before.empty() && before.back() == ' ')
        before.remove_suffix(1);
    return std::any_of(std::begin(hints), std::end(hints), [&](auto hint) { return before.ends_with(hint); });
}

// The name at `at`, seen from both of its sides.
bool is_marked(std::string_view text, std::size_t at, std::size_t size)
{
    const std::string_view before = text.substr(0, at);
    const std::string_view after = text.substr(at + size);
    if ((!before.empty() && is_word(before.back())) || (!after.empty() && is_word(after.front())))
        return false;
    if (contains(text.substr(at, size), "_"))
        return true;
    if (!before.empty() && (is_quote(before.back()) || before.back() == '.'))
        return !after.empty() && (is_quote(after.front()) || after.front() == '.' || after.front() == ':');
    constexpr std::string_view told[] = { " extra inputs are", " must be", " should be", "=" };
    if (before.empty() || before.back() == ' ')
        for (const std::string_view words : told)
            if (after.starts_with(words))
                return true;
    const bool path = before.empty() || before.ends_with("; ") || before.ends_with("invalid ");
    return (path && !after.empty() && (after.front() == ':' || after.front() == '.'))
        || ends_with_a_hint(before);
}

struct Special {
    std::string_view wording;
    std::array<std::string_view, 3> parameters;
};

// Sentences that name what the model cannot do, not the parameter that asks for it.
constexpr Special specials[] = {
    { "does not support thinking", { "thinking", "reasoning_effort", "reasoning" } },
    { "thinking is not supported", { "thinking", "reasoning_effort", "reasoning" } },
    { "reasoning is not supported", { "reasoning", "reasoning_effort", "thinking" } },
    { "does not support parameter reasoningeffort", { "reasoning_effort", "reasoning" } },
    { "support the effort parameter", { "output_config", "reasoning_effort", "reasoning" } },
    { "not support effort level", { "output_config", "reasoning_effort", "reasoning" } },
    { "only supports single tool-calls at once", { "parallel_tool_calls" } },
    { "must be verified to generate reasoning summar", { refused_summary } },
    { "function tools with reasoning_effort are not supported", { refused_effort_with_tools } },
    { "not support assistant message prefill", { refused_prefill } },
};

std::optional<std::string> one_of(std::span<const std::string> sent, std::string_view name)
{
    auto found = std::find(sent.begin(), sent.end(), name);
    return found == sent.end() ? std::nullopt : std::optional(*found);
}

} // namespace

bool refuses_a_field(std::string_view text)
{
    constexpr std::string_view wordings[] = { "unsupported parameter", "not supported", "not support",
        "unsupported", "unrecognized", "unknown parameter", "unknown name", "unknown field",
        "unknown argument", "extra inputs are not permitted", "extra_forbidden", "extra fields not permitted",
        "not permitted", "not allowed", "unexpected keyword", "unexpected field", "deprecated for this model",
        "only the default", "may only be set", "is allowed for this model", "cannot both be specified",
        "unexpected parameter", "n't support", "must be unset" };
    return std::any_of(
        std::begin(wordings), std::end(wordings), [&](auto wording) { return contains(text, wording); });
}

bool names_a_range(std::string_view text)
{
    constexpr std::string_view wordings[] = { "must be in (", "must be in [", "should be in (",
        "should be in [", "must be between", "should be between", "in range", "valid range of",
        "must be strictly positive", "must be greater than", "must be less than", "input should be" };
    return std::any_of(
        std::begin(wordings), std::end(wordings), [&](auto wording) { return contains(text, wording); });
}

bool marks_parameter(std::string_view text, std::string_view name)
{
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string_view::npos; at += name.size())
        if (is_marked(text, at, name.size()))
            return true;
    return false;
}

std::optional<std::string> refused_parameter(
    std::string_view text, std::string_view param, std::span<const std::string> sent)
{
    for (const Special& special : specials)
        if (contains(text, special.wording))
            for (std::string_view name : special.parameters)
                if (auto found = one_of(sent, name))
                    return found;
    if (!refuses_a_field(text) && !names_a_range(text))
        return std::nullopt;
    if (auto found = one_of(sent, param))
        return found;
    if (auto found = one_of(sent, param.substr(0, param.find_first_of(".["))))
        return found;
    std::size_t first = std::string_view::npos; // where several are named, the one named first
    std::optional<std::string> found;
    for (const std::string& name : sent)
        for (std::size_t at = 0; (at = text.find(name, at)) != std::string_view::npos; at += name.size())
            if (at < first && is_marked(text, at, name.size())) {
                first = at;
                found = name;
            }
    return found;
}

} // namespace dragoman::translate
