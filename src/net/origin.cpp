#include "net/http_syntax.h"
#include "net/url.h"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace dragoman::net {
namespace {

Failure bad_url(std::string_view why) { return Failure(Error::internal(fmt::format("the URL {}", why))); }

std::string in_lower_case(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(
        lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

} // namespace

std::string Origin::authority() const
{
    std::string name = host.contains(':') ? fmt::format("[{}]", host) : host;
    if (port != (tls ? 443 : 80))
        name.append(":").append(fmt::format_int(port).c_str());
    return name;
}

std::string Origin::text() const { return fmt::format("{}://{}", tls ? "https" : "http", authority()); }

bool Origin::is_loopback() const
{
    if (host == "localhost" || host.ends_with(".localhost"))
        return true;
    boost::system::error_code error;
    auto address = boost::asio::ip::make_address(host, error);
    return !error && address.is_loopback();
}

Result<Url> parse_url(std::string_view text)
{
    std::size_t scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos)
        return bad_url("has no scheme: write https://host or http://host");
    std::string scheme = in_lower_case(text.substr(0, scheme_end));
    if (scheme != "https" && scheme != "http")
        return bad_url("must begin with https:// or http://");
    std::string_view rest = text.substr(scheme_end + 3);
    std::size_t path_start = std::min(rest.find_first_of("/?#"), rest.size());
    std::string_view authority = rest.substr(0, path_start);
    std::string_view path = rest.substr(path_start);
    if (authority.contains('@'))
        return bad_url("must not hold a user name or password");
    if (!is_authority(authority))
        return bad_url("has no valid host and port");
    auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
    if (!std::ranges::all_of(path, is_visible) || path.find_first_of("?#") != std::string_view::npos)
        return bad_url("may have a path, but no query and no blanks");
    Url url;
    url.origin.tls = scheme == "https";
    url.origin.port = url.origin.tls ? 443 : 80;
    std::size_t colon =
        authority.starts_with('[') ? authority.find(':', authority.find(']')) : authority.find(':');
    std::string_view host = authority.substr(0, colon);
    if (colon != std::string_view::npos)
        std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), url.origin.port);
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    url.origin.host = in_lower_case(host);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    url.path = path;
    return url;
}

} // namespace dragoman::net
