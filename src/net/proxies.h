// The proxy an origin is reached through, from HTTPS_PROXY, ALL_PROXY, http_proxy and NO_PROXY (lower case
// first, as curl does). HTTP_PROXY in capitals is not read: a web server hands it to its CGI programs from a
// request's Proxy header. An origin on this machine is never proxied.
#pragma once

#include "base/environment.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::net {

struct Origin;

struct Proxy {
    std::string host;
    std::uint16_t port = 8080;
    std::string authorization; // "Basic ..." or empty; never printed
    std::string describe() const; // "http://proxy.example:3128", with "***@" where credentials were
    bool operator==(const Proxy&) const = default;
};

class Proxies {
public:
    Proxies() = default; // none
    static Result<Proxies> from(const Environment& environment);

    std::optional<Proxy> proxy_for(const Origin& origin) const;
    std::string
    describe() const; // for the start-up line; credentials are left out; empty when there are none

private:
    std::optional<Proxy> https_, http_;
    std::vector<std::string> direct_; // of NO_PROXY
    bool all_direct_ = false;
};

} // namespace dragoman::net
