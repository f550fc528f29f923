// Addresses of upstreams and proxies. https://www.rfc-editor.org/rfc/rfc3986
#pragma once

#include "base/result.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace dragoman::net {

// Where an upstream listens. The host of an IPv6 literal has no brackets.
struct Origin {
    bool tls = true;
    std::string host;
    std::uint16_t port = 443;

    std::string authority() const; // as in Host: without the scheme's own port
    std::string text() const; // "https://openrouter.ai", never with credentials
    bool is_loopback() const; // localhost, 127.0.0.0/8, ::1
    auto operator<=>(const Origin&) const = default;
};

// "https://openrouter.ai/api/v1" as an origin and the path in front ("/api/v1", without a final slash).
struct Url {
    Origin origin;
    std::string path;
};
Result<Url> parse_url(std::string_view text);

} // namespace dragoman::net
