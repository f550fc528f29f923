#include "route/models_list.h"

#include "base/encoding.h"
#include "json/writer.h"
#include "route/claude_names.h"
#include "route/readable_name.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <set>

namespace dragoman::route {

namespace {

using std::string_view;

struct Shown {
    std::string id {};
    std::string display_name {};
    std::int64_t created = 0;
    Catalogue::Facts facts {}; // of the model that answers
    std::string answered_by {}; // its slug, when that is another name
    std::string description {}; // instead of the catalogue's
};

std::string timestamp(std::int64_t seconds)
{
    constexpr std::int64_t year_9999 = 253402300799;
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
        fmt::gmtime(static_cast<std::time_t>(std::clamp<std::int64_t>(seconds, 0, year_9999))));
}

void supported(json::Writer& json, string_view name, bool is_supported)
{
    json.key(name).begin_object().key("supported").boolean(is_supported).end_object();
}

// What a client may ask of the model in its own terms. Thinking of either kind is translated for every model
// that thinks; effort is clamped to what it has.
void write_capabilities(json::Writer& json, const ModelFacts& facts)
{
    const bool thinks = facts.thinks();
    json.key("capabilities").begin_object();
    for (const auto* name : { "batch", "citations", "code_execution", "compaction", "context_management" })
        supported(json, name, false);
    json.key("effort").begin_object().key("supported").boolean(thinks);
    for (const auto* level : { "low", "medium", "high", "xhigh", "max" })
        supported(json, level, thinks && facts.reasoning.supports(level));
    json.end_object();
    supported(json, "image_input", facts.takes_images());
    supported(json, "pdf_input", true); // OpenRouter reads them for models that cannot
    supported(json, "server_tools", false);
    supported(json, "structured_outputs",
        facts.supports("structured_outputs") || facts.supports("response_format"));
    json.key("thinking").begin_object().key("supported").boolean(thinks);
    json.key("types").begin_object();
    supported(json, "adaptive", thinks);
    supported(json, "between_tools", false);
    supported(json, "disabled", !thinks || !facts.reasoning.mandatory.value_or(false));
    supported(json, "enabled", thinks);
    json.end_object().end_object().end_object();
}

void write_limit(json::Writer& json, string_view name, std::optional<std::uint64_t> tokens)
{
    json.key(name);
    if (tokens)
        json.integer(static_cast<std::int64_t>(*tokens));
    else
        json.null();
}

string_view owner_of(string_view id)
{
    if (id.starts_with('~'))
        id.remove_prefix(1);
    if (const auto slash = id.find('/'); slash != string_view::npos)
        return id.substr(0, slash);
    return is_claude_name(id) ? "anthropic" : "unknown";
}

void write_entry(json::Writer& json, const Shown& shown)
{
    json.begin_object();
    json.key("type").text("model").key("id").text(shown.id).key("display_name").text(shown.display_name);
    json.key("created_at").text(timestamp(shown.created));
    write_limit(json, "max_input_tokens", shown.facts->context_length);
    write_limit(json, "max_tokens", shown.facts->max_output);
    if (shown.facts->known)
        write_capabilities(json, *shown.facts);
    else
        json.key("capabilities").null();
    json.key("lifecycle").text("active").key("deprecated_at").null().key("retires_at").null();
    json.key("line").null().key("allowed_fallback_models").begin_array().end_array();
    json.key("object").text("model").key("created").integer(shown.created);
    json.key("owned_by").text(owner_of(shown.id));
    if (!shown.answered_by.empty())
        json.key("answered_by").text(shown.answered_by);
    json.key("description").text(shown.description.empty() ? shown.facts->description : shown.description);
    json.end_object();
}

bool is_offered(string_view slug, const Rules& rules)
{
    return slug == rules.big || slug == rules.middle || slug == rules.small
        || std::find(rules.offered.begin(), rules.offered.end(), slug) != rules.offered.end();
}

// In the form that a client's picker accepts, and for people who choose there.
bool is_for_pickers(string_view id, const Target& target, const Rules& rules)
{
    return id == picker_id(target.model) && (id.starts_with(alias_prefix) || is_offered(target.model, rules));
}

Result<Answering> answering(
    string_view name, const Rules& rules, const Catalogue& catalogue, const Lookup& lookup)
{
    if (lookup)
        return lookup(name);
    ASSIGN_OR_RETURN(target, resolve(name, rules, catalogue));
    return Answering { std::move(target), rules.upstream };
}

Shown shown_as(std::string id, string_view display_name, const Answering& found, const Rules& rules)
{
    const Target& target = found.target;
    Shown shown { .id = std::move(id), .display_name = std::string(display_name), .facts = target.facts };
    shown.created = target.facts->created.value_or(0);
    if (shown.id != target.model)
        shown.answered_by = target.model;
    if (is_for_pickers(shown.id, target, rules)) {
        shown.display_name = readable_name(*target.facts, found.upstream);
        shown.description = short_description(*target.facts);
    } else if (!shown.answered_by.empty()) {
        shown.description = "answered by " + shown.answered_by;
    }
    return shown;
}

class Listing {
public:
    Listing(const Rules& rules, const Catalogue& catalogue, const Lookup& lookup)
        : rules_(rules)
        , catalogue_(catalogue)
        , lookup_(lookup)
    {
    }

    std::vector<Shown> offered()
    {
        offer_all();
        return std::move(shown_);
    }

    std::vector<Shown> all(const std::vector<std::string>& others)
    {
        offer_all();
        for (const auto& claude : claude_models())
            if (add(std::string(claude.id), claude.display_name))
                shown_.back().created = claude.created;
        for (const auto* model : { &rules_.big, &rules_.middle, &rules_.small })
            add(*model, {});
        for (const auto& mapping : rules_.map)
            add(mapping.from.find('*') == std::string::npos ? mapping.from : mapping.to, {});
        for (const auto& model : catalogue_.models())
            add(model->id, model->name);
        for (const auto& model : others)
            add(model, {});
        return std::move(shown_);
    }

private:
    void offer_all()
    {
        for (const auto* model : { &rules_.big, &rules_.middle, &rules_.small })
            offer(*model);
        for (const auto& model : rules_.offered)
            offer(model);
    }

    void offer(const std::string& model)
    {
        if (const auto found = answering(model, rules_, catalogue_, lookup_))
            add(picker_id(found->target.model), {});
    }

    bool add(std::string id, string_view display_name)
    {
        if (id.empty() || seen_.contains(id))
            return false;
        const auto found = answering(id, rules_, catalogue_, lookup_);
        if (!found)
            return false;
        seen_.insert(id);
        const Target& target = found->target;
        const std::string own(!display_name.empty()          ? display_name
                : target.model == id && !found->is_elsewhere ? string_view(target.facts->name)
                                                             : string_view(id));
        shown_.push_back(shown_as(std::move(id), own, *found, rules_));
        return true;
    }

    const Rules& rules_;
    const Catalogue& catalogue_;
    const Lookup& lookup_;
    std::vector<Shown> shown_;
    std::set<std::string> seen_;
};

// A model that the configuration names is offered even if the upstream does not list it.
bool is_configured(string_view slug, const Rules& rules)
{
    return is_offered(slug, rules)
        || std::any_of(rules.map.begin(), rules.map.end(),
            [slug](const Mapping& mapping) { return mapping.to == slug; });
}

std::string not_listed(string_view id, const Catalogue& catalogue)
{
    std::vector<std::string> known;
    for (const auto& model : catalogue.models())
        known.push_back(model->id);
    const auto near = nearest(id, known, 3);
    return fmt::format("model: {} is not in the upstream's list of models{}", id,
        near.empty() ? "" : fmt::format("; did you mean {}?", fmt::join(near, ", ")));
}

std::string listed(const std::vector<Shown>& shown)
{
    std::string out;
    json::Writer json(out);
    json.begin_object().key("object").text("list").key("data").begin_array();
    for (const auto& one : shown)
        write_entry(json, one);
    json.end_array().key("has_more").boolean(false);
    json.key("first_id").text(shown.front().id).key("last_id").text(shown.back().id).end_object();
    return out;
}

} // namespace

std::string models_list(const Rules& rules, const Catalogue& catalogue, const Lookup& lookup,
    const std::vector<std::string>& others)
{
    return listed(Listing(rules, catalogue, lookup).all(others));
}

std::string picker_list(const Rules& rules, const Catalogue& catalogue, const Lookup& lookup)
{
    auto shown = Listing(rules, catalogue, lookup).offered();
    return shown.empty() ? models_list(rules, catalogue, lookup) : listed(shown);
}

Result<std::string> model_entry(
    string_view path_tail, const Rules& rules, const Catalogue& catalogue, const Lookup& lookup)
{
    const auto id = percent_decode(path_tail);
    auto found = answering(id, rules, catalogue, lookup);
    if (!found) {
        found.error().kind = Error::Kind::not_found; // no such resource, whatever is wrong with its name
        return Failure(std::move(found).error());
    }
    const Target* const target = &found->target;
    const bool is_own_name = target->model == id && !found->is_elsewhere;
    auto shown = shown_as(id, is_own_name ? target->facts->name : id, *found, rules);
    const auto claude = std::find_if(claude_models().begin(), claude_models().end(),
        [&id](const ClaudeName& name) { return name.id == id; });
    if (claude != claude_models().end() && !is_for_pickers(id, *target, rules)) {
        shown.display_name = claude->display_name;
        shown.created = claude->created;
    }
    const bool is_listed_upstream = catalogue.empty() || target->facts->known || is_claude_name(id)
        || is_configured(target->model, rules) || found->is_elsewhere;
    if (!is_listed_upstream) {
        return Failure(Error { .kind = Error::Kind::not_found,
            .source = Error::Source::client,
            .message = not_listed(id, catalogue),
            .should_retry = false });
    }
    std::string out;
    json::Writer json(out);
    write_entry(json, shown);
    return out;
}

} // namespace dragoman::route
