#include "gateway/plan.h"

#include "gateway/targets.h"
#include "translate/server_tools.h"
#include "translate/token_limits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace dragoman::gateway {

namespace {

using route::Scenario;

constexpr std::int64_t small_answer = 512; // tokens: titles, summaries, the check of a quota

bool has_media(const anthropic::Blocks& blocks)
{
    return std::ranges::any_of(blocks, [](const anthropic::Block& block) {
        return block.type == anthropic::BlockType::image || block.type == anthropic::BlockType::document
            || has_media(block.content);
    });
}

bool has_media(const anthropic::MessagesRequest& request)
{
    return std::ranges::any_of(
        request.messages, [](const anthropic::Message& message) { return has_media(message.blocks); });
}

bool asks_for_thinking(const anthropic::MessagesRequest& request)
{
    using enum anthropic::ThinkingType;
    return request.thinking.type == enabled || request.thinking.type == adaptive;
}

route::Aspects aspects_of(std::string_view client_model, const anthropic::MessagesRequest& request,
    const Wish& wish, const Routing& routing)
{
    const bool short_answer = request.max_tokens && *request.max_tokens <= small_answer;
    return { .model = route::asked_model(client_model),
        .tokens = routing.weighs ? translate::rough_input_tokens(request) : 0,
        .side_request = short_answer && request.tools.empty(),
        .thinking = asks_for_thinking(request),
        .web_search = translate::is_web_search_request(request),
        .media = routing.looks_for_media && has_media(request),
        .subagent = !wish.agent_id.empty() };
}

Error refused_wish(Error::Kind kind, std::string message)
{
    return {
        .kind = kind, .source = Error::Source::client, .message = std::move(message), .should_retry = false
    };
}

std::vector<std::string_view> names_of_places(const config::Config& config)
{
    std::vector<std::string_view> names;
    for (const route::Route& one : config.routes)
        if (!one.name.empty())
            names.push_back(one.name);
    for (const config::Upstream& upstream : config.upstreams)
        names.push_back(upstream.name);
    return names;
}

Error unknown_wish(std::string_view wanted, const config::Config& config)
{
    const auto names = names_of_places(config);
    return refused_wish(Error::Kind::bad_request,
        fmt::format("x-dragoman-route: there is no route or upstream {}; there are {}", wanted.substr(0, 80),
            fmt::join(names, ", ")));
}

// Whether a slug is what the client wrote: "vendor/model", "vendor,model", "openrouter/vendor/model".
bool is_the_word_of(std::string_view asked, std::string_view slug)
{
    if (!asked.ends_with(slug)) {
        const auto slash = [](char c) { return c == ',' ? '/' : c; };
        return std::ranges::equal(asked, slug, {}, slash);
    }
    const std::string_view front = asked.substr(0, asked.size() - slug.size());
    return front.empty() || front == "openrouter/";
}

// Whether the configuration names this model itself; lists of models offer it then.
bool stands_in(const route::Rules& rules, const std::string& slug)
{
    return slug == rules.big || slug == rules.middle || slug == rules.small
        || std::ranges::find(rules.offered, slug) != rules.offered.end()
        || std::ranges::find(rules.map, slug, &route::Mapping::to) != rules.map.end();
}

// A name that the table leads somewhere else is none of this upstream's: its big model answers.
void keep_own_names(route::Rules& rules, const config::Config& config, std::size_t position)
{
    std::vector<route::Mapping> own;
    for (const route::Mapping& mapping : rules.map) {
        const NamedModel named = named_model(mapping.to, config);
        const bool is_pattern = mapping.from.contains('*') || route::is_claude_name(mapping.from);
        if (named.upstream == position)
            own.push_back({ mapping.from, std::string(named.model) });
        else if (!is_pattern && !rules.big.empty())
            own.push_back({ mapping.from, rules.big });
    }
    rules.map = std::move(own);
}

// What names mean at an upstream that is named alone. The models of the configuration count where they are
// its.
route::Rules rules_alone(const config::Config& config, std::size_t position)
{
    const config::Upstream& upstream = config.upstreams[position];
    route::Rules rules = rules_of(config, upstream);
    const auto model = [&](const std::string& configured, const std::string& own) {
        const NamedModel named = named_model(configured, config);
        return named.upstream == position && !configured.empty() ? std::string(named.model) : own;
    };
    rules.big = model(config.models.big, upstream.big);
    rules.middle = model(config.models.middle, upstream.middle);
    rules.small = model(config.models.small, upstream.small);
    if (rules.upstream.empty())
        rules.upstream = upstream.name;
    keep_own_names(rules, config, position);
    return rules;
}

} // namespace

Routing routing_of(const config::Config& config)
{
    Routing routing;
    for (std::size_t i = 0; i < config.upstreams.size(); ++i)
        routing.alone.push_back(rules_alone(config, i));
    for (const config::Upstream& upstream : config.upstreams) {
        routing.rules.push_back(rules_of(config, upstream));
        routing.urls.push_back(urls_of(upstream));
    }
    if (config.client_targets)
        for (const std::string_view name : names_of_places(config))
            routing.rules.front().places.emplace_back(name);
    for (const route::Route& one : config.routes) {
        routing.weighs |= one.scenario == Scenario::long_context;
        routing.looks_for_media |= one.scenario == Scenario::image;
    }
    return routing;
}

NamedModel named_model(std::string_view slug, const config::Config& config)
{
    const std::size_t slash = std::min(slug.find('/'), slug.find(','));
    if (slash == std::string_view::npos)
        return { .model = slug };
    const auto& upstreams = config.upstreams;
    const auto found = std::ranges::find(upstreams, slug.substr(0, slash), &config::Upstream::name);
    if (found == upstreams.end())
        return { .model = slug };
    const std::string_view rest = slug.substr(slash + 1);
    const bool is_own_slug = found->name == "openrouter" && found->is("openrouter") && !rest.contains('/');
    return { .upstream = static_cast<std::size_t>(found - upstreams.begin()),
        .model = is_own_slug ? slug : rest,
        .names_upstream = true };
}

Result<void> Plan::choose(
    std::string_view client_model, const Wish& wish, const anthropic::MessagesRequest& request)
{
    client_model_ = client_model;
    ASSIGN_OR_RETURN(taken, take_wish(wish.route));
    if (taken)
        return {};
    ASSIGN_OR_RETURN(is_place, take_place_of_name());
    if (is_place)
        return {};
    if (looks_at_routes())
        route_ = route::route_for(config_.routes, aspects_of(client_model, request, wish, *routing_));
    return route_ != nullptr ? Result<void> {} : take_name();
}

Result<void> Plan::choose(std::string_view client_model, const route::Aspects& aspects)
{
    client_model_ = client_model;
    ASSIGN_OR_RETURN(is_place, take_place_of_name());
    if (is_place)
        return {};
    if (looks_at_routes())
        route_ = route::route_for(config_.routes, aspects);
    return route_ != nullptr ? Result<void> {} : take_name();
}

// Not where the client has named a target itself.
bool Plan::looks_at_routes() const
{
    return !config_.routes.empty()
        && !(
            config_.client_targets && named_model(route::asked_model(client_model_), config_).names_upstream);
}

Result<void> Plan::choose(std::string_view client_model)
{
    static const anthropic::MessagesRequest empty;
    return choose(client_model, {}, empty);
}

Result<bool> Plan::take_wish(std::string_view wanted)
{
    if (wanted.empty())
        return false;
    if (!config_.client_targets)
        return Failure(refused_wish(Error::Kind::forbidden,
            "x-dragoman-route: naming a target is switched off here (server.client_targets)"));
    route_ = route::route_named(config_.routes, wanted);
    if (route_ != nullptr)
        return true;
    const NamedModel named = named_model(wanted, config_);
    if (named.names_upstream) {
        if (!route::is_model_name(route::without_window_mark(named.model)))
            return Failure(refused_wish(Error::Kind::bad_request,
                "x-dragoman-route: behind the upstream there is no name that a model could have"));
        upstream_ = named.upstream;
        model_ = named.model;
        return true;
    }
    const auto alone = std::ranges::find(config_.upstreams, wanted, &config::Upstream::name);
    if (alone == config_.upstreams.end())
        return Failure(unknown_wish(wanted, config_));
    upstream_ = static_cast<std::size_t>(alone - config_.upstreams.begin());
    ASSIGN_OR_RETURN(model, model_alone(upstream_));
    model_ = std::move(model);
    return true;
}

// A model that is called like a route or an upstream, and means nothing else, is that route, or that
// upstream's big model: what a person types who has no way to send a header.
Result<bool> Plan::take_place_of_name()
{
    const std::string_view asked = route::asked_model(client_model_);
    const route::Route* route = route::route_named(config_.routes, asked);
    const auto upstream = std::ranges::find(config_.upstreams, asked, &config::Upstream::name);
    const bool is_there = route != nullptr || upstream != config_.upstreams.end();
    if (!is_there || !config_.client_targets || route::is_claude_name(asked)
        || route::is_known_name(asked, routing_->rules.front(), catalogues_.of(config_.main().name)))
        return false;
    by_name_ = true;
    client_model_ = "default"; // where a target is an upstream alone
    route_ = route;
    if (route != nullptr)
        return true;
    upstream_ = static_cast<std::size_t>(upstream - config_.upstreams.begin());
    ASSIGN_OR_RETURN(model, model_alone(upstream_));
    model_ = std::move(model);
    return true;
}

// What a client writes itself names an upstream only where that is allowed; what the configuration makes of a
// name always may, and so may a name that stands there.
Result<void> Plan::take_name()
{
    ASSIGN_OR_RETURN(slug, slug_of_main());
    const std::string_view asked = route::asked_model(client_model_);
    NamedModel named;
    if (!is_the_word_of(asked, slug))
        named = named_model(slug, config_);
    else if (config_.client_targets)
        named = named_model(asked, config_);
    else if (stands_in(routing_->rules.front(), slug))
        named = named_model(slug, config_);
    upstream_ = named.upstream;
    if (named.names_upstream)
        model_ = named.model;
    else
        model_ = std::move(slug);
    return {};
}

Result<std::string> Plan::slug_of_main() const
{
    return resolved_->slug(0, client_model_, routing_->rules.front(), catalogues_.of(config_.main().name));
}

// What is kept of it stands behind what is kept of models with their upstreams.
Result<std::string> Plan::model_alone(std::size_t upstream) const
{
    ASSIGN_OR_RETURN(slug,
        resolved_->slug(config_.upstreams.size() + upstream, client_model_, routing_->alone[upstream],
            catalogues_.of(config_.upstreams[upstream].name)));
    const NamedModel named = named_model(slug, config_);
    const bool is_word = is_the_word_of(route::asked_model(client_model_), slug);
    if (is_word && config_.client_targets && named.names_upstream && named.upstream == upstream)
        return std::string(named.model);
    return slug;
}

Place Plan::settle(std::size_t upstream, std::string_view model, const route::RouteTarget* asked) const
{
    return { .upstream = upstream,
        .target = resolved_->target(
            upstream, model, routing_->rules[upstream], catalogues_.of(config_.upstreams[upstream].name)),
        .asked = asked };
}

Result<Place> Plan::place(std::size_t position) const
{
    if (route_ == nullptr)
        return settle(upstream_, model_, nullptr);
    const route::RouteTarget& wanted = route_->targets[position];
    const auto found = std::ranges::find(config_.upstreams, wanted.upstream, &config::Upstream::name);
    const auto upstream = static_cast<std::size_t>(found - config_.upstreams.begin());
    if (!wanted.model.empty())
        return settle(upstream, wanted.model, &wanted);
    ASSIGN_OR_RETURN(model, model_alone(upstream));
    return settle(upstream, model, &wanted);
}

Result<route::Target> resolve_target(
    std::string_view client_model, const config::Config& config, const Catalogues& catalogues)
{
    Plan plan(config, std::make_shared<const Routing>(routing_of(config)), catalogues);
    if (auto chosen = plan.choose(client_model); !chosen)
        return Failure(std::move(chosen).error());
    ASSIGN_OR_RETURN(place, plan.place(0));
    return *place.target;
}

route::Lookup lookup_of(const config::Config& config, const Catalogues& catalogues)
{
    const auto routing = std::make_shared<const Routing>(routing_of(config));
    const auto resolved = std::make_shared<Resolved>();
    return [&config, &catalogues, routing, resolved](std::string_view name) -> Result<route::Answering> {
        Plan plan(config, routing, catalogues, resolved);
        if (auto chosen = plan.choose(name); !chosen)
            return Failure(std::move(chosen).error());
        ASSIGN_OR_RETURN(place, plan.place(0));
        route::Answering answering { *place.target, routing->rules[place.upstream].upstream,
            place.upstream > 0 };
        if (answering.is_elsewhere)
            answering.target.model.insert(0, config.upstreams[place.upstream].name + "/");
        return answering;
    };
}

std::vector<std::string> models_of_other_upstreams(const config::Config& config, const Catalogues& catalogues)
{
    std::vector<std::string> models;
    if (!config.client_targets)
        return models; // Nobody may ask for them.
    for (std::size_t i = 1; i < config.upstreams.size(); ++i) {
        const config::Upstream& upstream = config.upstreams[i];
        for (const auto& model : catalogues.of(upstream.name).models())
            models.push_back(upstream.name + "/" + model->id);
        for (const config::ModelStatement& stated : upstream.models)
            if (!stated.model.contains('*') && catalogues.of(upstream.name).find(stated.model) == nullptr)
                models.push_back(upstream.name + "/" + stated.model);
    }
    return models;
}

} // namespace dragoman::gateway
