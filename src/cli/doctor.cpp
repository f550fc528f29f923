#include "cli/doctor.h"

#include "cli/doctor_checks.h"
#include "gateway/catalogue_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <unistd.h>

namespace dragoman::cli {
namespace {

std::optional<config::Loaded> check_configuration(const Context& context, Findings& findings)
{
    auto loaded = config::load(context.sources);
    const auto& warnings = loaded ? loaded->warnings : loaded.error().warnings;
    for (const std::string& warning : warnings)
        findings.warning("configuration", warning, "`dragoman check-config` shows what is in force");
    if (!loaded) {
        for (const std::string& mistake : loaded.error().mistakes)
            findings.failure("configuration", mistake, "mend it there; docs/operating.md has every setting");
        return std::nullopt;
    }
    const std::string& file = loaded->config.file;
    if (file.empty())
        findings.note("configuration", "there is no file: everything has its default",
            "`dragoman init` writes one with your models and your key");
    else
        findings.ok("configuration", file);
    if (::access((context.sources.directory + "/.env").c_str(), F_OK) == 0)
        findings.note("configuration",
            "the .env of this folder counts for `dragoman serve` started here, and for nothing else");
    return std::move(*loaded);
}

struct Reached {
    bool answers = false;
    bool usable = false; // a request may succeed
};

Reached check_upstream(const Examined& examined)
{
    std::optional<KeyReport> report;
    const config::Upstream& upstream = examined.upstream;
    if (!examined.offline) {
        check_reachable(examined);
        report = check_key(upstream, examined.environment(), examined.context.version);
        check_answers(examined, *report);
    }
    check_key_in_force(examined, upstream.degraded() ? std::nullopt : report);
    if (!examined.offline)
        check_other_keys(examined);
    if (report && &upstream == &examined.config.main())
        check_clock(examined.findings, report->date, gateway::now_unix());
    const bool answers = report && report->status != 0;
    const bool usable = answers && !upstream.degraded() && report->verdict != KeyReport::Verdict::refused;
    return { answers, usable };
}

void check_upstreams(const Examined& examined)
{
    const auto& upstreams = examined.config.upstreams;
    std::vector<bool> answers;
    std::vector<bool> usable;
    for (const config::Upstream& upstream : upstreams) {
        examined.findings.about(upstreams.size() > 1 ? upstream.name : "");
        const Reached reached = check_upstream(
            { examined.context, examined.config, examined.offline, examined.findings, upstream });
        answers.push_back(reached.answers);
        usable.push_back(reached.usable);
    }
    examined.findings.about("");
    check_models(examined, answers);
    if (std::ranges::find(usable, true) != usable.end())
        check_requests(examined, usable);
}

void examine(const Examined& examined)
{
    check_directories(examined);
    check_instances(examined);
    check_port(examined);
    check_proxies(examined);
    check_certificates(examined);
    check_upstreams(examined);
}

} // namespace

int doctor(const Context& context, bool offline, bool json)
{
    const Environment& environment = context.sources.environment;
    const Style style = Style::of(STDOUT_FILENO, environment);
    // A file is searched, a terminal is read.
    const std::size_t width = is_terminal(STDOUT_FILENO) ? width_of(STDOUT_FILENO, environment) : SIZE_MAX;
    Findings findings([&](const Finding& finding) {
        if (!json)
            print(finding_text(finding, style, width));
    });
    const auto loaded = check_configuration(context, findings);
    if (loaded)
        examine({ context, loaded->config, offline, findings, loaded->config.main() });
    check_client(context, findings);
    check_client_settings(context, findings);
    say_what_safeguards_mean(findings);
    print(json ? findings_json(findings) : "\n" + findings_summary(findings) + "\n");
    if (!loaded)
        return exit_usage;
    return findings.count(Finding::Level::failure) == 0 ? exit_ok : exit_failed;
}

} // namespace dragoman::cli
