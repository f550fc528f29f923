#include "cli/live_screen.h"
#include "cli/status_text.h"
#include "cli/table.h"
#include "gateway/status_report.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace dragoman::cli {

namespace {

using testing::HasSubstr;
using testing::Not;

const Style no_colours {};

gateway::Instance instance()
{
    return { .pid = 4711,
        .url = "http://127.0.0.1:8080",
        .token = Secret("canary-instance-token"),
        .started = 1795250000,
        .version = "1.2.3",
        .config = "/home/me/\x1b[2Jconfig.toml" };
}

std::string report(bool degraded = false)
{
    gateway::Metrics metrics;
    metrics.begin();
    metrics.finish({ .upstream_model = "openai/gpt-5.5",
        .status = 200,
        .upstream_status = 200,
        .first_byte_ms = 400,
        .total_ms = 900,
        .input_tokens = 12'345,
        .cached_tokens = 50,
        .output_tokens = 10,
        .cost_usd_micros = 420'000 });
    using Outcome = RequestRecord::Outcome;
    for (const auto& [outcome, status] :
        { std::pair { Outcome::upstream_error, 429 }, { Outcome::upstream_error, 502 },
            { Outcome::client_error, 400 }, { Outcome::client_cancelled, 0 } }) {
        metrics.begin();
        metrics.finish({ .upstream_model = "openai/gpt-5.5", .status = status, .outcome = outcome });
    }
    metrics.begin();
    metrics.refused(401);
    return gateway::status_report(metrics.read(),
        { .metrics = "http://127.0.0.1:9464/metrics", .degraded = degraded, .resident_bytes = 45'000'000 });
}

} // namespace

TEST(StatusText, ShowsWhoFellBackAndWhatWasMended)
{
    gateway::Metrics metrics;
    for (int i = 0; i < 8; ++i)
        metrics.fell_back("home/b", true, "503");
    metrics.fell_back("home/a", true, "too late");
    for (const char* target : { "x/1", "x/2", "x/3" })
        metrics.fell_back(target, true, "429");
    metrics.mended("groq/x", "drop_parameter");
    const std::string text =
        status_text({ { instance(), gateway::status_report(metrics.read(), {}) } }, 1795250060, no_colours);
    EXPECT_THAT(text,
        HasSubstr("  fallbacks      12: home/b 503 (8), home/a too late (1), x/1 429 (1), x/2 429 (1) and 1 "
                  "more kind\n"));
    EXPECT_THAT(text, HasSubstr("  mended         1: groq/x drop_parameter (1)\n"));
    const std::string none = status_text({ { instance(), report() } }, 1795250060, no_colours);
    EXPECT_THAT(none, Not(HasSubstr("fallbacks")));
    EXPECT_THAT(none, Not(HasSubstr("mended")));
}

TEST(StatusText, ShowsUpstreamsOfWhichSomethingIsToBeSaid)
{
    gateway::Metrics metrics;
    const auto shown = [&](std::vector<gateway::UpstreamState> upstreams) {
        return status_text(
            { { instance(), gateway::status_report(metrics.read(), { .upstreams = std::move(upstreams) }) } },
            1795250060, no_colours);
    };
    EXPECT_THAT(shown({ { .name = "openrouter", .keys = 1 } }), Not(HasSubstr("upstream ")));
    const std::string several =
        shown({ { .name = "openrouter", .keys = 1 }, { .name = "groq", .degraded = true },
            { .name = "home",
                .keys = 2,
                .breakers = { { "home/qwen3", "open", 5 }, { "home/small", "closed", 1 } },
                .resting_keys = { { "home/qwen3", 2, "HOME_KEY", 35 } } } });
    EXPECT_THAT(several, HasSubstr("openrouter: well\n"));
    EXPECT_THAT(shown({ { .name = "a" }, { .name = "b", .resting_keys = { { "b/z", 0, "", 20 } } } }),
        HasSubstr("b: b/z rests, 20 s more\n"))
        << "it needs no key";
    EXPECT_THAT(several, HasSubstr("groq: no key: it is passed over\n"));
    EXPECT_THAT(several,
        HasSubstr("home: 2 keys; home/qwen3 rests after 5 failures in a row; home/small: 1 failure in a row; "
                  "its key "
                  "2 (HOME_KEY) rests for home/qwen3, 35 s more\n"));
}

TEST(StatusText, ShowsEveryInstance)
{
    const std::string text =
        status_text({ { instance(), report() }, { instance(), "" } }, 1795250125, no_colours);
    for (const char* part : { "dragoman 1.2.3 http://127.0.0.1:8080 running\n", "(2 min 5 s)\n", "4711\n",
             "/home/me/\\u001b[2Jconfig.toml\n", "http://127.0.0.1:9464/metrics\n", "42.9 MiB\n",
             "5 finished, 1 running, 3 failed (upstream 2, client 1), 1 left by the client\n",
             "1 (token, Host, Origin, path or method)\n", "12.3k in, 50 from a cache, 10 out\n", "$0.42\n",
             "\n\ndragoman 1.2.3 http://127.0.0.1:8080 does not answer\n" })
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(text, HasSubstr("  openai/gpt-5.5         5       3"));
    EXPECT_THAT(text, Not(HasSubstr("canary")));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(StatusText, SaysWhatIsAmiss)
{
    EXPECT_THAT(
        status_text({ { instance(), report(true) } }, 0, no_colours), HasSubstr("degraded: no upstream key"));
    EXPECT_THAT(status_text({}, 0, no_colours), HasSubstr("no dragoman of yours is running"));
    auto code = instance();
    code.kind = gateway::Instance::Kind::code;
    code.demonstration = true;
    const std::string text = status_text({ { code, "{}" } }, 0, no_colours);
    EXPECT_THAT(text, HasSubstr("started by `dragoman code`"));
    EXPECT_THAT(text, HasSubstr("a scripted model answers"));
    EXPECT_THAT(text, HasSubstr("p50 -, p90 -, p99 -"));
}

TEST(StatusJson, HoldsTheReportsAsTheyCame)
{
    const auto json = nlohmann::json::parse(status_json({ { instance(), report() }, { instance(), "" } }));
    EXPECT_EQ(json["running"], true);
    EXPECT_EQ(json["instances"][0]["pid"], 4711);
    EXPECT_EQ(json["instances"][0]["status"]["outcomes"]["upstream_error"], 2);
    EXPECT_TRUE(json["instances"][1]["status"].is_null());
    EXPECT_THAT(json.dump(), Not(HasSubstr("canary")));
    const auto nobody = nlohmann::json::parse(status_json({}));
    EXPECT_EQ(nobody["running"], false);
    EXPECT_TRUE(nobody["instances"].empty());
    EXPECT_EQ(nlohmann::json::parse(status_json({ { instance(), "" } }))["running"], false);
}

TEST(Table, AlignsColumnsByWhatIsSeen)
{
    Table table({ "model", "n" });
    table.row({ "ä", "1" });
    table.row({ "longer-name", "1000" });
    EXPECT_EQ(
        table.text(no_colours, "  "), "  model           n\n  ä               1\n  longer-name  1000\n");
    EXPECT_EQ(table.text(Style::unless_forbidden({}), "").find("\x1b[2mmodel"), 0);
}

TEST(LiveScreen, ShowsWhatFits)
{
    EXPECT_EQ(fitted("ab\ncd\n", 80, 24), "\x1b[H\x1b[Kab\n\x1b[Kcd\n\x1b[J");
    EXPECT_EQ(fitted("abcdef\nxyz\nlast\n", 3, 2), "\x1b[H\x1b[Kabc\n\x1b[Kxyz");
    EXPECT_EQ(fitted("\x1b[31mabcd\x1b[0m!\n", 2, 1), "\x1b[H\x1b[K\x1b[31mab\x1b[0m");
    EXPECT_EQ(fitted("äöü\n", 2, 1), "\x1b[H\x1b[Käö");
    EXPECT_EQ(fitted("", 2, 1), "\x1b[H\n\x1b[J");
    EXPECT_EQ(fitted("broken \x1b[31", 80, 1), "\x1b[H\x1b[Kbroken \x1b[31");
}

} // namespace dragoman::cli
