#include "route/model_facts.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace dragoman::route {

namespace {

constexpr std::array<std::string_view, 7> effort_order { "none", "minimal", "low", "medium", "high", "xhigh",
    "max" };

int rank_of(std::string_view effort)
{
    const auto* found = std::find(effort_order.begin(), effort_order.end(), effort);
    return found == effort_order.end() ? -1 : static_cast<int>(found - effort_order.begin());
}

bool contains(const std::vector<std::string>& list, std::string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

} // namespace

bool Reasoning::supports(std::string_view effort) const
{
    return supported_efforts.empty() || contains(supported_efforts, effort);
}

std::string_view Reasoning::clamp(std::string_view wanted) const
{
    const int rank = rank_of(wanted);
    if (supports(wanted) || rank < 0)
        return wanted;
    std::string_view lower;
    std::string_view higher;
    for (std::size_t i = 1; i < effort_order.size(); ++i) {
        if (!contains(supported_efforts, effort_order[i]))
            continue;
        if (static_cast<int>(i) < rank)
            lower = effort_order[i];
        else if (higher.empty())
            higher = effort_order[i];
    }
    if (!lower.empty())
        return lower;
    return higher.empty() ? wanted : higher;
}

bool ModelFacts::refuses(std::string_view parameter) const { return contains(refused_parameters, parameter); }

bool ModelFacts::supports(std::string_view parameter) const
{
    return !refuses(parameter) && (!supported_parameters || contains(*supported_parameters, parameter));
}

std::string_view Target::vendor() const
{
    std::string_view slug = model;
    if (slug.starts_with('~'))
        slug.remove_prefix(1);
    const auto slash = slug.find('/');
    return slash == std::string_view::npos ? std::string_view {} : slug.substr(0, slash);
}

std::string_view Target::base_name() const
{
    std::string_view slug = model;
    if (const auto slash = slug.find('/'); slash != std::string_view::npos)
        slug.remove_prefix(slash + 1);
    return slug.substr(0, slug.find(':'));
}

} // namespace dragoman::route
