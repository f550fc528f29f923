#include "gateway/targets.h"
#include "gateway/upstream_urls.h"

#include <gmock/gmock.h>

namespace dragoman::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> texts(const net::FieldList& list)
{
    std::vector<std::string> all;
    for (const net::Field& field : list.fields())
        all.push_back(std::string(field.name) + ": " + std::string(field.value));
    return all;
}

config::Upstream openrouter()
{
    config::Upstream upstream;
    upstream.name = "openrouter";
    upstream.preset = "openrouter";
    upstream.site_name = "";
    return upstream;
}

TEST(UpstreamFields, AreAClosedListAndOutliveTheCall)
{
    config::Upstream upstream = openrouter();
    upstream.headers = { { "x-own", "1" } };
    upstream.site_url = "https://example.org";
    upstream.site_name = "Example";
    net::FieldList fields = [&] {
        translate::UpstreamCall call;
        call.plan.stream = true;
        call.fields.emplace_back("x-anthropic-beta", "a,b");
        return upstream_fields(upstream, Secret("sk-1"), call, "1.2.3");
    }();
    EXPECT_THAT(texts(fields),
        ElementsAre("user-agent: dragoman/1.2.3", "authorization: Bearer sk-1", "x-own: 1",
            "http-referer: https://example.org", "x-openrouter-title: Example",
            "content-type: application/json", "accept: text/event-stream", "x-anthropic-beta: a,b"));
}

TEST(UpstreamFields, CarryTheKeyAsTheUpstreamWantsIt)
{
    config::Upstream upstream = openrouter();
    upstream.auth = config::Upstream::Auth::x_api_key;
    EXPECT_THAT(texts(upstream_fields(upstream, Secret("k"), {}, "1")),
        ElementsAre("user-agent: dragoman/1", "x-api-key: k", "content-type: application/json",
            "accept: application/json"));
    EXPECT_THAT(texts(upstream_fields(upstream, Secret(), {}, "1")),
        ElementsAre("user-agent: dragoman/1", "content-type: application/json", "accept: application/json"));
}

TEST(WhatWasLearned, IsNotBelievedWhereSomebodyDeniesIt)
{
    using enum route::Quirk;
    route::LearnedFacts learned;
    learned.thinks_in_text = learned.no_system = true;
    config::Upstream upstream = openrouter();
    EXPECT_TRUE(undenied(learned, upstream, "a/b").thinks_in_text);
    upstream.not_stated.add(inline_think);
    EXPECT_FALSE(undenied(learned, upstream, "a/b").thinks_in_text);
    EXPECT_TRUE(undenied(learned, upstream, "a/b").no_system);
    upstream.models.push_back({ .model = "a/*", .quirks = { inline_think } });
    EXPECT_TRUE(undenied(learned, upstream, "a/b").thinks_in_text) << "the model's own statement is nearer";
    EXPECT_FALSE(undenied(learned, upstream, "c/d").thinks_in_text);
    upstream.not_stated.remove(inline_think);
    upstream.models[0] = { .model = "a/*", .not_quirks = { inline_think } };
    EXPECT_FALSE(undenied(learned, upstream, "a/b").thinks_in_text);
}

TEST(UpstreamUrls, AreThoseOfTheConfiguration)
{
    config::Upstream upstream = openrouter();
    upstream.chat_url = "https://example.org/api/v1/chat/completions";
    upstream.messages_url = "http://localhost:8000/v1/messages";
    upstream.responses_url = "nonsense";
    const UpstreamUrls urls = urls_of(upstream);
    route::Target target;
    EXPECT_EQ(urls.of(target)->origin.text(), "https://example.org");
    EXPECT_EQ(urls.of(target)->path, "/api/v1/chat/completions");
    target.dialect = route::Target::Dialect::messages;
    EXPECT_EQ(urls.of(target)->origin.port, 8000);
    target.dialect = route::Target::Dialect::responses;
    ASSERT_FALSE(urls.of(target));
    EXPECT_THAT(urls.of(target).error().message, HasSubstr("has no scheme"));
}

} // namespace
} // namespace dragoman::gateway
