// The key, and the models.
#include "cli/doctor_checks.h"
#include "gateway/plan.h"
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

bool is_openrouter(const config::Upstream& upstream)
{
    return upstream.is("openrouter") && upstream.base_url.starts_with("https://openrouter.ai/");
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
void add_unknown(const Examined& examined, const config::Upstream& upstream, const std::string& name,
    const std::string& near)
{
    const std::string remedy =
        near.empty() ? "`dragoman models` shows what there is" : "the nearest are " + near;
    if (upstream.is("openrouter"))
        examined.findings.failure("models", "the upstream has no " + name, remedy);
    else
        examined.findings.warning("models", "the upstream's list has no " + name, remedy);
}

// Where nobody has named a model it is the first of the list, and this is how clients ask for it.
constexpr std::string_view unnamed = "default";

void check_model(const Examined& examined, const UsedModel& used, const route::Catalogue& catalogue)
{
    Findings& findings = examined.findings;
    const config::Upstream& upstream = examined.config.upstreams[used.upstream];
    const auto target = route::resolve(used.model, gateway::rules_of(examined.config, upstream), catalogue);
    const bool is_default = used.model == unnamed && target;
    const std::string name = fmt::format("{} ({})", is_default ? target->model : used.model, used.role);
    if (!target)
        return findings.failure("models", fmt::format("{}: {}", name, target.error().message),
            "`dragoman models` shows what there is, `dragoman init` changes it");
    const route::ModelFacts& facts = *target->facts;
    if (!is_listed(target->model, catalogue))
        return add_unknown(examined, upstream, name, nearest_ids(target->model, catalogue, 3));
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

// Among several upstreams one without a key is passed over; alone, or as the first, it is what is asked.
void add_missing_key(const Examined& examined)
{
    const config::Upstream& upstream = examined.upstream;
    const std::string remedy =
        fmt::format("`dragoman init` asks for one and keeps it; or set {}", upstream.key_name);
    if (&upstream == &examined.config.main())
        examined.findings.failure("key", "there is none", remedy);
    else
        examined.findings.warning("key", "there is none: its targets are passed over",
            fmt::format("set {}, or key_file", upstream.key_name));
}

// What is said of one key: "from A", and what the upstream says of it.
void add_verdict(const Examined& examined, const KeyReport& report, const std::string& origin)
{
    Findings& findings = examined.findings;
    if (report.verdict == Verdict::accepted)
        check_credit(findings, report);
    else if (report.verdict == Verdict::refused)
        findings.failure("key", report.trouble,
            fmt::format("`dragoman init` asks for another one; the one in force is {}", origin));
    else if (report.verdict == Verdict::unclear)
        findings.warning("key", "it could not be checked: " + report.trouble, "try again in a while");
}

} // namespace

void check_key_in_force(const Examined& examined, const std::optional<KeyReport>& report)
{
    const config::Upstream& upstream = examined.upstream;
    Findings& findings = examined.findings;
    if (upstream.degraded())
        return add_missing_key(examined);
    if (upstream.key().empty())
        return findings.ok("key", "none is needed");
    const std::string origin = "from " + config::to_string(upstream.key_source());
    if (is_openrouter(upstream) && !upstream.key().reveal().starts_with("sk-or-"))
        findings.warning("key", origin + ": it does not begin with sk-or-, as OpenRouter's keys do",
            "look whether it is another service's");
    else
        findings.ok("key", origin);
    if (report)
        add_verdict(examined, *report, origin);
}

void check_other_keys(const Examined& examined)
{
    for (std::size_t i = 1; i < examined.upstream.keys.size(); ++i) {
        config::Upstream one = examined.upstream;
        one.keys = { examined.upstream.keys[i] };
        const std::string origin = "from " + config::to_string(one.key_source());
        examined.findings.ok("key", origin);
        add_verdict(examined, check_key(one, examined.environment(), examined.context.version), origin);
    }
}

std::vector<UsedModel> models_in_use(const config::Config& config)
{
    std::vector<UsedModel> used;
    const auto add = [&](std::string role, const std::string& name) {
        const gateway::NamedModel named = gateway::named_model(name, config);
        used.push_back({ std::move(role), name, named.upstream, std::string(named.model) });
    };
    const config::Models& models = config.models;
    const auto add_size = [&](std::string role, const std::string& model) {
        add(std::move(role), model.empty() ? std::string(unnamed) : model);
    };
    add_size("big", models.big);
    add_size("middle", models.middle);
    add_size("small", models.small);
    for (const auto& [name, to] : models.names)
        add(fmt::format("names.{}", name), to);
    for (const auto& [from, to] : models.map)
        add(fmt::format("map {}", from), to);
    for (const std::string& favourite : models.favourites)
        add("favourite", favourite);
    for (const route::Route& route : config.routes)
        for (const route::RouteTarget& target : route.targets)
            if (!target.model.empty())
                add(fmt::format("route {}", route.name.empty() ? describe_condition(route) : route.name),
                    to_string(target));
    std::vector<UsedModel> merged;
    for (UsedModel& one : used) {
        const auto same = std::ranges::find_if(merged, [&](const UsedModel& other) {
            return other.upstream == one.upstream && other.model == one.model;
        });
        if (same == merged.end())
            merged.push_back(std::move(one));
        else if (!same->role.ends_with(one.role))
            same->role += ", " + one.role;
    }
    return merged;
}

void check_models(const Examined& examined, const std::vector<bool>& answers)
{
    const auto used = models_in_use(examined.config);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const config::Upstream& upstream = examined.config.upstreams[i];
        const bool several = answers.size() > 1;
        examined.findings.about(several ? upstream.name : "");
        const auto known = known_models(examined.config, upstream, examined.environment(),
            examined.context.version, answers[i] ? Network::may_be_asked : Network::left_alone);
        if (!known && !answers[i]) {
            examined.findings.note("models", "no list of models is on disk to check them against");
            continue;
        }
        if (!known) {
            examined.findings.warning("models",
                "the list of models could not be had: " + known.error().message,
                "without it limits and prices are unknown; everything else works");
            continue;
        }
        if (!known->trouble.empty())
            examined.findings.note(
                "models", fmt::format("the list of models is {} old", age_text(known->age_s)));
        for (const UsedModel& one : used)
            if (one.upstream == i)
                check_model(examined, one, known->catalogue);
    }
    examined.findings.about("");
}

} // namespace dragoman::cli
