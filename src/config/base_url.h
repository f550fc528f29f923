// From the base URL that people know to the URLs that requests go to.
//
// The base URL is where /chat/completions is (https://openrouter.ai/api/v1); Messages, Responses and the list
// of models stand beside it. For a server that speaks Messages only, it is what Anthropic's clients are
// given: /v1 is added where the path does not end in it. https://openrouter.ai/docs/api-reference/overview
#pragma once

#include "config/config.h"
#include "config/values.h"

#include <string>
#include <string_view>

namespace dragoman::config {

struct UpstreamUrls {
    std::string base {};
    std::string chat {};
    std::string messages {};
    std::string responses {};
    std::string models {};
};

// http and https only; no user, query or fragment. The sentence on failure never repeats the URL, which may
// hold a password.
Parsed<std::string> check_url(std::string_view text);
Parsed<UpstreamUrls> urls_of_base(std::string_view base_url, Upstream::Dialect dialect);

} // namespace dragoman::config
