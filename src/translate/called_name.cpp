#include "translate/called_name.h"

#include <algorithm>
#include <array>
#include <optional>

namespace dragoman::translate {

namespace {

constexpr std::array<std::string_view, 3> namespaces { "functions.", "default_api.", "default_api:" };

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b)
{
    return a.size() == b.size()
        && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string> find_exact(const AnswerPlan& plan, std::string_view name)
{
    if (auto renamed = plan.client_tool_names.find(std::string(name));
        renamed != plan.client_tool_names.end())
        return renamed->second;
    if (std::find(plan.declared_tools.begin(), plan.declared_tools.end(), name) != plan.declared_tools.end())
        return std::string(name);
    return std::nullopt;
}

std::optional<std::string> find_ignoring_case(const AnswerPlan& plan, std::string_view name)
{
    for (const std::string& declared : plan.declared_tools)
        if (equal_ignoring_case(declared, name))
            return declared;
    for (const auto& [upstream, client] : plan.client_tool_names)
        if (equal_ignoring_case(upstream, name))
            return client;
    return std::nullopt;
}

} // namespace

std::string called_name(const AnswerPlan& plan, std::string_view name)
{
    if (auto found = find_exact(plan, name))
        return *found;
    if (auto found = find_ignoring_case(plan, name))
        return *found;
    for (std::string_view prefix : namespaces) {
        if (!name.starts_with(prefix))
            continue;
        std::string_view rest = name.substr(prefix.size());
        if (auto found = find_exact(plan, rest))
            return *found;
        if (auto found = find_ignoring_case(plan, rest))
            return *found;
    }
    return std::string(name);
}

bool is_declared(const AnswerPlan& plan, std::string_view name) { return find_exact(plan, name).has_value(); }

} // namespace dragoman::translate
