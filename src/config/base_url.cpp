#include "config/base_url.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace dragoman::config {
namespace {

bool take_prefix(std::string_view& text, std::string_view prefix)
{
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    if (text.size() < prefix.size()
        || !std::equal(
            prefix.begin(), prefix.end(), text.begin(), [&](char p, char t) { return same(t, p); }))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

bool is_authority(std::string_view authority)
{
    std::string_view port;
    std::string_view host = authority;
    const auto bracket = authority.rfind(']');
    const auto colon = authority.rfind(':');
    if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
        port = authority.substr(colon + 1);
        host = authority.substr(0, colon);
        if (!parse_port(port) || *parse_port(port) == 0)
            return false;
    }
    if (host.starts_with('['))
        return bracket == host.size() - 1 && host.size() > 2;
    return !host.empty() && !host.contains(':');
}

// "/v1", "/v4", "/v1beta": what providers end their API's path with.
bool ends_in_version(std::string_view base)
{
    const auto last = base.substr(base.rfind('/') + 1);
    return last.size() >= 2 && last[0] == 'v' && std::isdigit(static_cast<unsigned char>(last[1])) != 0;
}

std::string_view without_slashes(std::string_view text)
{
    while (text.ends_with('/'))
        text.remove_suffix(1);
    return text;
}

} // namespace

Parsed<std::string> check_url(std::string_view text)
{
    text = trim(text);
    std::string_view rest = text;
    std::string scheme = "https://";
    if (!take_prefix(rest, "https://")) {
        scheme = "http://";
        if (!take_prefix(rest, "http://"))
            return std::unexpected("is no URL that begins with https:// or http://");
    }
    if (!is_header_word(rest))
        return std::unexpected("is no URL: it holds blanks or other characters that must be percent-encoded");
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.contains('@'))
        return std::unexpected("must not hold a user name or password; give the key by itself");
    if (rest.contains('?') || rest.contains('#'))
        return std::unexpected("must not hold a query or a fragment");
    if (!is_authority(authority))
        return std::unexpected("is no URL: its host or port cannot be read");
    return scheme.append(without_slashes(rest));
}

Parsed<UpstreamUrls> urls_of_base(std::string_view base_url, Upstream::Dialect dialect)
{
    auto checked = check_url(base_url);
    if (!checked)
        return std::unexpected(checked.error());
    std::string_view base = *checked;
    // People paste the address of an endpoint; what they mean is clear.
    static constexpr std::array<std::string_view, 4> endpoints { "/chat/completions", "/messages",
        "/responses", "/models" };
    for (const std::string_view endpoint : endpoints) {
        if (base.ends_with(endpoint))
            base = without_slashes(base.substr(0, base.size() - endpoint.size()));
    }
    std::string root(base);
    if (dialect == Upstream::Dialect::messages && !ends_in_version(base))
        root += "/v1";
    return UpstreamUrls { .base = std::string(base),
        .chat = root + "/chat/completions",
        .messages = root + "/messages",
        .responses = root + "/responses",
        .models = root + "/models" };
}

} // namespace dragoman::config
