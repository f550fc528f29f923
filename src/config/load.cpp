#include "config/load.h"

#include "base/files.h"
#include "config/draft.h"
#include "config/presets.h"
#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <sys/stat.h>

namespace dragoman::config {
namespace {

constexpr std::size_t file_max = limits::MiB; // A configuration is some hundred lines.

constexpr std::array<std::string_view, 4> secret_names { "OPENROUTER_API_KEY", "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY", "DRAGOMAN_CLIENT_TOKEN" };

mode_t mode_of(const std::string& path)
{
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) ? status.st_mode & 07777U : 0;
}

// A file that anyone may change could send the key anywhere; one with a key in it is a key file.
void judge_mode(Draft& draft, const std::string& path)
{
    const mode_t mode = mode_of(path);
    const bool holds_key = std::ranges::any_of(draft.upstreams, [](const UpstreamDraft& one) {
        return one.key
            || std::ranges::any_of(one.pool, [](const KeyDraft& key) { return key.key.has_value(); });
    });
    const bool holds_secret = holds_key || !draft.config.server.client_tokens.empty();
    if ((mode & 02U) != 0 || (holds_secret && (mode & 022U) != 0))
        draft.mistakes.add(
            path, fmt::format("can be changed by others (mode {:04o}); chmod 600 makes it private", mode));
    else if (holds_secret && (mode & 044U) != 0)
        draft.mistakes.warn(path, "holds a secret and can be read by others; chmod 600 makes it private");
}

void read_toml(Draft& draft, const Sources& sources)
{
    std::string path = sources.flags.config.value_or("");
    if (!sources.flags.config) {
        const std::string directory = config_directory(sources.environment);
        if (directory.empty())
            return;
        path = directory + "/config.toml";
    }
    const auto text = read_file(path, file_max);
    if (!text) {
        const bool absent = text.error().kind == Error::Kind::not_found;
        if (!absent || sources.flags.config)
            draft.mistakes.add(path, text.error().message);
        return;
    }
    draft.config.file = path;
    apply_toml(draft, *text, path);
    judge_mode(draft, path);
}

Dotenv read_dotenv(Draft& draft, const Sources& sources)
{
    if (!sources.dotenv)
        return {};
    const std::string path = sources.directory + "/.env";
    const auto text = read_file(path, file_max);
    if (!text) {
        if (text.error().kind != Error::Kind::not_found)
            draft.mistakes.warn(".env", "is left out: " + text.error().message);
        return {};
    }
    const mode_t mode = mode_of(path);
    if ((mode & 02U) != 0) {
        draft.mistakes.warn(".env", "is left out: anyone can change it; chmod 600 makes it private");
        return {};
    }
    Dotenv file = parse_dotenv(*text);
    for (const auto& problem : file.problems)
        draft.mistakes.warn(fmt::format(".env:{}", problem.line), problem.what + "; it is left out");
    const bool holds_secret = std::ranges::any_of(secret_names,
        [&](auto name) { return file.find(name) != nullptr && !file.find(name)->value.empty(); });
    if (holds_secret && (mode & 044U) != 0)
        draft.mistakes.warn(".env", "holds a secret and can be read by others; chmod 600 makes it private");
    return file;
}

void apply_flags(Draft& draft, const Flags& flags)
{
    HostAndPort given;
    if (flags.host)
        given.host = Placed { *flags.host, "--host" };
    if (flags.port)
        given.port = Placed { std::to_string(*flags.port), "--port" };
    apply_host_and_port(draft, given);
    if (flags.workers) {
        if (*flags.workers < 1 || *flags.workers > 1024)
            draft.mistakes.add("--workers", "must be from 1 to 1024");
        else
            draft.config.server.workers = *flags.workers;
    }
    if (flags.log_level)
        apply_log_level(draft, { *flags.log_level, "--log-level" });
    if (flags.log_file)
        draft.config.log.file = *flags.log_file;
    if (flags.capture)
        draft.config.log.capture = *flags.capture;
    draft.config.demo = flags.demo;
}

void apply_given(Draft& draft, const Sources& sources)
{
    if (!sources.given)
        return;
    draft.config.server.listen = *sources.given;
    draft.listen_place = "the socket that systemd opened";
}

// What stands for Claude's families when nobody has said it.
void take_models_of_main(Draft& draft)
{
    if (draft.config.main().is("openrouter"))
        return;
    Models& models = draft.config.models;
    const Upstream& main = draft.config.main();
    models.big = main.big;
    models.middle = main.middle;
    models.small = main.small;
}

// What stands for Claude's families where a route or a client names the upstream alone: its preset's models,
// else the one that somebody has stated something about.
void settle_own_models(Upstream& upstream)
{
    const Preset* preset = preset_of(upstream.preset);
    const Models standard;
    if (preset != nullptr)
        upstream.big = preset->name == "openrouter" ? standard.big : preset->big;
    const auto stated = std::ranges::find_if(
        upstream.models, [](const ModelStatement& one) { return !one.model.contains('*'); });
    if (upstream.big.empty() && stated != upstream.models.end())
        upstream.big = stated->model;
    upstream.middle = preset == nullptr || preset->middle.empty() ? upstream.big : preset->middle;
    upstream.small = preset == nullptr || preset->small.empty() ? upstream.big : preset->small;
}

// What nobody has said is a model of the first upstream, also where its vendor is the name of another one.
void keep_at_the_first(Draft& draft)
{
    const Config& config = draft.config;
    Models& models = draft.config.models;
    for (std::string* model : { &models.big, &models.middle, &models.small }) {
        const Upstream* other = config.upstream(model->substr(0, model->find('/')));
        if (model->contains('/') && other != nullptr && other != &config.main())
            model->insert(0, config.main().name + "/");
    }
}

void settle_models(Draft& draft)
{
    Models& models = draft.config.models;
    for (Upstream& upstream : draft.config.upstreams)
        settle_own_models(upstream);
    take_models_of_main(draft);
    keep_at_the_first(draft);
    const auto settle = [&](const std::optional<Placed>& given, std::string_view key, std::string& out) {
        if (!given)
            return;
        const std::string_view name = trim(given->text);
        if (name.size() <= 256 && is_header_word(name))
            out = name;
        else
            draft.mistakes.add(given->place,
                fmt::format("{}is no name of a model: one word of ASCII, such as \"openai/gpt-oss-120b\"",
                    given->place.starts_with(draft.config.file + ":") ? key : ""));
    };
    settle(draft.big, "models.big ", models.big);
    if (draft.big)
        models.middle = models.small = models.big;
    settle(draft.middle, "models.middle ", models.middle);
    settle(draft.small, "models.small ", models.small);
}

// The demonstration is its own upstream, whatever the file says: nothing may leave the machine, and it speaks
// chat for every model.
void forget_upstreams(Draft& draft)
{
    draft.config.upstreams = { Upstream {} };
    apply_preset(draft.config.main(), *preset_of("openrouter"));
    draft.config.main().dialect = Upstream::Dialect::chat;
    draft.upstreams = { UpstreamDraft {} };
    draft.config.routes.clear();
    draft.route_places.clear();
    draft.model_names.clear();
}

void settle_directories(Draft& draft, const Environment& environment)
{
    if (draft.config.state_directory.empty())
        draft.config.state_directory = state_directory(environment);
    const std::string cache = cache_directory(environment);
    if (draft.config.catalogue.file.empty() && !cache.empty())
        draft.config.catalogue.file = cache + "/models.json";
}

} // namespace

std::expected<Loaded, LoadFailure> load(const Sources& sources)
{
    Draft draft;
    apply_preset(draft.config.main(), *preset_of("openrouter"));
    read_toml(draft, sources);
    const Dotenv dotenv = read_dotenv(draft, sources);
    apply_dotenv(draft, dotenv, sources.directory);
    apply_environment(draft, sources.environment);
    apply_flags(draft, sources.flags);
    apply_given(draft, sources);
    if (sources.flags.demo)
        forget_upstreams(draft);
    settle_models(draft);
    settle_upstreams(draft, sources, dotenv);
    settle_routes(draft);
    find_contradictions(draft);
    settle_server(draft, dotenv);
    settle_directories(draft, sources.environment);
    if (!draft.mistakes.mistakes.empty())
        return std::unexpected(
            LoadFailure { std::move(draft.mistakes.mistakes), std::move(draft.mistakes.warnings) });
    return Loaded { std::move(draft.config), std::move(draft.mistakes.warnings) };
}

void forget_keys_of_process(const Config& config)
{
    const auto forget = [](const char* name) {
        // The bytes on the stack of the process are what /proc/PID/environ shows; unsetting alone leaves
        // them.
        if (char* value = std::getenv(name); value != nullptr)
            ::explicit_bzero(value, std::strlen(value));
        ::unsetenv(name);
    };
    for (const std::string_view name : secret_names)
        forget(name.data());
    for (const Upstream& upstream : config.upstreams)
        for (const UpstreamKey& key : upstream.keys)
            if (key.source.kind == KeySource::Kind::environment)
                forget(key.source.name.c_str());
}

} // namespace dragoman::config
