#include "gateway/endpoints.h"

#include <algorithm>
#include <array>

namespace dragoman::gateway {

namespace {

using Endpoint = Route::Endpoint;

struct Entry {
    std::string_view path;
    Endpoint endpoint;
    std::string_view allow;
    bool open;
    bool instance_only = false;
};

constexpr std::array entries {
    Entry { "/v1/messages", Endpoint::messages, "POST", false },
    Entry { "/v1/messages/count_tokens", Endpoint::count_tokens, "POST", false },
    Entry { "/v1/models", Endpoint::models, "GET, HEAD", false },
    Entry { "/health", Endpoint::health, "GET, HEAD", true },
    Entry { "/healthz", Endpoint::health, "GET, HEAD", true },
    Entry { "/readyz", Endpoint::health, "GET, HEAD", true },
    Entry { "/", Endpoint::hello, "GET, HEAD", true },
    Entry { "/api/hello", Endpoint::hello, "GET, HEAD", true },
    Entry { "/api/status", Endpoint::status, "GET, HEAD", false, true },
};

const Entry* entry_of(std::string_view path)
{
    const auto found = std::ranges::find(entries, path, &Entry::path);
    return found == entries.end() ? nullptr : &*found;
}

Route route_to(const Entry& entry)
{
    return { .endpoint = entry.endpoint,
        .allow = entry.allow,
        .open = entry.open,
        .instance_only = entry.instance_only };
}

// Slashes in a row become one, and none is left at the end.
std::string with_single_slashes(std::string_view path)
{
    std::string plain = "/";
    for (char c : path)
        if (c != '/' || plain.back() != '/')
            plain += c;
    if (plain.size() > 1 && plain.back() == '/')
        plain.pop_back();
    return plain;
}

bool is_below(std::string_view path, std::string_view folder)
{
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// A base URL with one "/v1" too many, or one that was meant for another server, still finds its way.
std::string_view without_prefixes(std::string_view path)
{
    for (std::string_view prefix : { "/anthropic", "/api" })
        if (is_below(path, prefix) && is_below(path.substr(prefix.size()), "/v1"))
            path.remove_prefix(prefix.size());
    while (is_below(path, "/v1/v1"))
        path.remove_prefix(3);
    return path;
}

} // namespace

Route route_of(std::string_view target)
{
    if (target == "*") // OPTIONS asks about the server as a whole
        return { .allow = "GET, HEAD, POST" };
    const std::string_view written = target.substr(0, std::min(target.find('?'), target.find('#')));
    if (const Entry* entry = entry_of(written)) // nearly every request
        return route_to(*entry);
    std::string single = with_single_slashes(written);
    std::string_view path = without_prefixes(single);
    if (const Entry* entry = entry_of(path))
        return route_to(*entry);
    if (is_below(path, "/api/event_logging"))
        return { .endpoint = Endpoint::event_logging, .allow = "GET, HEAD, POST" };
    constexpr std::string_view models = "/v1/models/";
    if (path.starts_with(models))
        return { .endpoint = Endpoint::model,
            .allow = "GET, HEAD",
            .model_id = std::string(path.substr(models.size())) };
    constexpr std::string_view sessions = "/api/session/";
    if (path.starts_with(sessions))
        return { .endpoint = Endpoint::session,
            .allow = "GET, HEAD",
            .session = std::string(path.substr(sessions.size())) };
    return {};
}

bool allows(const Route& route, std::string_view method)
{
    std::string_view rest = route.allow;
    while (!rest.empty()) {
        std::size_t comma = rest.find(", ");
        if (rest.substr(0, comma) == method)
            return true;
        rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 2);
    }
    return false;
}

} // namespace dragoman::gateway
