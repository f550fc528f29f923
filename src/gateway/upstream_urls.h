// The addresses of an upstream's endpoints in their parts: taken apart once for each configuration, not for
// each request.
#pragma once

#include "base/result.h"
#include "config/config.h"
#include "net/url.h"
#include "route/model_facts.h"

namespace dragoman::gateway {

// An Error where the configuration has no such address, or one that none can be.
struct UpstreamUrls {
    Result<net::Url> chat {};
    Result<net::Url> messages {};
    Result<net::Url> responses {};

    const Result<net::Url>& of(const route::Target& target) const; // as endpoint_url()
};

UpstreamUrls urls_of(const config::Upstream& upstream);

} // namespace dragoman::gateway
