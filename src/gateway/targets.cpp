#include "gateway/targets.h"

namespace dragoman::gateway {

namespace {

bool is_openrouter(const config::Config& config)
{
    return config.upstream.preset == config::Upstream::Preset::openrouter;
}

std::string display_name(const config::Config& config)
{
    if (config.demo)
        return {}; // its one model says what it is
    switch (config.upstream.preset) {
    case config::Upstream::Preset::openrouter:
        return "OpenRouter";
    case config::Upstream::Preset::anthropic:
        return "Anthropic";
    case config::Upstream::Preset::none:
        break;
    }
    return config.upstream.name;
}

route::Rules::DialectChoice choice_of(config::Upstream::Dialect dialect)
{
    using Dialect = config::Upstream::Dialect;
    using Choice = route::Rules::DialectChoice;
    switch (dialect) {
    case Dialect::automatic:
        return Choice::automatic;
    case Dialect::chat:
        return Choice::chat;
    case Dialect::messages:
        return Choice::messages;
    case Dialect::responses:
        return Choice::responses;
    }
    return Choice::automatic;
}

} // namespace

route::Rules rules_of(const config::Config& config)
{
    bool anthropic = config.upstream.preset == config::Upstream::Preset::anthropic;
    route::Rules rules { .big = config.models.big,
        .middle = config.models.middle,
        .small = config.models.small,
        .upstream = display_name(config),
        .openrouter = is_openrouter(config),
        .slugs_have_vendor = is_openrouter(config),
        .claude_names_go_through = anthropic };
    for (const config::ModelMapping& name : config.models.names) {
        rules.map.push_back({ name.from, name.to });
        rules.offered.push_back(name.to);
    }
    for (const config::ModelMapping& mapping : config.models.map)
        rules.map.push_back({ mapping.from, mapping.to });
    for (const std::string& favourite : config.models.favourites)
        rules.offered.push_back(favourite);
    rules.dialect = choice_of(config.upstream.dialect);
    return rules;
}

Result<route::Target> resolve_target(
    std::string_view client_model, const config::Config& config, const route::Catalogue& catalogue)
{
    return route::resolve(client_model, rules_of(config), catalogue);
}

const std::string& endpoint_url(const config::Config& config, const route::Target& target)
{
    switch (target.dialect) {
    case route::Target::Dialect::messages:
        return config.upstream.messages_url;
    case route::Target::Dialect::responses:
        return config.upstream.responses_url;
    case route::Target::Dialect::chat:
        break;
    }
    return config.upstream.chat_url;
}

OwnedFields common_fields(const config::Config& config, std::string_view version)
{
    OwnedFields fields { { "user-agent", "dragoman/" + std::string(version) } };
    const config::Upstream& upstream = config.upstream;
    if (!upstream.key.empty()) {
        std::string key(upstream.key.reveal());
        if (upstream.auth == config::Upstream::Auth::bearer)
            fields.emplace_back("authorization", "Bearer " + key);
        else
            fields.emplace_back("x-api-key", key);
    }
    if (is_openrouter(config)) {
        if (!upstream.site_url.empty())
            fields.emplace_back("http-referer", upstream.site_url);
        if (!upstream.site_name.empty())
            fields.emplace_back("x-openrouter-title", upstream.site_name);
    }
    return fields;
}

OwnedFields upstream_fields(const config::Config& config, const route::Target&,
    const translate::UpstreamCall& call, std::string_view version)
{
    OwnedFields fields = common_fields(config, version);
    fields.emplace_back("content-type", "application/json");
    fields.emplace_back("accept", call.plan.stream ? "text/event-stream" : "application/json");
    for (const auto& field : call.fields)
        fields.push_back(field);
    return fields;
}

translate::Options translation_options(const config::Config& config)
{
    return { .absent_thinking_off = config.upstream.absent_thinking == config::Upstream::AbsentThinking::off,
        .sources_footer = config.upstream.sources_footer,
        .inline_think = config.upstream.inline_think,
        .default_max_tokens = static_cast<std::uint64_t>(config.models.max_tokens),
        .upstream_name = config.upstream.name };
}

translate::MessagesProfile messages_profile(const config::Config& config)
{
    switch (config.upstream.preset) {
    case config::Upstream::Preset::openrouter:
        return translate::MessagesProfile::openrouter;
    case config::Upstream::Preset::anthropic:
        return translate::MessagesProfile::anthropic;
    case config::Upstream::Preset::none:
        return translate::MessagesProfile::other;
    }
    return translate::MessagesProfile::other;
}

} // namespace dragoman::gateway
