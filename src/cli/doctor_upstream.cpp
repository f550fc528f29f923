// The key, and the models.
#include "cli/doctor_checks.h"
#include "gateway/targets.h"
#include "route/resolve.h"

#include <fmt/format.h>

#include <array>
#include <set>

namespace dragoman::cli {
namespace {

using Verdict = KeyReport::Verdict;

constexpr double little_credit = 1.0; // dollars
constexpr std::uint64_t narrow_window = 64000;

bool is_openrouter(const config::Config& config)
{
    return config.main().is("openrouter")
        && config.main().base_url.starts_with("https://openrouter.ai/");
}

void check_credit(Findings& findings, const KeyReport& report)
{
    const std::string credit = credit_text(report);
    const std::string text = "the upstream accepts it" + (credit.empty() ? "" : "; " + credit);
    if (report.management)
        return findings.failure("key", "it is a key for managing other keys: no model answers it",
            "make an ordinary one at https://openrouter.ai/keys, and `dragoman init`");
    if (report.limit_remaining && *report.limit_remaining <= 0)
        return findings.failure(
            "key", text, "raise its limit at https://openrouter.ai/keys, or use another key");
    if (report.limit_remaining && *report.limit_remaining < little_credit)
        return findings.warning(
            "key", text, "raise its limit at https://openrouter.ai/keys before it is spent");
    if (report.free_tier)
        return findings.note("key", text);
    findings.ok("key", text);
    if (!report.expires.empty())
        findings.note("key", "it is valid until " + report.expires);
}

struct Used {
    std::string role;
    std::string model;
};

std::vector<Used> models_in_use(const config::Models& models)
{
    std::vector<Used> used { { "big", models.big }, { "middle", models.middle }, { "small", models.small } };
    for (const auto& [name, to] : models.names)
        used.push_back({ fmt::format("names.{}", name), to });
    for (const auto& [from, to] : models.map)
        used.push_back({ fmt::format("map {}", from), to });
    for (const std::string& favourite : models.favourites)
        used.push_back({ "favourite", favourite });
    // One line for each model.
    std::vector<Used> merged;
    for (Used& one : used) {
        const auto same = std::ranges::find(merged, one.model, &Used::model);
        if (same == merged.end())
            merged.push_back(std::move(one));
        else
            same->role += ", " + one.role;
    }
    return merged;
}

std::string describe(const route::ModelFacts& model)
{
    std::string text;
    if (model.context_length)
        text += fmt::format(", window {}", window_text(*model.context_length));
    if (model.prices.prompt && model.prices.completion)
        text += fmt::format(", {} in and {} out for a million tokens", price_text(*model.prices.prompt),
            price_text(*model.prices.completion));
    return text;
}

// OpenRouter's list is whole; that of another server may leave out what it answers to.
void add_unknown(const Examined& examined, const std::string& name, const std::string& near)
{
    const std::string remedy =
        near.empty() ? "`dragoman models` shows what there is" : "the nearest are " + near;
    if (examined.config.main().is("openrouter"))
        examined.findings.failure("models", "the upstream has no " + name, remedy);
    else
        examined.findings.warning("models", "the upstream's list has no " + name, remedy);
}

void check_model(const Examined& examined, const Used& used, const route::Catalogue& catalogue)
{
    Findings& findings = examined.findings;
    const auto target = gateway::resolve_target(used.model, examined.config, catalogue);
    const std::string name = fmt::format("{} ({})", used.model, used.role);
    if (!target)
        return findings.failure("models", fmt::format("{}: {}", name, target.error().message),
            "`dragoman models` shows what there is, `dragoman init` changes it");
    const route::ModelFacts& facts = *target->facts;
    if (!is_listed(target->model, catalogue))
        return add_unknown(examined, name, nearest_ids(target->model, catalogue, 3));
    if (!facts.supports("tools"))
        return findings.warning("models", name + " cannot call tools: in Claude Code it can do nothing",
            "`dragoman models --tools` shows those that can");
    if (facts.context_length && *facts.context_length < narrow_window)
        return findings.warning("models",
            fmt::format("{} has a window of {}: Claude Code's own prompt and tools take some 30k of it", name,
                window_text(*facts.context_length)),
            "`dragoman models --context 128k` shows wider ones");
    if (!facts.expires.empty())
        return findings.warning("models", fmt::format("{} may be gone after {}", name, facts.expires),
            "choose another one before: `dragoman init`");
    findings.ok("models", name + describe(facts));
}

} // namespace

void check_key_in_force(const Examined& examined, const std::optional<KeyReport>& report)
{
    const config::Upstream& upstream = examined.config.main();
    Findings& findings = examined.findings;
    if (examined.config.degraded())
        return findings.failure("key", "there is none",
            fmt::format("`dragoman init` asks for one and keeps it; or set {}", upstream.key_name));
    if (upstream.key().empty())
        return findings.ok("key", "none is needed");
    const std::string origin = "from " + config::to_string(upstream.key_source());
    if (is_openrouter(examined.config) && !upstream.key().reveal().starts_with("sk-or-"))
        findings.warning("key", origin + ": it does not begin with sk-or-, as OpenRouter's keys do",
            "look whether it is another service's");
    else
        findings.ok("key", origin);
    if (!report)
        return;
    if (report->verdict == Verdict::accepted)
        check_credit(findings, *report);
    else if (report->verdict == Verdict::refused)
        findings.failure("key", report->trouble,
            fmt::format("`dragoman init` asks for another one; the one in force is {}", origin));
    else if (report->verdict == Verdict::unclear)
        findings.warning("key", "it could not be checked: " + report->trouble, "try again in a while");
}

void check_models(const Examined& examined, bool answers)
{
    const auto known = known_models(examined.config, examined.environment(), examined.context.version,
        answers ? Network::may_be_asked : Network::left_alone);
    if (!known && !answers)
        return examined.findings.note("models", "no list of models is on disk to check them against");
    if (!known)
        return examined.findings.warning("models",
            "the list of models could not be had: " + known.error().message,
            "without it limits and prices are unknown; everything else works");
    if (!known->trouble.empty())
        examined.findings.note("models", fmt::format("the list of models is {} old", age_text(known->age_s)));
    for (const Used& used : models_in_use(examined.config.models))
        check_model(examined, used, known->catalogue);
}

} // namespace dragoman::cli
