#include "gateway/admission.h"

#include <gtest/gtest.h>

namespace dragoman::gateway {

namespace {

config::Config with_token(std::string token)
{
    config::Config config;
    config.server.client_tokens.emplace_back(std::move(token));
    return config;
}

int status(const config::Config& config, Credentials credentials, std::string_view method = "POST",
    std::string_view target = "/v1/messages")
{
    if (credentials.host.empty())
        credentials.host = "localhost:8080";
    auto error = refuse(config, route_of(target), method, target, credentials);
    return error ? http_status(*error) : 200;
}

Credentials json() { return { .content_type = "application/json" }; }

} // namespace

TEST(Admission, TakesOnlyItsOwnHostsWhileNoTokenIsRequired) // S-01
{
    config::Config config;
    config.server.allowed_hosts = { "box.lan" };
    for (std::string_view host : { "localhost", "LOCALHOST:9", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080",
             "[::1]", "localhost.", "box.lan", "Box.lan:8080" })
        EXPECT_EQ(status(config, { .host = host, .content_type = "application/json" }), 200) << host;
    for (std::string_view host :
        { "evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1", "[::2]", "0.0.0.0" })
        EXPECT_EQ(status(config, { .host = host, .content_type = "application/json" }), 403) << host;
    EXPECT_EQ(status(config, { .host = "evil.example" }, "GET", "/health"), 403);
}

TEST(Admission, LooksAtTheTokenInsteadOnceOneIsRequired)
{
    auto config = with_token("s3cret");
    EXPECT_EQ(
        status(config, { .host = "team.example", .content_type = "application/json", .x_api_key = "s3cret" }),
        200);
    EXPECT_EQ(status(config, { .host = "team.example" }, "GET", "/health"), 200);
    EXPECT_EQ(status(config, { .host = "team.example" }, "GET", "/nothing"), 401);
}

TEST(Admission, RefusesWebPages) // S-02
{
    config::Config config;
    config.server.allowed_origins = { "https://tool.example" };
    for (std::string_view origin :
        { "null", "http://localhost:3000", "chrome-extension://x", "https://tool.example.evil" })
        EXPECT_EQ(status(config, { .origin = origin, .content_type = "application/json" }), 403) << origin;
    EXPECT_EQ(status(config, { .origin = "https://tool.example", .content_type = "application/json" }), 200);
}

TEST(Admission, TakesTheTokenFromEitherField) // S-06
{
    auto config = with_token("s3cret");
    auto with = [&](std::optional<std::string_view> key, std::optional<std::string_view> authorization) {
        return status(
            config, { .content_type = "application/json", .x_api_key = key, .authorization = authorization });
    };
    EXPECT_EQ(with("s3cret", std::nullopt), 200);
    EXPECT_EQ(with(std::nullopt, "Bearer s3cret"), 200);
    EXPECT_EQ(with(std::nullopt, "bearer s3cret"), 200);
    EXPECT_EQ(with("s3cret", "Bearer s3cret"), 200);
    EXPECT_EQ(with("s3cret", "Bearer other"), 401);
    EXPECT_EQ(with("other", "Bearer s3cret"), 401);
    EXPECT_EQ(with(std::nullopt, std::nullopt), 401);
    EXPECT_EQ(with("", std::nullopt), 401);
    EXPECT_EQ(with("s3cre", std::nullopt), 401);
    EXPECT_EQ(with("s3cret2", std::nullopt), 401);
    EXPECT_EQ(with(std::nullopt, "Basic s3cret"), 401);
    EXPECT_EQ(with(std::nullopt, "Bearer "), 401);
    EXPECT_EQ(with("' OR 1=1 --", std::nullopt), 401);
}

TEST(Admission, ShowsTheStatusToTheInstancesOwnTokenAlone)
{
    const Secret own("of-this-instance");
    const auto with = [&](const config::Config& config, std::optional<std::string_view> key,
                          std::string_view target, std::string_view host = "localhost") {
        auto error = refuse(config, route_of(target), "GET", target, { .host = host, .x_api_key = key }, own);
        return error ? http_status(*error) : 200;
    };
    const config::Config open;
    EXPECT_EQ(with(open, "of-this-instance", "/api/status"), 200);
    EXPECT_EQ(with(open, std::nullopt, "/api/status"), 401);
    EXPECT_EQ(with(open, "of-this-instanc", "/api/status"), 401);
    EXPECT_EQ(with(open, "of-this-instance", "/api/status", "evil.example"), 403);
    EXPECT_EQ(with(open, std::nullopt, "/api/session/abc"), 200);
    const config::Config closed = with_token("s3cret");
    EXPECT_EQ(with(closed, "s3cret", "/api/status"), 401);
    EXPECT_EQ(with(closed, "of-this-instance", "/api/status"), 200);
    EXPECT_EQ(with(closed, "s3cret", "/api/session/abc"), 200);
    EXPECT_EQ(with(closed, std::nullopt, "/api/session/abc"), 401);
    EXPECT_EQ(with(closed, "of-this-instance", "/api/session/abc"), 200);
    auto nothing = refuse(open, route_of("/api/status"), "GET", "/api/status",
        { .host = "localhost", .x_api_key = "" }, Secret());
    ASSERT_TRUE(nothing);
    EXPECT_EQ(http_status(*nothing), 401);
}

TEST(Admission, WantsJson) // C-20
{
    config::Config config;
    for (std::string_view type :
        { "application/json", "application/json; charset=utf-8", "Application/JSON", "application/x+json" })
        EXPECT_EQ(status(config, { .content_type = type }), 200) << type;
    for (std::string_view type :
        { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "application/jsonx" })
        EXPECT_EQ(status(config, { .content_type = type }), 415) << type;
    EXPECT_EQ(status(config, {}), 415);
}

TEST(Admission, TellsPathsAndMethodsApart) // C-19
{
    config::Config config;
    EXPECT_EQ(status(config, json(), "GET", "/v1/messages"), 405);
    EXPECT_EQ(status(config, json(), "POST", "/v1/nothing"), 404);
    EXPECT_EQ(status(config, {}, "GET", "/v1/models"), 200);
    EXPECT_EQ(status(config, {}, "TRACE", "/v1/models"), 405);
}

} // namespace dragoman::gateway
