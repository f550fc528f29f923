#include "cli/route_report.h"

#include "cli/catalogue.h"
#include "gateway/targets.h"
#include "json/writer.h"
#include "route/apply_learned.h"
#include "route/model_pattern.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

namespace dragoman::cli {
namespace {

using route::Scenario;

// A request that is in this scenario and in no other.
route::Aspects aspects_of(std::string_view model, Scenario scenario)
{
    return { .model = route::asked_model(model),
        .tokens = scenario == Scenario::long_context ? std::numeric_limits<std::uint64_t>::max() : 0,
        .side_request = scenario == Scenario::background,
        .thinking = scenario == Scenario::thinking,
        .web_search = scenario == Scenario::web_search,
        .media = scenario == Scenario::image,
        .subagent = scenario == Scenario::subagent };
}

std::string_view family_of(std::string_view claude_name)
{
    for (const std::string_view family : { "haiku", "sonnet" })
        if (route::matches(fmt::format("*{}*", family), claude_name))
            return family == "haiku" ? "small" : "middle";
    return "big";
}

// What the configuration makes of a name, in the order in which it looks.
std::string meaning_of(const config::Config& config, std::string_view client_model)
{
    const std::string_view name = route::asked_model(client_model);
    for (const config::ModelMapping& one : config.models.names)
        if (one.from == name)
            return fmt::format("a short name, [models.names]: {}", one.to);
    for (const config::ModelMapping& one : config.models.map)
        if (route::matches(one.from, name))
            return fmt::format("[[models.map]] {}: {}", one.from, one.to);
    if (config.client_targets && gateway::named_model(name, config).names_upstream)
        return "it names the upstream itself";
    if (name.contains('/') || name.contains(','))
        return fmt::format(
            "an id, which goes through as it is to the first upstream, {}", config.main().name);
    if (!route::is_claude_name(name))
        return fmt::format("it goes through as it is to the first upstream, {}", config.main().name);
    const std::string_view size = family_of(name);
    const std::string& model = size == "small" ? config.models.small
        : size == "middle"                     ? config.models.middle
                                               : config.models.big;
    if (model.empty())
        return fmt::format(
            "a name of Claude's, the first of {}'s list: [models] names none", config.main().name);
    return fmt::format("a name of Claude's, [models] {}: {}", size, model);
}

std::string_view name_of(route::Target::Dialect dialect)
{
    using Dialect = route::Target::Dialect;
    return dialect == Dialect::messages ? "messages" : dialect == Dialect::responses ? "responses" : "chat";
}

void add_statement(RouteStop& stop, const config::Upstream& upstream)
{
    const auto found = std::ranges::find_if(upstream.models,
        [&](const config::ModelStatement& one) { return route::matches(one.model, stop.model); });
    if (found != upstream.models.end())
        stop.reasons.push_back(
            fmt::format("what [upstreams.{}.models.\"{}\"] states counts", upstream.name, found->model));
}

void add_wishes(RouteStop& stop, const route::RouteTarget& asked)
{
    for (const auto& [name, value] :
        { std::pair<std::string_view, const std::string&>("models", asked.models),
            std::pair<std::string_view, const std::string&>("provider", asked.provider),
            std::pair<std::string_view, const std::string&>("plugins", asked.plugins) })
        if (!value.empty())
            stop.reasons.push_back(fmt::format("asked with {} {}", name, value));
    if (asked.model.empty())
        stop.reasons.emplace_back("the route names the upstream only: for Claude's names a model of its own, "
                                  "else the model as the client asked");
}

RouteStop stop_of(const config::Config& config, gateway::Place place, std::size_t position,
    const route::LearnedMemory& learned)
{
    const config::Upstream& upstream = config.upstreams[place.upstream];
    const route::LearnedFacts facts =
        gateway::undenied(learned.find(upstream.name, place.target->model), upstream, place.target->model);
    auto adapted = std::make_shared<route::Target>(*place.target);
    route::apply_learned(facts, *adapted);
    place.target = std::move(adapted);
    RouteStop stop { .upstream = upstream.name,
        .model = place.target->model,
        .dialect = std::string(name_of(place.target->dialect)),
        .url = gateway::endpoint_url(upstream, *place.target),
        .key = upstream.keys.empty() ? "" : config::to_string(upstream.key_source()),
        .ready = !upstream.degraded(),
        .missing = upstream.degraded() ? upstream.key_name : "",
        .facts = *place.target->facts,
        .learned = route::descriptions(facts) };
    if (upstream.keys.size() > 1)
        stop.key = fmt::format("{} and {} more, by session", stop.key, upstream.keys.size() - 1);
    for (const std::string_view name : route::quirk_names())
        if (place.target->has(*route::quirk_of(name)))
            stop.quirks.emplace_back(name);
    if (!place.target->note.empty())
        stop.reasons.push_back(place.target->note);
    if (!stop.facts.known)
        stop.reasons.push_back(
            fmt::format("no list of {} has it: its window and limits are not known", upstream.name));
    add_statement(stop, upstream);
    if (place.asked != nullptr)
        add_wishes(stop, *place.asked);
    if (upstream.parallel > 0)
        stop.reasons.push_back(fmt::format("at most {} requests at a time", upstream.parallel));
    if (position > 0)
        stop.reasons.emplace_back("asked when those before cannot answer");
    return stop;
}

std::string facts_text(const route::ModelFacts& facts)
{
    std::vector<std::string> parts;
    if (facts.context_length)
        parts.push_back("window " + window_text(*facts.context_length));
    if (facts.max_output)
        parts.push_back("answers of " + window_text(*facts.max_output));
    if (facts.supported_parameters)
        parts.emplace_back(facts.supports("tools") ? "tools" : "no tools");
    if (facts.input_image)
        parts.emplace_back(*facts.input_image ? "pictures" : "no pictures");
    if (facts.input_file)
        parts.emplace_back(*facts.input_file ? "files" : "no files");
    if (facts.known)
        parts.emplace_back(facts.thinks() ? "thinks" : "does not think");
    return fmt::format("{}", fmt::join(parts, ", "));
}

std::string stop_text(const RouteStop& stop, std::size_t number, const Style& style)
{
    std::string text =
        fmt::format("\n  {}. {}\n", number, style.bold(plain(stop.upstream + "/" + stop.model)));
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty())
            text += fmt::format("     {}{}\n", style.dim(fmt::format("{:<10}", name)), plain(value));
    };
    add("asked at", fmt::format("{} ({})", stop.url, stop.dialect));
    if (stop.ready)
        add("key", stop.key.empty() ? "none is needed" : "from " + stop.key);
    else
        text += fmt::format("     {}{}\n", style.dim(fmt::format("{:<10}", "key")),
            style.red(fmt::format("none, so it is passed over: set {}", plain(stop.missing))));
    add("facts", facts_text(stop.facts));
    add("quirks", fmt::format("{}", fmt::join(stop.quirks, " ")));
    add("learned", fmt::format("{}", fmt::join(stop.learned, ", ")));
    for (const std::string& reason : stop.reasons)
        add(&reason == &stop.reasons.front() ? "because" : "", reason);
    return text;
}

void append_count(json::Writer& json, std::string_view name, const std::optional<std::uint64_t>& value)
{
    json.key(name);
    if (value)
        json.integer(static_cast<std::int64_t>(*value));
    else
        json.null();
}

void append_flag(json::Writer& json, std::string_view name, const std::optional<bool>& value)
{
    json.key(name);
    if (value)
        json.boolean(*value);
    else
        json.null();
}

void append_texts(json::Writer& json, std::string_view name, const std::vector<std::string>& texts)
{
    json.key(name).begin_array();
    for (const std::string& text : texts)
        json.text(text);
    json.end_array();
}

void append_text(json::Writer& json, std::string_view name, const std::string& text)
{
    json.key(name);
    if (text.empty())
        json.null();
    else
        json.text(text);
}

void append_stop(json::Writer& json, const RouteStop& stop)
{
    json.begin_object().key("upstream").text(stop.upstream).key("model").text(stop.model);
    json.key("dialect").text(stop.dialect).key("url").text(stop.url).key("ready").boolean(stop.ready);
    append_text(json, "key", stop.key);
    append_text(json, "missing", stop.missing);
    json.key("known").boolean(stop.facts.known);
    append_count(json, "context_length", stop.facts.context_length);
    append_count(json, "max_output", stop.facts.max_output);
    append_flag(json, "images", stop.facts.input_image);
    append_flag(json, "files", stop.facts.input_file);
    append_flag(json, "tools",
        stop.facts.supported_parameters ? std::optional(stop.facts.supports("tools")) : std::nullopt);
    append_flag(json, "thinks", stop.facts.known ? std::optional(stop.facts.thinks()) : std::nullopt);
    append_texts(json, "quirks", stop.quirks);
    append_texts(json, "learned", stop.learned);
    append_texts(json, "reasons", stop.reasons);
    json.end_object();
}

} // namespace

Result<RouteReport> route_report(const config::Config& config, const gateway::Catalogues& catalogues,
    std::string_view model, Scenario scenario, const route::LearnedMemory& learned)
{
    gateway::Plan plan(
        config, std::make_shared<const gateway::Routing>(gateway::routing_of(config)), catalogues);
    if (auto chosen = plan.choose(model, aspects_of(model, scenario)); !chosen)
        return Failure(std::move(chosen).error());
    RouteReport report { .model = std::string(model), .scenario = scenario };
    if (const route::Route* own = plan.route()) {
        const auto position = own - config.routes.data() + 1;
        report.route_name = own->name.empty() ? fmt::format("number {}", position) : own->name;
        report.condition = describe_condition(*own);
        report.reason = plan.is_by_name() ? "it is named"
            : position == 1               ? "the first of the routes that fits"
                                          : "the first of the routes that fits; those before it do not";
    } else if (plan.is_by_name()) {
        report.reason = "it is the name of an upstream, whose big model answers";
    } else {
        report.reason = meaning_of(config, model);
    }
    for (std::size_t i = 0; i < plan.size(); ++i) {
        auto place = plan.place(i);
        if (!place)
            return Failure(std::move(place).error());
        report.stops.push_back(stop_of(config, std::move(*place), i, learned));
    }
    return report;
}

std::string route_text(const RouteReport& report, const Style& style)
{
    std::string text = style.bold(plain(report.model));
    if (report.scenario != Scenario::any)
        text += fmt::format(", {}", route::name_of(report.scenario));
    text += report.route_name.empty() ? fmt::format("\n  no route fits; {}\n", plain(report.reason))
                                      : fmt::format("\n  route {} ({}): {}\n", plain(report.route_name),
                                            plain(report.condition), plain(report.reason));
    for (std::size_t i = 0; i < report.stops.size(); ++i)
        text += stop_text(report.stops[i], i + 1, style);
    return text;
}

std::string route_json(const RouteReport& report)
{
    std::string text;
    json::Writer json(text);
    json.begin_object().key("model").text(report.model);
    append_text(json, "scenario",
        report.scenario == Scenario::any ? "" : std::string(route::name_of(report.scenario)));
    append_text(json, "route", report.route_name);
    append_text(json, "condition", report.condition);
    json.key("reason").text(report.reason).key("targets").begin_array();
    for (const RouteStop& stop : report.stops)
        append_stop(json, stop);
    json.end_array().end_object();
    return text + "\n";
}

std::string forgotten_text(const Forgotten& all, const Style& style)
{
    if (all.empty())
        return "nothing was learned\n";
    std::string text;
    for (const auto& one : all)
        text += fmt::format("forgot about {}: {}\n", style.bold(plain(one.upstream + "/" + one.model)),
            plain(fmt::format("{}", fmt::join(route::descriptions(one.facts), ", "))));
    return text;
}

std::string forgotten_json(const Forgotten& all)
{
    std::string text;
    json::Writer json(text);
    json.begin_object().key("forgotten").begin_array();
    for (const auto& one : all) {
        json.begin_object().key("upstream").text(one.upstream).key("model").text(one.model);
        append_texts(json, "learned", route::descriptions(one.facts));
        json.end_object();
    }
    json.end_array().end_object();
    return text + "\n";
}

} // namespace dragoman::cli
