#include "gateway/targets.h"

#include "route/model_pattern.h"

#include <algorithm>

namespace dragoman::gateway {

namespace {

std::string display_name(const config::Config& config, const config::Upstream& upstream)
{
    return config.demo ? std::string() : upstream.title; // the demonstration's one model says what it is
}

void add_key(net::FieldList& fields, const config::Upstream& upstream, const Secret& key)
{
    switch (upstream.auth) {
    case config::Upstream::Auth::x_api_key:
        return fields.add("x-api-key", key.reveal());
    case config::Upstream::Auth::api_key:
        return fields.add("api-key", key.reveal());
    case config::Upstream::Auth::bearer:
        return fields.add("authorization", { "Bearer ", key.reveal() });
    }
}

void add_common_fields(
    net::FieldList& fields, const config::Upstream& upstream, const Secret& key, std::string_view version)
{
    fields.add("user-agent", { "dragoman/", version });
    if (!key.empty())
        add_key(fields, upstream, key);
    for (const auto& [name, value] : upstream.headers)
        fields.add(name, value);
    if (!upstream.is("openrouter"))
        return;
    if (!upstream.site_url.empty())
        fields.add("http-referer", upstream.site_url);
    if (!upstream.site_name.empty())
        fields.add("x-openrouter-title", upstream.site_name);
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

route::Rules rules_of(const config::Config& config, const config::Upstream& upstream)
{
    route::Rules rules { .big = config.models.big,
        .middle = config.models.middle,
        .small = config.models.small,
        .upstream = display_name(config, upstream),
        .dialect = choice_of(upstream.dialect),
        .openrouter = upstream.is("openrouter"),
        .quirks = upstream.quirks,
        .slugs_have_vendor = upstream.vendor_in_slugs,
        .claude_names_go_through = upstream.claude_names };
    for (const config::ModelMapping& name : config.models.names) {
        rules.map.push_back({ name.from, name.to });
        rules.offered.push_back(name.to);
    }
    for (const config::ModelMapping& mapping : config.models.map)
        rules.map.push_back({ mapping.from, mapping.to });
    for (const std::string& favourite : config.models.favourites)
        rules.offered.push_back(favourite);
    rules.stated = upstream.stated;
    rules.not_stated = upstream.not_stated;
    for (const config::ModelStatement& model : upstream.models)
        rules.models.push_back({ .model = model.model,
            .added = model.quirks,
            .removed = model.not_quirks,
            .context = model.context,
            .output = model.output,
            .images = model.images,
            .files = model.files,
            .tools = model.tools,
            .thinking = model.thinking });
    return rules;
}

Result<route::Target> resolve_target(
    std::string_view client_model, const config::Config& config, const route::Catalogue& catalogue)
{
    return route::resolve(client_model, rules_of(config), catalogue);
}

const std::string& endpoint_url(const config::Upstream& upstream, const route::Target& target)
{
    switch (target.dialect) {
    case route::Target::Dialect::messages:
        return upstream.messages_url;
    case route::Target::Dialect::responses:
        return upstream.responses_url;
    case route::Target::Dialect::chat:
        break;
    }
    return upstream.chat_url;
}

OwnedFields common_fields(const config::Upstream& upstream, const Secret& key, std::string_view version)
{
    net::FieldList fields;
    add_common_fields(fields, upstream, key, version);
    OwnedFields owned;
    for (const net::Field& field : fields.fields())
        owned.emplace_back(field.name, field.value);
    return owned;
}

net::FieldList upstream_fields(const config::Upstream& upstream, const Secret& key,
    const translate::UpstreamCall& call, std::string_view version)
{
    net::FieldList fields;
    add_common_fields(fields, upstream, key, version);
    fields.add("content-type", "application/json");
    fields.add("accept", call.plan.stream ? "text/event-stream" : "application/json");
    for (const auto& [name, value] : call.fields)
        fields.add(name, value);
    return fields;
}

bool is_denied(route::Quirk quirk, const config::Upstream& upstream, std::string_view model)
{
    const auto about = std::ranges::find_if(
        upstream.models, [&](const config::ModelStatement& one) { return route::matches(one.model, model); });
    if (about != upstream.models.end() && (about->quirks | about->not_quirks).has(quirk))
        return about->not_quirks.has(quirk);
    return upstream.not_stated.has(quirk);
}

route::LearnedFacts undenied(
    route::LearnedFacts learned, const config::Upstream& upstream, std::string_view model)
{
    if (learned.thinks_in_text && is_denied(route::Quirk::inline_think, upstream, model))
        learned.thinks_in_text = false;
    return learned;
}

translate::Options translation_options(const config::Config& config, const config::Upstream& upstream)
{
    return { .absent_thinking_off = upstream.absent_thinking == config::Upstream::AbsentThinking::off,
        .sources_footer = upstream.sources_footer,
        .default_max_tokens = static_cast<std::uint64_t>(config.models.max_tokens),
        .upstream_name = upstream.name };
}

} // namespace dragoman::gateway
