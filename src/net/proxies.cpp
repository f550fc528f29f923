#include "net/proxies.h"

#include "net/http_syntax.h"
#include "net/upstream.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>

namespace dragoman::net {
namespace {

namespace ip = boost::asio::ip;

struct Setting {
    std::string name;
    std::string value;
};

// The first of these that is set to something.
std::optional<Setting> first_of(const Environment& environment, std::initializer_list<const char*> names)
{
    for (const char* name : names)
        if (auto value = lookup(environment, name))
            return Setting { name, std::string(*value) };
    return std::nullopt;
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0
            && hex_digit(text[i + 2]) >= 0;
        if (escape) {
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string base64(std::string_view bytes)
{
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            out += i + j < bytes.size() + 1 ? alphabet[group >> (18 - 6 * j) & 63] : '=';
    }
    return out;
}

// "http://user:password@host:port", where everything but the host may be missing.
Result<Proxy> parse_proxy(const Setting& setting)
{
    std::string text = setting.value.contains("://") ? setting.value : "http://" + setting.value;
    Proxy proxy;
    std::size_t start = text.find("://") + 3;
    std::size_t end = std::min(text.find('/', start), text.size());
    std::size_t at = text.rfind('@', end);
    if (at != std::string::npos && at >= start) {
        proxy.authorization = "Basic " + base64(percent_decoded(text.substr(start, at - start)));
        text.erase(start, at + 1 - start);
    }
    if (text.starts_with("socks")) // most programs that listen for it listen for HTTP, too
        return Failure(Error::internal(fmt::format(
            "{0} cannot be used as a proxy: SOCKS is not spoken. Set https_proxy to an HTTP proxy "
            "(http://host:port), or take {0} out of the environment",
            setting.name)));
    Result<Url> url = parse_url(text);
    if (!url)
        return Failure(Error::internal(
            fmt::format("{} cannot be used as a proxy: it must look like http://host:port", setting.name)));
    if (url->origin.tls)
        return Failure(Error::internal(fmt::format(
            "{} cannot be used as a proxy: TLS to the proxy itself is not supported", setting.name)));
    proxy.host = url->origin.host;
    proxy.port = url->origin.port;
    return proxy;
}

std::vector<std::string> split_list(std::string_view text)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        std::size_t end = std::min(text.find_first_of(", "), text.size());
        if (end > 0)
            parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

bool in_network(const std::string& host, const std::string& network)
{
    boost::system::error_code error;
    ip::address address = ip::make_address(host, error);
    if (error)
        return false;
    if (address.is_v4()) {
        ip::network_v4 range = ip::make_network_v4(network, error);
        return !error
            && ip::network_v4(address.to_v4(), range.prefix_length()).canonical() == range.canonical();
    }
    ip::network_v6 range = ip::make_network_v6(network, error);
    return !error && ip::network_v6(address.to_v6(), range.prefix_length()).canonical() == range.canonical();
}

// "example.org" and ".example.org" mean the name and everything below it; "host:port" that port only.
bool is_listed(const Origin& origin, std::string_view entry)
{
    if (entry.contains('/'))
        return in_network(origin.host, std::string(entry));
    if (std::string port = fmt::format(":{}", origin.port);
        entry.ends_with(port) && entry.size() > port.size())
        entry.remove_suffix(port.size());
    if (entry.starts_with('*'))
        entry.remove_prefix(1);
    if (entry.starts_with('.'))
        entry.remove_prefix(1);
    if (entry.starts_with('[') && entry.ends_with(']'))
        entry = entry.substr(1, entry.size() - 2);
    if (same_name(origin.host, entry))
        return true;
    return origin.host.size() > entry.size() && origin.host[origin.host.size() - entry.size() - 1] == '.'
        && same_name(std::string_view(origin.host).substr(origin.host.size() - entry.size()), entry);
}

} // namespace

std::string Proxy::describe() const
{
    std::string name = host.contains(':') ? fmt::format("[{}]", host) : host;
    return fmt::format("http://{}{}:{}", authorization.empty() ? "" : "***@", name, port);
}

Result<Proxies> Proxies::from(const Environment& environment)
{
    Proxies proxies;
    auto https = first_of(environment, { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" });
    auto http = first_of(environment, { "http_proxy", "all_proxy", "ALL_PROXY" });
    if (https) {
        ASSIGN_OR_RETURN(proxy, parse_proxy(*https));
        proxies.https_ = std::move(proxy);
    }
    if (http) {
        ASSIGN_OR_RETURN(proxy, parse_proxy(*http));
        proxies.http_ = std::move(proxy);
    }
    if (auto direct = first_of(environment, { "no_proxy", "NO_PROXY" }))
        proxies.direct_ = split_list(direct->value);
    proxies.all_direct_ = std::ranges::find(proxies.direct_, "*") != proxies.direct_.end();
    return proxies;
}

std::optional<Proxy> Proxies::proxy_for(const Origin& origin) const
{
    const std::optional<Proxy>& proxy = origin.tls ? https_ : http_;
    if (!proxy || all_direct_ || origin.is_loopback())
        return std::nullopt;
    if (std::ranges::any_of(direct_, [&](const std::string& entry) { return is_listed(origin, entry); }))
        return std::nullopt;
    return proxy;
}

std::string Proxies::describe() const
{
    std::string text;
    if (https_)
        text += fmt::format("https through {}", https_->describe());
    if (http_)
        text += fmt::format("{}http through {}", text.empty() ? "" : ", ", http_->describe());
    if (!text.empty() && !direct_.empty())
        text += fmt::format(", except {}", fmt::join(direct_, " "));
    return text;
}

} // namespace dragoman::net
