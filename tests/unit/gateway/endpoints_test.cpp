#include "gateway/endpoints.h"

#include <gtest/gtest.h>

namespace dragoman::gateway {

using Endpoint = Route::Endpoint;

TEST(Endpoints, KnowEverySpellingOfOnePath) // C6, S-04
{
    for (std::string_view target : { "/v1/messages", "/v1/messages?beta=true", "/v1/messages/",
             "//v1//messages", "/anthropic/v1/messages", "/api/v1/messages", "/v1/v1/messages",
             "/v1/v1/v1/messages?x", "/anthropic/v1/v1/messages/" })
        EXPECT_EQ(route_of(target).endpoint, Endpoint::messages) << target;
    EXPECT_EQ(route_of("/api/v1/messages/count_tokens?beta=true").endpoint, Endpoint::count_tokens);
    for (std::string_view target : { "/", "", "//", "/api/hello", "/?x=1" })
        EXPECT_EQ(route_of(target).endpoint, Endpoint::hello) << target;
    for (std::string_view target : { "/health", "/healthz", "/readyz/" })
        EXPECT_EQ(route_of(target).endpoint, Endpoint::health) << target;
    for (std::string_view target :
        { "/api/event_logging/batch", "/api/event_logging/v2/batch", "/api/event_logging" })
        EXPECT_EQ(route_of(target).endpoint, Endpoint::event_logging) << target;
}

TEST(Endpoints, RefuseWhatOnlyLooksLikeOne)
{
    for (std::string_view target :
        { "/v1/message", "/V1/MESSAGES", "/v1/messages;x", "/v1/%6dessages", "/v1/x/../messages",
            "/anthropic", "/api", "/v1", "/v1/messages/batches", "/v1/files", "/api/event_loggingx",
            "/anthropicv1/messages", "/v1/messages/cache_touch", "/api/claude_code/x" })
        EXPECT_EQ(route_of(target).endpoint, Endpoint::unknown) << target;
}

TEST(Endpoints, TakeModelIdsWithSlashesAndEscapes)
{
    EXPECT_EQ(route_of("/v1/models").endpoint, Endpoint::models);
    EXPECT_EQ(route_of("/v1/models?limit=1000").endpoint, Endpoint::models);
    EXPECT_EQ(route_of("/v1/models/openai/gpt-oss-120b").model_id, "openai/gpt-oss-120b");
    EXPECT_EQ(route_of("/v1/models/openai%2Fgpt-oss-120b%3Afree").model_id, "openai%2Fgpt-oss-120b%3Afree");
}

TEST(Endpoints, KnowFigures)
{
    EXPECT_EQ(route_of("/api/status").endpoint, Endpoint::status);
    EXPECT_TRUE(route_of("/api/status/").instance_only);
    EXPECT_EQ(route_of("/api/session/7a0c-1f0e?x").endpoint, Endpoint::session);
    EXPECT_EQ(route_of("/api/session/7a0c-1f0e?x").session, "7a0c-1f0e");
    EXPECT_FALSE(route_of("/api/session/7a0c-1f0e").instance_only);
    for (std::string_view target : { "/metrics", "/status", "/api/session", "/api/session/", "/api/metrics" })
        EXPECT_EQ(route_of(target).endpoint, Endpoint::unknown) << target;
}

TEST(Endpoints, KnowTheirMethods) // C-19
{
    EXPECT_TRUE(allows(route_of("/v1/messages"), "POST"));
    EXPECT_FALSE(allows(route_of("/v1/messages"), "GET"));
    EXPECT_TRUE(allows(route_of("/health"), "HEAD"));
    EXPECT_FALSE(allows(route_of("/health"), "HEA"));
    EXPECT_FALSE(allows(route_of("/nothing"), "GET"));
    EXPECT_FALSE(allows(route_of("*"), "OPTIONS")); // H-09
    EXPECT_EQ(route_of("*").allow, "GET, HEAD, POST");
}

} // namespace dragoman::gateway
