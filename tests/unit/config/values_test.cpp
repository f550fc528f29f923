#include "config/base_url.h"
#include "config/values.h"

#include <gtest/gtest.h>

#include <array>

namespace dragoman::config {
namespace {

TEST(Durations, HaveAUnit)
{
    EXPECT_EQ(parse_duration("250ms"), Milliseconds(250));
    EXPECT_EQ(parse_duration("30s"), Milliseconds(30'000));
    EXPECT_EQ(parse_duration("5m"), Milliseconds(300'000));
    EXPECT_EQ(parse_duration(" 5 min "), Milliseconds(300'000));
    EXPECT_EQ(parse_duration("1h"), Milliseconds(3'600'000));
    EXPECT_EQ(parse_duration("1h30m"), Milliseconds(5'400'000));
    EXPECT_EQ(parse_duration("0s"), Milliseconds(0));
    for (const char* bad : { "", "30", "s", "-1s", "1.5s", "5 parsecs", "30s x", "8d",
             "99999999999999999999s", "9223372036854775807h", "1e3s" })
        EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Sizes, HaveAUnit)
{
    EXPECT_EQ(parse_size("512B"), 512U);
    EXPECT_EQ(parse_size("64KiB"), 65536U);
    EXPECT_EQ(parse_size("32 MiB"), 33554432U);
    EXPECT_EQ(parse_size("1GB"), 1'000'000'000U);
    EXPECT_EQ(parse_size("1GiB"), 1073741824U);
    for (const char* bad : { "", "5", "MB", "-1MB", "5XB", "1MB1MB", "99999999999999GiB", "5mb" })
        EXPECT_FALSE(parse_size(bad)) << bad;
}

TEST(Flags, AreWordsInAnyCase)
{
    for (const char* yes : { "true", "TRUE", "1", "Yes", "on", " true " })
        EXPECT_EQ(parse_bool(yes), true) << yes;
    for (const char* no : { "false", "0", "NO", "off" })
        EXPECT_EQ(parse_bool(no), false) << no;
    EXPECT_FALSE(parse_bool("2"));
    EXPECT_FALSE(parse_bool(""));
}

TEST(ListenAddresses, HaveAHostAndAPort)
{
    const auto one = [](std::string_view text) { return parse_listen(text).value().at(0); };
    EXPECT_EQ(one("127.0.0.1:80"), (Endpoint { "127.0.0.1", 80, false }));
    EXPECT_EQ(one("127.0.0.1"), (Endpoint { "127.0.0.1", 8080, false }));
    EXPECT_EQ(one("[::1]:80"), (Endpoint { "::1", 80, false }));
    EXPECT_EQ(one("[::1]"), (Endpoint { "::1", 8080, false }));
    EXPECT_EQ(one("::1"), (Endpoint { "::1", 8080, false }));
    EXPECT_EQ(one("::"), (Endpoint { "::", 8080, false }));
    EXPECT_EQ(one("box.lan:0"), (Endpoint { "box.lan", 0, false }));
    EXPECT_EQ(parse_listen(":9000").value(),
        (std::vector<Endpoint> { { "127.0.0.1", 9000, false }, { "::1", 9000, true } }));
    for (const char* bad : { "", "host:", "host:http", "host:65536", "http://host:80", "a b:1", "[::1:80" })
        EXPECT_FALSE(parse_listen(bad)) << bad;
    EXPECT_EQ(to_string(Endpoint { "::1", 80, false }), "[::1]:80");
    EXPECT_EQ(to_string(Endpoint { "127.0.0.1", 80, false }), "127.0.0.1:80");
}

TEST(NearestName, IsTheOneThatWasMeantOrNone)
{
    static constexpr std::array<std::string_view, 3> known { "client_tokens", "workers", "big" };
    EXPECT_EQ(nearest("client_token", known), "client_tokens");
    EXPECT_EQ(nearest("wrokers", known), "workers");
    EXPECT_EQ(nearest("bgi", known), "big");
    EXPECT_EQ(nearest("fruit", known), "");
    EXPECT_EQ(nearest(std::string(1'000'000, 'x'), known), "");
}

TEST(BaseUrl, IsWhereChatCompletionsAre)
{
    using Dialect = Upstream::Dialect;
    for (const char* same : { "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/",
             " HTTPS://openrouter.ai/api/v1// ", "https://openrouter.ai/api/v1/chat/completions",
             "https://openrouter.ai/api/v1/chat/completions/" }) {
        const auto urls = urls_of_base(same, Dialect::automatic);
        ASSERT_TRUE(urls) << same << urls.error();
        EXPECT_EQ(urls->base, "https://openrouter.ai/api/v1");
        EXPECT_EQ(urls->chat, "https://openrouter.ai/api/v1/chat/completions");
        EXPECT_EQ(urls->messages, "https://openrouter.ai/api/v1/messages");
        EXPECT_EQ(urls->models, "https://openrouter.ai/api/v1/models");
    }
    EXPECT_EQ(
        urls_of_base("http://127.0.0.1:4242", Dialect::chat)->chat, "http://127.0.0.1:4242/chat/completions");
    EXPECT_EQ(
        urls_of_base("http://[::1]:4242/v1", Dialect::chat)->chat, "http://[::1]:4242/v1/chat/completions");
}

TEST(BaseUrl, OfAMessagesServerGetsItsVersion)
{
    using Dialect = Upstream::Dialect;
    EXPECT_EQ(urls_of_base("https://api.anthropic.com", Dialect::messages)->messages,
        "https://api.anthropic.com/v1/messages");
    EXPECT_EQ(urls_of_base("https://api.anthropic.com/v1/", Dialect::messages)->messages,
        "https://api.anthropic.com/v1/messages");
    EXPECT_EQ(urls_of_base("https://api.deepseek.com/anthropic", Dialect::messages)->messages,
        "https://api.deepseek.com/anthropic/v1/messages");
    EXPECT_EQ(urls_of_base("https://x.example/v1/messages", Dialect::messages)->messages,
        "https://x.example/v1/messages");
}

TEST(BaseUrl, RefusesWhatIsNoPlainWebAddress)
{
    for (const char* bad :
        { "", "openrouter.ai/api/v1", "ftp://x/v1", "file:///etc/passwd", "https://", "https:///v1",
            "https://u:p@x/v1", "https://x/v1?k=1", "https://x/v1#f", "https://x:0/v1", "https://x:99999/v1",
            "https://x y/v1", "https://x/\r\nHost: y", "https://a:b:c/v1", "https://[::1/v1" })
        EXPECT_FALSE(urls_of_base(bad, Upstream::Dialect::chat)) << bad;
}

} // namespace
} // namespace dragoman::config
