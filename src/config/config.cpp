#include "config/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <arpa/inet.h>

namespace dragoman::config {

std::string to_string(const Endpoint& endpoint)
{
    const bool bare_v6 = endpoint.host.contains(':');
    return fmt::format("{}{}{}:{}", bare_v6 ? "[" : "", endpoint.host, bare_v6 ? "]" : "", endpoint.port);
}

bool is_loopback(std::string_view host)
{
    if (host == "127.0.0.1" || host == "localhost" || host.ends_with(".localhost")) // nearly always
        return true;
    const std::string name(host);
    in_addr v4 {};
    if (::inet_pton(AF_INET, name.c_str(), &v4) == 1)
        return (ntohl(v4.s_addr) >> 24U) == 127;
    in6_addr v6 {};
    if (::inet_pton(AF_INET6, name.c_str(), &v6) == 1) {
        if (IN6_IS_ADDR_V4MAPPED(&v6))
            return v6.s6_addr[12] == 127;
        return IN6_IS_ADDR_LOOPBACK(&v6);
    }
    return false;
}

std::string to_string(const KeySource& source)
{
    switch (source.kind) {
    case KeySource::Kind::none:
        return "nowhere";
    case KeySource::Kind::environment:
        return source.name;
    case KeySource::Kind::dotenv:
        return source.name + " in .env";
    case KeySource::Kind::file:
        return source.name;
    case KeySource::Kind::credential:
        return "the systemd credential " + source.name;
    }
    return {};
}

std::string_view name_of(Upstream::Dialect dialect)
{
    switch (dialect) {
    case Upstream::Dialect::automatic:
        return "auto";
    case Upstream::Dialect::chat:
        return "chat";
    case Upstream::Dialect::messages:
        return "messages";
    case Upstream::Dialect::responses:
        return "responses";
    }
    return {};
}

const Secret& Upstream::key() const
{
    static const Secret none;
    return keys.empty() ? none : keys.front().value;
}

const KeySource& Upstream::key_source() const
{
    static const KeySource nowhere;
    return keys.empty() ? nowhere : keys.front().source;
}

const Upstream* Config::upstream(std::string_view name) const
{
    const auto found = std::ranges::find(upstreams, name, &Upstream::name);
    return found == upstreams.end() ? nullptr : &*found;
}

bool Config::degraded() const
{
    return !demo && std::ranges::all_of(upstreams, [](const Upstream& one) { return one.degraded(); });
}

std::string Config::missing_keys() const
{
    std::vector<std::string_view> names;
    for (const Upstream& one : upstreams)
        if (std::ranges::find(names, one.key_name) == names.end() && !one.key_name.empty())
            names.push_back(one.key_name);
    return names.empty() ? "the key of an upstream" : fmt::format("{}", fmt::join(names, " or "));
}

} // namespace dragoman::config
