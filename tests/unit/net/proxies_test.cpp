#include "net/proxies.h"
#include "support/scripted_upstream.h"
#include "unit/net/fetching.h"

#include <gtest/gtest.h>

namespace dragoman::net {
namespace {

using dragoman::testing::ScriptedUpstream;
using dragoman::testing::Step;

const Origin router { true, "openrouter.ai", 443 };

std::string proxy_of(const Environment& environment, const Origin& origin)
{
    Result<Proxies> proxies = Proxies::from(environment);
    EXPECT_TRUE(proxies);
    std::optional<Proxy> proxy = proxies->proxy_for(origin);
    return proxy ? proxy->describe() : "none";
}

TEST(Proxies, ComeFromTheUsualVariables) // N-10
{
    const Origin plain { false, "models.example", 80 };
    EXPECT_EQ(proxy_of({}, router), "none");
    EXPECT_EQ(proxy_of({ { "HTTPS_PROXY", "http://p:3128" } }, router), "http://p:3128");
    EXPECT_EQ(proxy_of({ { "https_proxy", "p" } }, router), "http://p:80");
    EXPECT_EQ(proxy_of({ { "https_proxy", "http://low:1" }, { "HTTPS_PROXY", "http://high:2" } }, router),
        "http://low:1");
    EXPECT_EQ(proxy_of({ { "ALL_PROXY", "http://p:1" } }, router), "http://p:1");
    EXPECT_EQ(proxy_of({ { "HTTPS_PROXY", "http://p:1" } }, plain), "none");
    EXPECT_EQ(proxy_of({ { "http_proxy", "http://p:1" } }, plain), "http://p:1");
    EXPECT_EQ(proxy_of({ { "HTTP_PROXY", "http://evil:1" } }, plain), "none"); // a CGI program's Proxy header
}

TEST(Proxies, LeaveOutWhatNoProxyNames) // N-10
{
    auto with = [](std::string list, const Origin& origin) {
        return proxy_of({ { "HTTPS_PROXY", "http://p:1" }, { "NO_PROXY", std::move(list) } }, origin);
    };
    for (const char* list : { "openrouter.ai", ".openrouter.ai", "x, openrouter.ai", "*", "OpenRouter.AI",
             "ai", "openrouter.ai:443", "*.openrouter.ai" })
        EXPECT_EQ(with(list, router), "none") << list;
    for (const char* list : { "router.ai", "x", "openrouter.ai:8443", "openrouter.ai.evil" })
        EXPECT_EQ(with(list, router), "http://p:1") << list;
    EXPECT_EQ(with("10.0.0.0/8", { true, "10.1.2.3", 443 }), "none");
    EXPECT_EQ(with("10.0.0.0/8", { true, "11.1.2.3", 443 }), "http://p:1");
    EXPECT_EQ(with("2001:db8::/32", { true, "2001:db8::7", 443 }), "none");
}

TEST(Proxies, AreNeverUsedForThisMachine) // N-10
{
    for (const char* host : { "localhost", "127.0.0.1", "127.9.9.9", "::1", "box.localhost" })
        EXPECT_EQ(proxy_of({ { "ALL_PROXY", "http://p:1" } }, { false, host, 8000 }), "none") << host;
}

TEST(Proxies, NeverShowTheirCredentials) // N-10, S-20
{
    Result<Proxies> proxies = Proxies::from({ { "HTTPS_PROXY", "http://me:s%40cret@p:3128/" } });
    ASSERT_TRUE(proxies);
    EXPECT_EQ(proxies->describe(), "https through http://***@p:3128");
    EXPECT_EQ(proxies->proxy_for(router)->authorization, "Basic bWU6c0BjcmV0");
}

TEST(Proxies, RefuseWhatCannotBeUsedAndSayWhich) // N-10
{
    for (const char* value :
        { "socks5://p:1080", "https://p:443", "http://", "http://me:key@", "http://p:99999" }) {
        Result<Proxies> proxies = Proxies::from({ { "HTTPS_PROXY", value } });
        ASSERT_FALSE(proxies) << value;
        EXPECT_TRUE(proxies.error().message.starts_with("HTTPS_PROXY")) << proxies.error().message;
        EXPECT_FALSE(proxies.error().message.contains("key")) << proxies.error().message;
    }
}

TEST(Proxies, SayWhatToDoAboutSocks)
{
    Result<Proxies> proxies = Proxies::from({ { "ALL_PROXY", "socks5h://127.0.0.1:1080" } });
    ASSERT_FALSE(proxies);
    EXPECT_TRUE(proxies.error().message.contains("Set https_proxy")) << proxies.error().message;
    EXPECT_TRUE(proxies.error().message.contains("take ALL_PROXY out")) << proxies.error().message;
    EXPECT_TRUE(Proxies::from({ { "ALL_PROXY", "socks5h://127.0.0.1:1080" },
        { "https_proxy", "http://p:3128" }, { "http_proxy", "http://p:3128" } }));
}
Proxies through(const ScriptedUpstream& proxy, std::string credentials = "")
{
    std::string url = "http://" + credentials + "127.0.0.1:" + std::to_string(proxy.port());
    return *Proxies::from({ { "https_proxy", url }, { "http_proxy", url } });
}

TEST(Proxies, AreAskedForATunnelToTlsUpstreams) // N-10
{
    ScriptedUpstream proxy({ { "HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n" }, { "SSH-2.0\r\n\r\n" },
        { "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n" },
        { "HTTP/1.1 200 OK\r\n\r\nnot TLS at all", Step::Then::close }, { "", Step::Then::close } });
    Fetching fetching(Trust::none(), through(proxy, "me:pw@"));
    for (std::string_view why : { "407", "cannot be read", "403", "more than an answer", "closed" }) {
        Fetched fetched = fetching.fetch(router);
        ASSERT_TRUE(fetched.error);
        EXPECT_EQ(fetched.error->kind, Error::Kind::unreachable);
        EXPECT_TRUE(fetched.error->message.contains(why)) << fetched.error->message;
        EXPECT_TRUE(
            fetched.error->message.starts_with("Cannot reach openrouter.ai through the proxy 127.0.0.1"));
        EXPECT_FALSE(fetched.error->message.contains("pw"));
    }
    EXPECT_EQ(proxy.requests().at(0),
        "CONNECT openrouter.ai:443 HTTP/1.1\r\nHost: openrouter.ai:443\r\nProxy-Authorization: Basic "
        "bWU6cHc=\r\n\r\n");
}

TEST(Proxies, AreToldTheWholeUrlOfPlainUpstreams) // N-10
{
    ScriptedUpstream proxy({ { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" } });
    Fetching fetching(Trust::none(), through(proxy));
    EXPECT_EQ(fetching.fetch({ false, "models.example", 8000 }).body, "ok");
    EXPECT_TRUE(proxy.requests().at(0).starts_with(
        "POST http://models.example:8000/v1/x HTTP/1.1\r\nHost: models.example:8000\r\n"));
}

TEST(Url, IsAnOriginAndAPath)
{
    Result<Url> url = parse_url("HTTPS://OpenRouter.ai/api/v1/");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->origin, router);
    EXPECT_EQ(url->path, "/api/v1");
    EXPECT_EQ(url->origin.text(), "https://openrouter.ai");
    Result<Url> local_url = parse_url("http://[::1]:8000");
    ASSERT_TRUE(local_url);
    EXPECT_EQ(local_url->origin, (Origin { false, "::1", 8000 }));
    EXPECT_EQ(local_url->origin.authority(), "[::1]:8000");
    EXPECT_TRUE(local_url->origin.is_loopback());
    EXPECT_FALSE(router.is_loopback());
}

TEST(Url, RefusesWhatIsNone) // S-10
{
    for (const char* text :
        { "", "openrouter.ai", "ftp://x", "https://", "https://me:key@x", "https://x:99999", "https://x y",
            "https://x/a b", "https://x/?q=1", "https://x/#f", "https://x,y", "https://[::1" }) {
        Result<Url> url = parse_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_FALSE(url.error().message.contains("key"));
    }
}

} // namespace
} // namespace dragoman::net
