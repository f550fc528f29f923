// What the environment and .env say, except for keys and base URLs, which settle_upstream.cpp decides
// together. Of several names of one meaning the first one that is set wins.
#include "config/draft.h"
#include "config/secrets.h"
#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <span>

namespace dragoman::config {
namespace {

// The value of a name and where it stands; nullopt when it is not set, or to nothing.
using Find = std::function<std::optional<Placed>(std::string_view)>;

std::optional<Placed> first_of(const Find& find, std::initializer_list<std::string_view> names)
{
    for (const std::string_view name : names) {
        if (auto found = find(name))
            return found;
    }
    return std::nullopt;
}

void apply_models(Draft& draft, const Find& find)
{
    if (auto big = first_of(find, { "BIG_MODEL_NAME", "BIG_MODEL", "OPENROUTER_MODEL" }))
        draft.big = std::move(big);
    if (auto middle = first_of(find, { "MIDDLE_MODEL" }))
        draft.middle = std::move(middle);
    if (auto small = first_of(find, { "SMALL_MODEL_NAME", "SMALL_MODEL", "OPENROUTER_MODEL" }))
        draft.small = std::move(small);
}

void apply_log(Draft& draft, const Find& find)
{
    Log& log = draft.config.log;
    if (const auto name = find("LOG_LEVEL")) {
        // Many programs read this name, and some have levels of their own: no reason not to start.
        if (const auto level = log::level_of(trim(name->text)))
            log.level = *level;
        else
            draft.mistakes.warn(name->place,
                "is no level of dragoman's and is ignored; write trace, debug, "
                "info, warning or error");
    }
    if (const auto verbose = find("PROXY_VERBOSE")) {
        const auto wanted = parse_bool(verbose->text);
        if (!wanted)
            draft.mistakes.add(verbose->place, wanted.error());
        else if (*wanted)
            log.level = std::min(log.level, log::Level::debug);
    }
}

void apply_attribution(Draft& draft, const Find& find)
{
    const auto apply = [&](std::initializer_list<std::string_view> names, std::string& out) {
        const auto value = first_of(find, names);
        if (value && !is_header_text(value->text))
            draft.mistakes.warn(
                value->place, "is ignored: it is sent as a header, which takes printable ASCII");
        else if (value)
            out = value->text;
    };
    for (Upstream& upstream : draft.config.upstreams) {
        if (!upstream.is("openrouter"))
            continue;
        apply({ "OPENROUTER_SITE_URL", "REFERER_URL" }, upstream.site_url);
        apply({ "OPENROUTER_SITE_NAME", "APP_NAME" }, upstream.site_name);
    }
}

void apply_names(Draft& draft, const Find& find)
{
    apply_models(draft, find);
    apply_log(draft, find);
    apply_attribution(draft, find);
    apply_host_and_port(draft, { .host = find("HOST"), .port = first_of(find, { "PORT", "PROXY_PORT" }) });
    if (auto metrics = find("DRAGOMAN_METRICS_LISTEN"))
        draft.metrics = std::move(metrics);
    if (auto token = find("DRAGOMAN_CLIENT_TOKEN")) {
        draft.token = std::move(token);
        draft.tokens_file.reset();
    }
}

// Whether a file is one of this folder's, hidden ones apart, with no link on the way. A link that leads
// nowhere counts as well: opening it would make the file that it names.
bool stays_inside(const std::string& directory, const std::filesystem::path& path)
{
    std::filesystem::path place = directory;
    if (path.is_absolute())
        return false;
    for (const std::filesystem::path& part : path) {
        std::error_code failed;
        place /= part;
        if ((part.native().starts_with('.') && part != ".") || std::filesystem::is_symlink(place, failed))
            return false;
    }
    return true;
}

// What is logged holds names that this file may choose: in a shell's or an editor's configuration they would
// be commands.
void apply_log_file_of_dotenv(Draft& draft, const Find& find, const std::string& directory)
{
    auto file = find("LOG_FILE_PATH");
    if (!file)
        return;
    if (stays_inside(directory, file->text))
        draft.config.log.file = std::move(file->text);
    else
        draft.mistakes.warn(file->place,
            "is ignored: a .env file can name a log in its own folder only, neither hidden nor a link; set "
            "it in the environment");
}

} // namespace

void apply_log_level(Draft& draft, const Placed& given)
{
    if (const auto level = log::level_of(given.text))
        draft.config.log.level = *level;
    else
        draft.mistakes.add(given.place, "must be trace, debug, info, warning or error");
}

void apply_host_and_port(Draft& draft, const HostAndPort& given)
{
    std::vector<Endpoint>& listen = draft.config.server.listen;
    std::optional<std::uint16_t> port;
    if (given.port) {
        if (const auto parsed = parse_port(given.port->text))
            port = *parsed;
        else
            draft.mistakes.add(given.port->place, parsed.error());
    }
    if (given.host) {
        const auto endpoints = parse_host(given.host->text, listen.empty() ? 8080 : listen.front().port);
        if (endpoints)
            listen = *endpoints;
        else
            draft.mistakes.add(given.host->place, endpoints.error());
        draft.listen_place = given.host->place;
    }
    if (!port)
        return;
    std::vector<Endpoint> moved;
    for (Endpoint endpoint : listen) {
        endpoint.port = *port;
        if (std::ranges::find(moved, endpoint) == moved.end())
            moved.push_back(std::move(endpoint));
    }
    listen = std::move(moved);
}

void apply_dotenv(Draft& draft, const Dotenv& file, const std::string& directory)
{
    const Find find = [&](std::string_view name) -> std::optional<Placed> {
        const Dotenv::Entry* entry = file.find(name);
        if (entry == nullptr || entry->value.empty())
            return std::nullopt;
        return Placed { entry->value, fmt::format(".env:{}: {}", entry->line, name) };
    };
    apply_names(draft, find);
    apply_log_file_of_dotenv(draft, find, directory);
}

void apply_environment(Draft& draft, const Environment& environment)
{
    const Find find = [&](std::string_view name) -> std::optional<Placed> {
        const auto value = lookup(environment, name);
        if (!value || bare_value(*value).empty())
            return std::nullopt;
        return Placed { std::string(without_quotes(trim(*value))), std::string(name) };
    };
    apply_names(draft, find);
    if (auto file = find("LOG_FILE_PATH"))
        draft.config.log.file = std::move(file->text);
    if (auto file = find("DRAGOMAN_CLIENT_TOKEN_FILE"); !find("DRAGOMAN_CLIENT_TOKEN")) {
        if (const auto credential = credential_path(environment, "DRAGOMAN_CLIENT_TOKEN");
            credential && !file)
            file = Placed { *credential, "the systemd credential dragoman_client_token" };
        if (file) {
            draft.tokens_file = std::move(file);
            draft.token.reset();
            draft.config.server.client_tokens.clear();
        }
    }
    if (const auto allow = find("DRAGOMAN_ALLOW_UNAUTHENTICATED")) {
        if (const auto allowed = parse_bool(allow->text))
            draft.config.server.allow_unauthenticated = *allowed;
        else
            draft.mistakes.add(allow->place, allowed.error());
    }
}

} // namespace dragoman::config
