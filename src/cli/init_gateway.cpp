#include "cli/init_gateway.h"

#include "base/files.h"
#include "cli/key_check.h"
#include "cli/litellm_import.h"
#include "cli/router_import.h"
#include "cli/terminal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <unistd.h>

namespace dragoman::cli {
namespace {

std::string folder_of(const std::string& path) { return std::filesystem::path(path).parent_path().string(); }

// Where directories are, and a token if there will be one.
Environment environment_for(const Context& context, const GatewayImport& import)
{
    Environment environment = directories_of(context.sources.environment);
    if (!import.client_tokens.empty())
        environment["DRAGOMAN_CLIENT_TOKEN"] = "checked-before-it-is-written";
    return environment;
}

Result<config::Config> loaded(const Context& context, const GatewayImport& import, const std::string& path)
{
    auto result = load_text(path, gateway_config_text(import, ""), environment_for(context, import));
    if (result)
        return std::move(result->config);
    return Failure(Error::internal(
        fmt::format("what it says makes no configuration: {}", fmt::join(result.error().mistakes, "; "))));
}

Result<void> take_flags(const InitOptions& options, GatewayImport& import)
{
    if (!options.key_file.empty())
        return Failure(Error::bad_request("--key-file does not go with it: its keys are taken over with it"));
    for (const auto& [key, model] : { std::pair<std::string_view, const std::string&>("big", options.big),
             std::pair<std::string_view, const std::string&>("middle", options.middle),
             std::pair<std::string_view, const std::string&>("small", options.small) })
        if (!model.empty())
            import.choices.set("models", std::string(key), toml_string(model));
    return {};
}

const Secret* key_of(const GatewayImport& import, const config::Upstream& upstream,
    const Environment& environment, Secret& own)
{
    for (const GatewayImport::Upstream& one : import.upstreams) {
        if (one.name != upstream.name)
            continue;
        const std::string name = one.keys.empty() ? upstream.key_name : one.keys.front().env;
        if (!one.keys.empty() && name.empty())
            return &one.keys.front().value;
        if (const auto value = lookup(environment, name))
            return &(own = Secret(std::string(*value)));
    }
    return nullptr;
}

std::string verdict_text(const KeyReport& report, const Style& style)
{
    const std::string credit = credit_text(report);
    if (report.verdict == KeyReport::Verdict::accepted)
        return style.green("accepts its key") + (credit.empty() ? "" : "; " + credit);
    if (report.verdict == KeyReport::Verdict::refused)
        return style.red("refuses its key; a new one goes into the same place");
    return style.yellow("could not be asked: " + plain(report.trouble));
}

} // namespace

Result<GatewayImport> import_gateway(
    const Context& context, const InitOptions& options, const ForeignFile& file, const std::string& path)
{
    json::Document document;
    const auto root = document.parse(file.json);
    const auto object = root ? root->object() : std::nullopt;
    if (!object)
        return Failure(Error::internal("what was read cannot be read again"));
    const Environment& environment = context.sources.environment;
    GatewayImport import = file.kind == ForeignFile::Kind::router ? import_router(*object, environment)
                                                                  : import_litellm(*object, environment);
    if (auto taken = take_flags(options, import); !taken)
        return Failure(taken.error());
    if (!import.upstreams.empty())
        if (auto config = loaded(context, import, path); !config)
            return Failure(config.error());
    return import;
}

void check_gateway_keys(const Context& context, const GatewayImport& import, const std::string& path)
{
    const auto config = loaded(context, import, path);
    const Environment& environment = context.sources.environment;
    const Style style = Style::of(STDOUT_FILENO, environment);
    if (!config)
        return;
    print(style.bold("Keys") + "\n");
    for (const config::Upstream& upstream : config->upstreams) {
        config::Config asked = *config;
        asked.upstreams = { upstream };
        Secret own;
        const Secret* key = key_of(import, upstream, environment, own);
        if (key != nullptr)
            asked.main().keys = { { *key, {} } };
        if (key == nullptr && upstream.key_required)
            print(fmt::format("  {}: no key yet\n", upstream.name));
        else
            print(fmt::format("  {}: {}\n", upstream.name,
                verdict_text(check_key(asked, environment, context.version), style)));
    }
}

InitPlan plan_for_gateway(const GatewayImport& import, const std::string& path)
{
    const std::string folder = folder_of(path);
    InitPlan plan {
        .path = path, .text = gateway_config_text(import, folder), .secrets = key_files(import, folder)
    };
    if (!import.client_tokens.empty())
        plan.secrets.push_back({ folder + "/client-tokens", import.client_tokens.front() });
    const auto old = read_file(path, limits::MiB);
    if (old || old.error().kind != Error::Kind::not_found)
        plan.kind = old && *old == plan.text ? InitPlan::Kind::unchanged : InitPlan::Kind::replace;
    return plan;
}

void say_what_gateway_needs(const Context& context, const GatewayImport& import, const std::string& path)
{
    config::Sources sources = context.sources;
    sources.flags.config = path;
    const auto result = config::load(sources);
    if (!result)
        return;
    for (const config::Upstream& upstream : result->config.upstreams)
        if (upstream.keys.empty() && upstream.key_required)
            print(fmt::format(
                "  {} needs its key: set {} where dragoman runs\n", upstream.name, upstream.key_name));
    for (const std::string& name : variables_of(import))
        if (!lookup(context.sources.environment, name))
            print(fmt::format("  {} is not set in this shell; it holds a key\n", name));
    for (const GatewayImport::Upstream& one : import.upstreams) {
        const config::Upstream* upstream = result->config.upstream(one.name);
        const bool in_file = !one.keys.empty() && one.keys.front().env.empty();
        if (in_file && upstream != nullptr
            && upstream->key_source().kind == config::KeySource::Kind::environment)
            print(fmt::format("  as long as {} is set, it comes before the key file of {}\n",
                upstream->key_source().name, one.name));
    }
}

} // namespace dragoman::cli
