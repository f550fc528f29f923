#include "gateway/admission.h"

#include "base/encoding.h"

#include <fmt/format.h>

#include <algorithm>

namespace dragoman::gateway {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool contains_ignoring_case(const std::vector<std::string>& names, std::string_view wanted)
{
    return std::ranges::any_of(names, [&](const auto& name) { return net::same_name(name, wanted); });
}

bool is_our_host(const config::Config& config, std::string_view host)
{
    std::string name(host_name(host));
    std::ranges::transform(name, name.begin(), lower);
    std::string_view undotted =
        name.ends_with('.') ? std::string_view(name).substr(0, name.size() - 1) : name;
    return config::is_loopback(undotted) || contains_ignoring_case(config.server.allowed_hosts, undotted)
        || contains_ignoring_case(config.server.allowed_hosts, host);
}

bool is_json(std::string_view content_type)
{
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t'))
        type.remove_suffix(1);
    return net::same_name(type, "application/json")
        || (type.size() > 17 && net::same_name(type.substr(0, 12), "application/")
            && net::same_name(type.substr(type.size() - 5), "+json"));
}

// Every token is compared, whichever matches, so that the time says nothing about which one came close.
bool is_known_token(
    const std::vector<Secret>& client_tokens, const Secret& instance_token, std::string_view token)
{
    bool found = equal_in_constant_time(instance_token.reveal(), token);
    for (const Secret& known : client_tokens)
        found |= equal_in_constant_time(known.reveal(), token);
    return found && !token.empty();
}

std::optional<std::string_view> bearer(std::string_view authorization)
{
    constexpr std::string_view scheme = "Bearer ";
    if (authorization.size() <= scheme.size()
        || !net::same_name(authorization.substr(0, scheme.size()), scheme))
        return std::nullopt;
    std::string_view token = authorization.substr(scheme.size());
    while (token.starts_with(' '))
        token.remove_prefix(1);
    return token;
}

// Whoever shows two tokens must be right about both.
bool shows_valid_token(
    const std::vector<Secret>& client_tokens, const Secret& instance_token, const Credentials& credentials)
{
    if (!credentials.x_api_key && !credentials.authorization)
        return false;
    const auto fits = [&](std::string_view shown) {
        return is_known_token(client_tokens, instance_token, shown);
    };
    bool key_fits = !credentials.x_api_key || fits(*credentials.x_api_key);
    auto token = credentials.authorization ? bearer(*credentials.authorization) : std::nullopt;
    bool token_fits = !credentials.authorization || (token && fits(*token));
    return key_fits && token_fits;
}

Error forbidden(std::string message)
{
    return { .kind = Error::Kind::forbidden,
        .source = Error::Source::client,
        .message = std::move(message),
        .should_retry = false };
}

} // namespace

Credentials credentials_of(const net::RequestHead& head)
{
    return { .host = head.host,
        .origin = head.given("origin"),
        .content_type = head.given("content-type"),
        .x_api_key = head.given("x-api-key"),
        .authorization = head.given("authorization") };
}

std::string_view shown_token(const config::Config& config, const net::RequestHead& head)
{
    if (!config.client_token_required())
        return {};
    if (auto key = head.field("x-api-key"); !key.empty())
        return key;
    return bearer(head.field("authorization")).value_or("");
}

std::string_view host_name(std::string_view host)
{
    if (host.starts_with('['))
        return host.substr(1, std::min(host.find(']'), host.size()) - 1);
    return host.substr(0, host.find(':'));
}

std::optional<Error> refuse(const config::Config& config, const Route& route, std::string_view method,
    std::string_view target, const Credentials& credentials, const Secret& instance_token)
{
    bool token_required = config.client_token_required();
    if (!token_required && !config.server.allow_unauthenticated && !is_our_host(config, credentials.host))
        return forbidden(
            "this Host is not one of dragoman's; add it to server.allowed_hosts if it should be");
    if (credentials.origin && !contains_ignoring_case(config.server.allowed_origins, *credentials.origin))
        return forbidden("requests from web pages are refused; add the origin to server.allowed_origins if "
                         "it should be allowed");
    static const std::vector<Secret> none;
    const bool needs_token = (token_required || route.instance_only) && !route.open;
    const auto& accepted = route.instance_only ? none : config.server.client_tokens;
    if (needs_token && !shows_valid_token(accepted, instance_token, credentials))
        return Error { .kind = Error::Kind::unauthorized,
            .source = Error::Source::client,
            .message = "invalid bearer token for this proxy",
            .should_retry = false };
    if (route.endpoint == Route::Endpoint::unknown && route.allow.empty())
        return Error { .kind = Error::Kind::not_found,
            .source = Error::Source::client,
            .message = fmt::format(
                "there is no {} here", target.substr(0, std::min<std::size_t>(target.find('?'), 200))),
            .should_retry = false };
    if (!allows(route, method))
        return Error { .kind = Error::Kind::method_not_allowed,
            .source = Error::Source::client,
            .message = fmt::format("this path takes {}", route.allow) };
    bool needs_json =
        route.endpoint == Route::Endpoint::messages || route.endpoint == Route::Endpoint::count_tokens;
    if (needs_json && !is_json(credentials.content_type.value_or("")))
        return Error { .kind = Error::Kind::unsupported_media,
            .source = Error::Source::client,
            .message = "the content-type must be application/json" };
    return std::nullopt;
}

} // namespace dragoman::gateway
