#include "cli/gateway_import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace dragoman::cli {
namespace {

using Upstream = GatewayImport::Upstream;
using Key = GatewayImport::Key;

std::string file_of(const Upstream& upstream, std::size_t position, const std::string& folder)
{
    return position == 0 ? fmt::format("{}/{}.key", folder, upstream.name)
                         : fmt::format("{}/{}-{}.key", folder, upstream.name, position + 1);
}

std::string inline_table(const GatewayImport::Settings& settings)
{
    std::vector<std::string> parts;
    for (const auto& [key, value] : settings)
        parts.push_back(fmt::format("{} = {}", toml_key(key), value));
    return fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

// One key as key_env or key_file, several as `keys`.
std::string keys_text(const Upstream& upstream, const std::string& folder)
{
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < upstream.keys.size(); ++i) {
        const Key& key = upstream.keys[i];
        const bool in_file = key.env.empty();
        if (in_file && folder.empty())
            continue;
        const std::string where = toml_string(in_file ? file_of(upstream, i, folder) : key.env);
        if (upstream.keys.size() == 1)
            return fmt::format("{} = {}\n", in_file ? "key_file" : "key_env", where);
        const std::string weight = key.weight == 1 ? "" : fmt::format(", weight = {}", key.weight);
        entries.push_back(fmt::format("    {{ {} = {}{} }},\n", in_file ? "file" : "env", where, weight));
    }
    return entries.empty() ? "" : fmt::format("keys = [\n{}]\n", fmt::join(entries, ""));
}

// The first that matches counts alone: what is said of all models comes last, and is said of each again.
std::vector<GatewayImport::Statement> in_order(std::vector<GatewayImport::Statement> all)
{
    std::ranges::stable_partition(all, [](const auto& one) { return !one.model.contains('*'); });
    if (all.empty() || all.back().model != "*")
        return all;
    for (auto& one : all)
        for (const auto& [key, value] : all.back().settings)
            if (std::ranges::find(one.settings, key, &std::pair<std::string, std::string>::first)
                == one.settings.end())
                one.set(key, value);
    return all;
}

std::string upstream_text(const Upstream& upstream, const std::string& folder)
{
    const std::string table = "upstreams." + toml_key(upstream.name);
    std::string text = fmt::format("\n[{}]\n", table);
    for (const auto& [key, value] : upstream.settings)
        text += fmt::format("{} = {}\n", key, value);
    text += keys_text(upstream, folder);
    if (!upstream.headers.empty())
        text += fmt::format("\n[{}.headers]\n", table);
    for (const auto& [name, value] : upstream.headers)
        text += fmt::format("{} = {}\n", toml_key(name), value);
    for (const auto& statement : in_order(upstream.models)) {
        text += fmt::format("\n[{}.models.{}]\n", table, toml_key(statement.model));
        for (const auto& [key, value] : statement.settings)
            text += fmt::format("{} = {}\n", key, value);
    }
    return text;
}

std::string route_text(const GatewayImport::Route& route)
{
    std::string text = fmt::format("\n[[routes]] # {}\n", route.origin);
    if (!route.when.empty())
        text += fmt::format("when = {}\n", inline_table(route.when));
    if (route.targets.size() == 1)
        return text + fmt::format("targets = [{}]\n", route.targets.front());
    return text + fmt::format("targets = [\n    {},\n]\n", fmt::join(route.targets, ",\n    "));
}

std::string settings_text(const Choices& choices, std::string_view table)
{
    std::string text;
    for (const Setting& setting : choices.settings)
        if (setting.table == table)
            text += fmt::format("{} = {}\n", setting.key, setting.value);
    return text;
}

std::string models_text(const GatewayImport& import)
{
    std::string text = settings_text(import.choices, "models");
    if (!import.favourites.empty()) {
        text += "favourites = [ # what Claude Code's /model offers besides\n";
        for (const std::string& model : import.favourites)
            text += fmt::format("    {},\n", toml_string(model));
        text += "]\n";
    }
    if (!import.names.empty())
        text += "\n[models.names]\n";
    for (const auto& [name, model] : import.names)
        text += fmt::format("{} = {}\n", toml_key(name), toml_string(model));
    return text;
}

std::string table_text(std::string_view table, const std::string& lines)
{
    return lines.empty() ? "" : fmt::format("\n[{}]\n{}", table, lines);
}

} // namespace

void set_in(GatewayImport::Settings& settings, std::string_view key, std::string value)
{
    const auto found = std::ranges::find(settings, key, &std::pair<std::string, std::string>::first);
    if (found == settings.end())
        settings.emplace_back(key, std::move(value));
    else
        found->second = std::move(value);
}

void GatewayImport::Upstream::set(std::string_view key, std::string value)
{
    set_in(settings, key, std::move(value));
}

void GatewayImport::Statement::set(std::string_view key, std::string value)
{
    set_in(settings, key, std::move(value));
}

GatewayImport::Statement& GatewayImport::Upstream::about(std::string_view model)
{
    const auto found = std::ranges::find(models, model, &Statement::model);
    return found != models.end() ? *found : models.emplace_back(Statement { std::string(model), {} });
}

GatewayImport::Upstream* GatewayImport::upstream(std::string_view name)
{
    const auto found = std::ranges::find(upstreams, name, &Upstream::name);
    return found == upstreams.end() ? nullptr : &*found;
}

std::string toml_key(std::string_view key)
{
    const bool bare = !key.empty() && std::ranges::all_of(key, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    });
    return bare ? std::string(key) : toml_string(key);
}

std::vector<SecretFile> key_files(const GatewayImport& import, const std::string& folder)
{
    std::vector<SecretFile> files;
    for (const Upstream& upstream : import.upstreams)
        for (std::size_t i = 0; i < upstream.keys.size(); ++i)
            if (upstream.keys[i].env.empty())
                files.push_back({ file_of(upstream, i, folder), upstream.keys[i].value });
    return files;
}

std::string gateway_config_text(const GatewayImport& import, const std::string& folder)
{
    std::string text = fmt::format("# dragoman's settings, made of those of {} by `dragoman init --import`. "
                                   "docs/operating.md describes\n"
                                   "# every one of them, docs/providers.md upstreams and routes; `dragoman "
                                   "check-config` shows what is in\n"
                                   "# force. The environment and flags override this file.\n",
        import.program);
    std::string server = settings_text(import.choices, "server");
    if (!import.client_tokens.empty() && !folder.empty())
        server += fmt::format("client_tokens_file = {}\n", toml_string(folder + "/client-tokens"));
    text += table_text("models", models_text(import));
    for (const Upstream& upstream : import.upstreams)
        text += upstream_text(upstream, folder);
    for (const GatewayImport::Route& route : import.routes)
        text += route_text(route);
    text += table_text("server", server);
    text += table_text("log", settings_text(import.choices, "log"));
    return text;
}

std::vector<std::string> variables_of(const GatewayImport& import)
{
    std::vector<std::string> names;
    for (const Upstream& upstream : import.upstreams)
        for (const Key& key : upstream.keys)
            if (!key.env.empty() && std::ranges::find(names, key.env) == names.end())
                names.push_back(key.env);
    return names;
}

} // namespace dragoman::cli
