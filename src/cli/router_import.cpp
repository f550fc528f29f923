#include "cli/router_import.h"

#include "cli/import_servers.h"
#include "cli/router_settings.h"
#include "cli/router_transformers.h"
#include "cli/terminal.h"
#include "config/presets.h"
#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace dragoman::cli {
namespace {

using Upstream = GatewayImport::Upstream;

// A scenario there and here, in the order in which claude-code-router looks at them.
struct ScenarioPair {
    std::string_view there;
    std::string_view here;
};
constexpr std::array<ScenarioPair, 5> scenarios { {
    { "image", "image" },
    { "longContext", "long_context" },
    { "background", "background" },
    { "webSearch", "web_search" },
    { "think", "thinking" },
} };

class Importer {
public:
    Importer(const json::Entry& file, const Environment& environment)
        : file_(file)
        , router_(file.entry("Router"))
        , environment_(environment)
    {
        import_.program = "claude-code-router";
    }
    GatewayImport run(const json::Object& all);

private:
    struct Provider {
        std::string name {}; // there
        std::string upstream {}; // here
        Transformers transformers {};
    };

    void take_providers();
    void take_provider(const json::Entry& given, std::size_t position);
    void take_keys(Upstream& upstream, const Provider& provider, const json::Entry& given);
    void take_key(Upstream& upstream, const Provider& provider, const std::string& key);
    void take_models(const Provider& provider, const json::Entry& given);
    void put_default_first();
    std::optional<std::string> target(std::string_view text, const std::string& origin);
    std::string route_target(const std::string& target) const;
    bool searches(const std::string& target);
    bool has_preferences(const std::string& target) const;
    void take_router();
    void take_default();
    void take_scenario(const ScenarioPair& pair);
    std::vector<std::string> fallbacks(std::string_view scenario);
    void leave_rest_of_router(const json::Object& router);
    void leave_rest_of_fallbacks();

    json::Entry file_;
    json::Entry router_;
    const Environment& environment_;
    GatewayImport import_ {};
    std::vector<Provider> providers_ {};
};

void Importer::take_providers()
{
    for (const std::string_view name : { "Providers", "providers" }) {
        const auto list = file_.value(name);
        const auto array = list ? list->array() : std::nullopt;
        std::size_t position = 0;
        if (array)
            for (const json::Value value : json::Array(*array))
                take_provider(json::Entry(value.object()), ++position);
    }
}

void Importer::take_provider(const json::Entry& given, std::size_t position)
{
    Provider provider { .name = given.text("name").value_or("") };
    if (provider.name.empty())
        provider.name = given.text("NAME").value_or(fmt::format("number {}", position));
    const std::string label = "Providers " + plain(provider.name);
    if (!given.boolean("enabled").value_or(true))
        return import_.leave(label, "it was switched off");
    auto url = filled_text(given, "api_base_url", environment_);
    if (!url)
        url = filled_text(given, "HOST", environment_);
    if (!url)
        return import_.leave(label,
            given.text("api_base_url")
                ? "its api_base_url names a variable that is not set here: set it and import again"
                : "it has no api_base_url");
    const auto transformers = given.value("transformer");
    const Speaks speaks =
        speaks_messages(transformers) || url->ends_with("/messages") ? Speaks::messages : Speaks::chat;
    const auto server = server_at(*url, provider.name, speaks);
    if (!server)
        return import_.leave(label + " api_base_url", server.error());
    const bool misleading = server->preset.empty() && config::preset_of(provider.name) != nullptr;
    provider.upstream = name_for_upstream(import_, provider.name + (misleading ? "-server" : ""));
    Upstream& upstream = import_.upstreams.emplace_back(Upstream { .name = provider.upstream });
    describe_server(upstream, *server, speaks);
    import_.carry(label,
        fmt::format("[upstreams.{}]{}", toml_key(upstream.name),
            server->is_same_api ? "" : ", at the provider's OpenAI-compatible address"));
    take_keys(upstream, provider, given);
    provider.transformers = take_transformers(import_, upstream, plain(provider.name), transformers);
    take_models(provider, given);
    providers_.push_back(std::move(provider));
}

// One, or a list of them.
void Importer::take_keys(Upstream& upstream, const Provider& provider, const json::Entry& given)
{
    const auto several = given.texts("api_key");
    if (!several || several->empty())
        return take_key(
            upstream, provider, given.text("api_key").value_or(given.text("APIKEY").value_or("")));
    for (const std::string& key : *several)
        take_key(upstream, provider, key);
}

// A reference stays one. What the file itself gives to the variable is the key.
void Importer::take_key(Upstream& upstream, const Provider& provider, const std::string& key)
{
    const std::string label = fmt::format("Providers {} api_key", plain(provider.name));
    const std::string_view name = reference_in(key);
    const std::string own = name.empty() ? key : file_.text(name).value_or("");
    const bool refers = !name.empty() && (own.empty() || !reference_in(own).empty());
    std::string preset_name = upstream.name;
    for (const auto& [setting, value] : upstream.settings)
        if (setting == "preset")
            preset_name = value.substr(1, value.size() - 2);
    const config::Preset* preset = config::preset_of(preset_name);
    const bool needed = preset == nullptr || preset->key_required;
    if (refers) {
        if (preset == nullptr || preset->key_env != name)
            upstream.keys.push_back({ .env = std::string(name) });
        return import_.carry(label, fmt::format("{} of the environment, as before", name));
    }
    if (own.empty() || (stands_for_no_key(own) && (preset == nullptr || !needed))) {
        if (preset != nullptr && preset->key_required)
            return import_.leave(label, fmt::format("it is empty: set {}", preset->key_env));
        return import_.carry(label, "none is needed");
    }
    if (own.contains('$') || !config::is_header_word(own))
        return import_.leave(label, "it is no key: one word of ASCII, or $NAME as a whole");
    upstream.keys.push_back({ .value = Secret(own) });
    import_.carry(label, "a key file of its own");
}

// What it lists can be chosen in the client's picker.
void Importer::take_models(const Provider& provider, const json::Entry& given)
{
    auto models = given.texts("models");
    if (!models)
        models = given.texts("MODELS");
    for (const std::string& model : models.value_or(std::vector<std::string> {}))
        if (config::is_header_word(model) && !model.contains('*') && model.size() <= 200)
            import_.favourites.push_back(fmt::format("{}/{}", provider.upstream, model));
        else
            import_.leave(fmt::format("Providers {} models", plain(provider.name)),
                "one of them is no name of a model");
    if (models && !models->empty())
        import_.carry(fmt::format("Providers {} models", plain(provider.name)), "[models] favourites");
}

// "provider,model" as "upstream/model".
std::optional<std::string> Importer::target(std::string_view text, const std::string& origin)
{
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view name = config::trim(text.substr(0, comma));
    const std::string_view model = config::trim(text.substr(std::min(comma + 1, text.size())));
    const auto found = std::ranges::find(providers_, name, &Provider::name);
    if (found == providers_.end()) {
        import_.leave(origin, "it names no provider that could be carried over");
        return std::nullopt;
    }
    if (!config::is_header_word(model) || model.contains('*')) {
        import_.leave(origin, "it names no model: provider,model");
        return std::nullopt;
    }
    return fmt::format("{}/{}", found->upstream, model);
}

bool Importer::has_preferences(const std::string& target) const
{
    return route_target(target).starts_with('{');
}

// Whether a web search of the client's is one there.
bool Importer::searches(const std::string& target)
{
    const Upstream* upstream = import_.upstream(target.substr(0, target.find('/')));
    const auto setting = [&](std::string_view key) {
        const auto found =
            std::ranges::find(upstream->settings, key, &std::pair<std::string, std::string>::first);
        return found == upstream->settings.end() ? std::string()
                                                 : found->second.substr(1, found->second.size() - 2);
    };
    const std::string named = setting("preset");
    const config::Preset* preset = config::preset_of(named.empty() ? upstream->name : named);
    if (preset == nullptr)
        return false;
    using Dialect = config::Upstream::Dialect;
    const std::string dialect = setting("dialect");
    const bool messages = dialect.empty() ? preset->dialect == Dialect::messages : dialect == "messages";
    const bool responses = dialect.empty() ? preset->dialect == Dialect::responses : dialect == "responses";
    using enum route::Quirk;
    if (messages)
        return preset->quirks.has_any(route::Quirks { server_search, server_tools, first_party });
    return responses || preset->quirks.has(web_tools);
}

// As TOML writes it, with what only this target is asked for.
std::string Importer::route_target(const std::string& target) const
{
    const std::size_t slash = target.find('/');
    const auto provider = std::ranges::find(providers_, target.substr(0, slash), &Provider::upstream);
    const auto& all = provider->transformers.preferences;
    auto found = all.find(target.substr(slash + 1));
    if (found == all.end())
        found = all.find("");
    return found == all.end()
        ? toml_string(target)
        : fmt::format("{{ target = {}, provider = {} }}", toml_string(target), found->second);
}

std::vector<std::string> Importer::fallbacks(std::string_view scenario)
{
    std::vector<std::string> targets;
    const std::string origin = fmt::format("fallback.{}", scenario);
    auto names = file_.entry("fallback").texts(scenario).value_or(std::vector<std::string> {});
    if (scenario == "default")
        if (const auto one = router_.text("fallback"))
            names.push_back(*one);
    for (const std::string& name : names)
        if (auto one = target(name, origin))
            targets.push_back(std::move(*one));
    if (!targets.empty())
        import_.carry(origin, "further targets of that route");
    return targets;
}

// A list of targets without what stands in it twice.
void append_targets(std::vector<std::string>& targets, const std::vector<std::string>& more)
{
    for (const std::string& one : more)
        if (std::ranges::find(targets, one) == targets.end())
            targets.push_back(one);
}

void Importer::take_scenario(const ScenarioPair& pair)
{
    const std::string origin = fmt::format("Router.{}", pair.there);
    const auto text = router_.text(pair.there);
    if (!text || text->empty())
        return;
    const auto first = target(*text, origin);
    if (!first)
        return;
    std::vector<std::string> targets { *first };
    append_targets(targets, fallbacks(pair.there));
    GatewayImport::Route route { .origin = origin, .when = { { "scenario", toml_string(pair.here) } } };
    for (const std::string& one : targets)
        route.targets.push_back(route_target(one));
    if (pair.there == "longContext") {
        const auto tokens = tokens_of(router_, "longContextThreshold");
        if (tokens) {
            route.when.emplace_back("tokens_over", std::to_string(*tokens));
            import_.carry("Router.longContextThreshold", "tokens_over of that route");
        } else if (router_.value("longContextThreshold")) {
            import_.leave("Router.longContextThreshold", "it is no number of tokens: 60000 counts");
        }
    }
    if (pair.there == "webSearch" && !searches(*first))
        import_.leave(origin + " itself",
            "its model answers without searching: OpenRouter, the Responses API, and the Messages endpoints "
            "of "
            "Anthropic, DeepSeek and MiniMax search the web");
    if (pair.there == "background")
        import_.choices.set("models", "small", toml_string(*first));
    import_.routes.push_back(std::move(route));
    import_.carry(origin, fmt::format("a route for the scenario {}", pair.here));
}

// Every other name asks for it; a route is needed only where more than the name has to be said.
void Importer::take_default()
{
    const auto text = router_.text("default");
    if (!text || text->empty())
        return import_.leave("Router.default", "there is none: [models] big says which model answers");
    const auto first = target(*text, "Router.default");
    if (!first)
        return;
    import_.choices.set("models", "big", toml_string(*first));
    import_.carry("Router.default", "[models] big");
    std::vector<std::string> targets { *first };
    append_targets(targets, fallbacks("default"));
    if (targets.size() == 1 && !has_preferences(*first))
        return;
    GatewayImport::Route route { .origin = "Router.default" };
    for (const std::string& one : targets)
        route.targets.push_back(route_target(one));
    import_.routes.push_back(std::move(route));
}

// The upstream that names without one mean.
void Importer::put_default_first()
{
    const std::string text = router_.text("default").value_or("");
    const auto provider =
        std::ranges::find(providers_, config::trim(text.substr(0, text.find(','))), &Provider::name);
    if (provider == providers_.end())
        return;
    const auto found = std::ranges::find(import_.upstreams, provider->upstream, &Upstream::name);
    std::rotate(import_.upstreams.begin(), found, found + 1);
}

void Importer::leave_rest_of_router(const json::Object& router)
{
    for (const json::Field field : router) {
        const std::string name = json::unescape(field.key);
        const bool known = name == "default" || name == "longContextThreshold" || name == "fallback"
            || std::ranges::find(scenarios, name, &ScenarioPair::there) != scenarios.end();
        if (!known)
            import_.leave(
                "Router." + plain(name), "dragoman knows no such scenario; [[routes]] has when and targets");
    }
    if (router_.value("longContextThreshold") && !router_.text("longContext"))
        import_.leave("Router.longContextThreshold", "there is no Router.longContext");
}

// Of a scenario that no model is for.
void Importer::leave_rest_of_fallbacks()
{
    const auto value = file_.value("fallback");
    const auto all = value ? value->object() : std::nullopt;
    if (!all)
        return;
    for (const json::Field field : json::Object(*all)) {
        const std::string name = json::unescape(field.key);
        if (router_.text(name).value_or("").empty())
            import_.leave("fallback." + plain(name), "there is no model of Router for that scenario");
    }
}

void Importer::take_router()
{
    for (const ScenarioPair& pair : scenarios)
        take_scenario(pair);
    take_default();
    const auto router = file_.value("Router");
    if (router && router->object())
        leave_rest_of_router(*router->object());
    leave_rest_of_fallbacks();
}

GatewayImport Importer::run(const json::Object& all)
{
    take_providers();
    take_router();
    put_default_first();
    take_router_settings(import_, all, environment_);
    return std::move(import_);
}

} // namespace

GatewayImport import_router(const json::Object& file, const Environment& environment)
{
    return Importer(json::Entry(file), environment).run(file);
}

} // namespace dragoman::cli
