#include "cli/doctor_findings.h"

#include "json/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dragoman::cli {
namespace {

using Level = Finding::Level;

constexpr std::size_t level_width = 9;
constexpr std::size_t check_width = 15;

std::string coloured(Level level, const Style& style)
{
    std::string name = pad_right(name_of(level), level_width);
    switch (level) {
    case Level::ok:
        return style.green(name);
    case Level::note:
        return style.dim(name);
    case Level::warning:
        return style.yellow(name);
    case Level::failure:
        return style.red(name);
    }
    return name;
}

std::string counted(std::size_t count, std::string_view what)
{
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

} // namespace

std::string_view name_of(Level level)
{
    static constexpr std::array<std::string_view, 4> names { "ok", "note", "warning", "failure" };
    return names[static_cast<std::size_t>(level)];
}

void Findings::ok(std::string check, std::string text)
{
    add({ std::move(check), Level::ok, std::move(text) });
}

void Findings::note(std::string check, std::string text, std::string remedy)
{
    add({ std::move(check), Level::note, std::move(text), std::move(remedy) });
}

void Findings::warning(std::string check, std::string text, std::string remedy)
{
    add({ std::move(check), Level::warning, std::move(text), std::move(remedy) });
}

void Findings::failure(std::string check, std::string text, std::string remedy)
{
    add({ std::move(check), Level::failure, std::move(text), std::move(remedy) });
}

void Findings::add(Finding finding)
{
    finding.upstream = upstream_;
    said_(finding);
    all_.push_back(std::move(finding));
}

std::size_t Findings::count(Level level) const
{
    return static_cast<std::size_t>(std::ranges::count(all_, level, &Finding::level));
}

std::string finding_text(const Finding& finding, const Style& style, std::size_t width)
{
    constexpr std::size_t indent = level_width + check_width;
    const std::string of = finding.upstream.empty() ? "" : finding.upstream + ": ";
    std::string text = coloured(finding.level, style) + pad_right(finding.check, check_width)
        + wrap(plain(of + finding.text), width, indent) + "\n";
    if (!finding.remedy.empty())
        text += std::string(indent, ' ') + "-> " + wrap(plain(finding.remedy), width, indent + 3) + "\n";
    return text;
}

std::string findings_summary(const Findings& findings)
{
    const std::size_t failures = findings.count(Level::failure);
    const std::size_t warnings = findings.count(Level::warning);
    if (failures + warnings == 0)
        return "Everything is fine.";
    return fmt::format("{}, {}.", counted(failures, "failure"), counted(warnings, "warning"));
}

std::string findings_json(const Findings& findings)
{
    std::string out;
    json::Writer json(out);
    json.begin_object().key("ok").boolean(findings.count(Level::failure) == 0);
    for (const Level level : { Level::failure, Level::warning, Level::note })
        json.key(fmt::format("{}s", name_of(level)))
            .integer(static_cast<std::int64_t>(findings.count(level)));
    json.key("findings").begin_array();
    for (const Finding& finding : findings.all()) {
        json.begin_object().key("check").text(finding.check).key("level").text(name_of(finding.level));
        json.key("finding").text(finding.text).key("remedy");
        if (finding.remedy.empty())
            json.null();
        else
            json.text(finding.remedy);
        if (!finding.upstream.empty())
            json.key("upstream").text(finding.upstream);
        json.end_object();
    }
    json.end_array().end_object();
    return out + "\n";
}

} // namespace dragoman::cli
