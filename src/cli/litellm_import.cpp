#include "cli/litellm_import.h"

#include "cli/import_servers.h"
#include "cli/litellm_models.h"
#include "cli/litellm_settings.h"
#include "cli/terminal.h"
#include "config/presets.h"
#include "config/values.h"
#include "route/model_pattern.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace dragoman::cli {
namespace {

using Key = GatewayImport::Key;
using Upstream = GatewayImport::Upstream;

constexpr int weight_max = 1000;

// What clients there ask for by one name, and who answers.
struct Group {
    std::string name {};
    std::vector<std::string> targets {}; // "upstream/model", or "upstream" for any model
};

// The same model at the same server, with one key or several.
struct Place {
    std::string group {};
    ListedModel model {};
    std::vector<Key> keys {};
};

class Importer {
public:
    Importer(const json::Object& file, const Environment& environment)
        : file_(file)
        , environment_(environment)
    {
        import_.program = "LiteLLM";
    }
    GatewayImport run(const json::Object& file);

private:
    std::vector<Place> places();
    std::string upstream_for(Place& place);
    void add_place(Place& place);
    void add_group(const std::string& name, const std::string& target);
    Group* group(std::string_view name);
    void take_aliases_of_groups();
    void append_fallbacks();
    void append_group(Group& to, const std::string& from, const std::string& origin);
    void make_names_and_routes();
    void take_families();
    void say_what_is_another();
    bool names_target(const Group& one) const;

    json::Entry file_;
    const Environment& environment_;
    GatewayImport import_ {};
    std::vector<Group> groups_ {};
};

void reduce_weights(std::vector<Key>& keys)
{
    int divisor = 0;
    int most = 1;
    for (const Key& key : keys) {
        divisor = std::gcd(divisor, key.weight);
        most = std::max(most, key.weight);
    }
    for (Key& key : keys) {
        key.weight = keys.size() == 1 ? 1 : key.weight / std::max(divisor, 1);
        if (most / std::max(divisor, 1) > weight_max)
            key.weight = std::max(1,
                static_cast<int>(
                    static_cast<std::int64_t>(key.weight) * weight_max / (most / std::max(divisor, 1))));
    }
}

std::vector<Place> Importer::places()
{
    std::vector<Place> all;
    for (ListedModel& model : listed_models(import_, file_, environment_)) {
        const auto same = std::ranges::find_if(all, [&](const Place& one) {
            return one.group == model.group && one.model.server.name == model.server.name
                && one.model.server.model == model.server.model && one.model.headers == model.headers
                && one.model.server.settings == model.server.settings;
        });
        const bool has_key = model.has_key;
        const Key key = model.key;
        Place& place =
            same != all.end() ? *same : all.emplace_back(Place { model.group, std::move(model), {} });
        const bool known = std::ranges::any_of(
            place.keys, [&](const Key& one) { return one.env == key.env && one.value == key.value; });
        if (has_key && !known)
            place.keys.push_back(key);
    }
    for (Place& place : all)
        reduce_weights(place.keys);
    // `order` counts within a group, and groups stay in the order of the file.
    std::map<std::string, std::size_t> first;
    for (std::size_t i = 0; i < all.size(); ++i)
        first.try_emplace(all[i].group, i);
    std::ranges::stable_sort(
        all, {}, [&](const Place& one) { return std::pair(first[one.group], one.model.order); });
    return all;
}

// One that is there already, with the same settings and the same keys, or a new one.
std::string Importer::upstream_for(Place& place)
{
    const DeployedServer& server = place.model.server;
    const config::Preset* preset = config::preset_of(server.name);
    if (place.keys.size() == 1 && preset != nullptr && place.keys[0].env == preset->key_env)
        place.keys.clear(); // the preset looks there by itself
    GatewayImport::Settings settings = server.settings;
    const auto is_of = [&](const Upstream& one) {
        GatewayImport::Settings own = one.settings;
        std::erase_if(
            own, [&](const auto& setting) { return one.name != server.name && setting.first == "preset"; });
        GatewayImport::Settings wanted = settings;
        std::erase_if(wanted,
            [&](const auto& setting) { return one.name != server.name && setting.first == "preset"; });
        const bool same_kind = one.name == server.name || one.name.starts_with(server.name + "-");
        return same_kind && own == wanted && one.headers == place.model.headers && one.keys == place.keys;
    };
    if (const auto found = std::ranges::find_if(import_.upstreams, is_of); found != import_.upstreams.end())
        return found->name;
    Upstream upstream { .name = name_for_upstream(import_, server.name) };
    if (upstream.name != server.name && preset != nullptr)
        upstream.set("preset", toml_string(server.name));
    for (const auto& [key, value] : settings)
        upstream.set(key, value);
    upstream.headers = place.model.headers;
    upstream.keys = place.keys;
    import_.upstreams.push_back(std::move(upstream));
    return import_.upstreams.back().name;
}

Group* Importer::group(std::string_view name)
{
    const auto found = std::ranges::find(groups_, name, &Group::name);
    return found == groups_.end() ? nullptr : &*found;
}

void Importer::add_group(const std::string& name, const std::string& target)
{
    Group* const known = group(name);
    Group& own = known != nullptr ? *known : groups_.emplace_back(Group { name, {} });
    if (std::ranges::find(own.targets, target) == own.targets.end())
        own.targets.push_back(target);
}

void Importer::add_place(Place& place)
{
    const std::string label = "model_list " + plain(place.group);
    if (!config::is_header_word(place.group) || place.group.size() > 200)
        return import_.leave(label, "its model_name is no name of a model: one word of ASCII");
    const bool is_whole = place.model.keeps_name || place.group == "*";
    if (place.model.has_any_model && !is_whole && place.group != place.model.server.name + "/*")
        return import_.leave(label, "what its * stands for cannot become a part of another name here");
    const std::string upstream = upstream_for(place);
    if (place.model.has_any_model && !is_whole && upstream != place.model.server.name)
        return import_.leave(label, fmt::format("clients ask for {}/MODEL instead", upstream));
    const std::string target =
        place.model.has_any_model ? upstream : fmt::format("{}/{}", upstream, place.model.server.model);
    if (!place.model.facts.empty() && !place.model.has_any_model)
        for (const auto& [key, value] : place.model.facts)
            import_.upstream(upstream)->about(place.model.server.model).set(key, value);
    const Group* before = group(place.group);
    const std::string keys =
        place.keys.size() > 1 ? fmt::format(", {} keys by weight", place.keys.size()) : "";
    import_.carry(label, fmt::format("{}{}{}", before != nullptr ? "then " : "", target, keys));
    add_group(place.group, target);
}

void Importer::take_aliases_of_groups()
{
    for (const auto& [alias, name] : take_aliases(import_, file_)) {
        const Group* to = group(name);
        if (to == nullptr || !config::is_header_word(alias)) {
            import_.leave(
                "model_group_alias " + plain(alias), "it stands for no model that could be carried over");
            continue;
        }
        const std::vector<std::string> targets = to->targets;
        for (const std::string& target : targets)
            add_group(alias, target);
    }
}

void Importer::append_group(Group& to, const std::string& from, const std::string& origin)
{
    const Group* more = group(from);
    if (more == nullptr)
        return import_.leave(origin, fmt::format("{} is no model that could be carried over", plain(from)));
    const std::vector<std::string> targets = more->targets;
    for (const std::string& target : targets)
        if (std::ranges::find(to.targets, target) == to.targets.end())
            to.targets.push_back(target);
}

// Of the groups as they are before any of them has its own fallbacks.
void Importer::append_fallbacks()
{
    const LitellmFallbacks fallbacks = take_fallbacks(import_, file_);
    std::vector<Group> done = groups_;
    for (const auto& [name, more] : fallbacks.of)
        if (group(name) == nullptr)
            import_.leave("fallbacks " + plain(name), "it is no model that could be carried over");
    for (Group& one : done) {
        const auto own = fallbacks.of.find(one.name);
        if (own != fallbacks.of.end())
            for (const std::string& name : own->second)
                append_group(one, name, "fallbacks " + plain(one.name));
        for (const std::string& name : fallbacks.always)
            append_group(one, name, "default_fallbacks");
    }
    groups_ = std::move(done);
}

// What clients ask for as upstream/model means just that, before routes and names.
bool Importer::names_target(const Group& one) const
{
    const std::size_t slash = one.name.find('/');
    return slash != std::string::npos
        && std::ranges::find(import_.upstreams, one.name.substr(0, slash), &Upstream::name)
        != import_.upstreams.end();
}

// A name is enough where one target answers; a route says who else does.
void Importer::make_names_and_routes()
{
    // What is named more exactly comes first, as there.
    std::ranges::stable_sort(groups_, {}, [](const Group& one) {
        return std::pair(one.name.contains('*'), one.name.contains('*') ? -std::ssize(one.name) : 0);
    });
    const auto is_in_a_pattern = [&](const Group& one) {
        return std::ranges::any_of(groups_, [&](const Group& other) {
            return other.name.contains('*') && route::matches(other.name, one.name);
        });
    };
    for (const Group& one : groups_) {
        const bool pattern = one.name.contains('*');
        if (names_target(one))
            continue;
        if (!pattern)
            import_.names.emplace_back(one.name, one.targets.front());
        if (!pattern && one.targets.size() == 1 && !is_in_a_pattern(one))
            continue;
        GatewayImport::Route route { .origin = pattern ? "model_list" : "model_list and fallbacks" };
        if (one.name != "*")
            route.when.emplace_back("model", toml_string(one.name));
        for (const std::string& target : one.targets)
            route.targets.push_back(toml_string(target));
        import_.routes.push_back(std::move(route));
    }
}

// Which of the models stand for Claude's families, while nobody has said it.
void Importer::take_families()
{
    const auto of_family = [&](std::string_view family) {
        return std::ranges::find_if(groups_,
            [&](const Group& one) { return one.name.contains(family) && one.targets.front().contains('/'); });
    };
    auto first = groups_.end();
    if (const auto name = file_.entry("general_settings").text("completion_model")) {
        first = std::ranges::find(groups_, *name, &Group::name);
        import_.carry("general_settings.completion_model", "[models] big");
    }
    const auto set = [&](std::string_view key, auto found) {
        if (found != groups_.end() && found->targets.front().contains('/'))
            import_.choices.set("models", std::string(key), toml_string(found->targets.front()));
    };
    if (first == groups_.end())
        first = of_family("opus");
    if (first == groups_.end())
        first = of_family("sonnet");
    if (first == groups_.end())
        first =
            std::ranges::find_if(groups_, [](const Group& one) { return one.targets.front().contains('/'); });
    set("big", first);
    set("middle", of_family("sonnet"));
    set("small", of_family("haiku"));
}

void Importer::say_what_is_another()
{
    for (const Group& one : groups_) {
        if (!names_target(one))
            continue;
        const std::size_t slash = one.name.find('/');
        const std::string upstream = one.name.substr(0, slash);
        const bool same = one.name == one.targets.front() || one.name.substr(slash) == "/*";
        if (!same)
            import_.leave("model_list " + plain(one.name),
                fmt::format("a client that asks for it gets the model {} of the upstream {}: give it another "
                            "name under "
                            "[models.names]",
                    one.name.substr(slash + 1), upstream));
        else if (one.targets.size() > 1)
            import_.leave("fallbacks " + plain(one.name),
                "who asks for it names a target, which has no fallbacks; a route with a name of its own has");
    }
}

GatewayImport Importer::run(const json::Object& file)
{
    for (Place& place : places())
        add_place(place);
    take_aliases_of_groups();
    append_fallbacks();
    make_names_and_routes();
    take_families();
    say_what_is_another();
    take_litellm_settings(import_, file);
    return std::move(import_);
}

} // namespace

GatewayImport import_litellm(const json::Object& file, const Environment& environment)
{
    return Importer(file, environment).run(file);
}

} // namespace dragoman::cli
