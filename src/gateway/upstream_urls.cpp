#include "gateway/upstream_urls.h"

namespace dragoman::gateway {

const Result<net::Url>& UpstreamUrls::of(const route::Target& target) const
{
    switch (target.dialect) {
    case route::Target::Dialect::messages:
        return messages;
    case route::Target::Dialect::responses:
        return responses;
    case route::Target::Dialect::chat:
        break;
    }
    return chat;
}

UpstreamUrls urls_of(const config::Upstream& upstream)
{
    return { .chat = net::parse_url(upstream.chat_url),
        .messages = net::parse_url(upstream.messages_url),
        .responses = net::parse_url(upstream.responses_url) };
}

} // namespace dragoman::gateway
