#include "workload.h"

#include "http_text.h"

#include <fmt/format.h>

#include <array>

namespace bench {

namespace {

constexpr std::array<std::string_view, 4> kinds { "whole", "text", "think", "tools" };
constexpr unsigned most_deltas = 100'000;
constexpr unsigned most_kilobytes = 32 * 1024;
constexpr unsigned fewest_for_tools = 6; // a beginning and an end for each

std::optional<Workload> parse_size(Workload workload, std::string_view text)
{
    const std::size_t dash = text.find('-');
    if (workload.kind == Workload::Kind::whole) {
        const auto kilobytes =
            text.ends_with('k') ? number_of<unsigned>(text.substr(0, text.size() - 1)) : std::nullopt;
        if (!kilobytes || *kilobytes == 0 || *kilobytes > most_kilobytes)
            return std::nullopt;
        workload.size = *kilobytes * 1024;
        return workload;
    }
    if (dash == std::string_view::npos)
        return std::nullopt;
    const auto deltas = number_of<unsigned>(text.substr(0, dash));
    const auto pace = number_of<unsigned>(text.substr(dash + 1));
    const unsigned fewest = workload.kind == Workload::Kind::tools ? fewest_for_tools : 1;
    if (!deltas || !pace || *deltas < fewest || *deltas > most_deltas)
        return std::nullopt;
    workload.size = *deltas;
    workload.pace_ms = *pace;
    return workload;
}

} // namespace

std::optional<Workload> parse_workload(std::string_view model)
{
    model.remove_prefix(model.rfind('/') + 1);
    const std::size_t dash = model.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        if (model.substr(0, dash) == kinds[kind])
            return parse_size({ .kind = static_cast<Workload::Kind>(kind) }, model.substr(dash + 1));
    }
    return std::nullopt;
}

std::string name_of(const Workload& workload)
{
    if (workload.kind == Workload::Kind::whole)
        return fmt::format("whole-{}k", workload.size / 1024);
    return fmt::format(
        "{}-{}-{}", kinds[static_cast<std::size_t>(workload.kind)], workload.size, workload.pace_ms);
}

} // namespace bench
