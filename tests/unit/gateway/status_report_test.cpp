#include "gateway/status_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace dragoman::gateway {

using nlohmann::json;

TEST(StatusReport, HasEveryFigure)
{
    Metrics metrics;
    metrics.begin();
    metrics.finish({ .upstream_model = "openai/gpt-5.5",
        .status = 200,
        .upstream_status = 200,
        .attempts = 1,
        .connection_reused = false,
        .first_byte_ms = 400,
        .total_ms = 900,
        .input_tokens = 7,
        .cached_tokens = 5,
        .output_tokens = 3,
        .cost_usd_micros = 41 });
    metrics.begin();
    metrics.finish({ .upstream_model = "openai/gpt-5.5",
        .status = 429,
        .outcome = RequestRecord::Outcome::upstream_error });
    metrics.begin();
    metrics.refused(401);
    metrics.fell_back("home/a", true, "503");
    metrics.fell_back("home/a", true, "503");
    metrics.mended("openai/gpt-5.5", "drop_images");
    const json status = json::parse(status_report(metrics.read(),
        { .version = "1.2.3",
            .pid = 4711,
            .started = 1795250000,
            .uptime_s = 60,
            .config = "/etc/a \"b\".toml",
            .degraded = true,
            .sessions = 2,
            .resident_bytes = 12345 }));
    EXPECT_EQ(status["service"], "dragoman");
    EXPECT_EQ(status["pid"], 4711);
    EXPECT_EQ(status["config"], "/etc/a \"b\".toml");
    EXPECT_EQ(status["degraded"], true);
    EXPECT_EQ(status["resident_bytes"], 12345);
    EXPECT_EQ(status["requests"], 2);
    EXPECT_EQ(status["errors"], 1);
    EXPECT_EQ(status["running"], 1);
    EXPECT_EQ(status["refused"], 1);
    EXPECT_EQ(
        status["outcomes"], json::parse(R"({"ok":1,"client_cancelled":0,"upstream_error":1,"proxy_error":0,
        "client_error":0})"));
    EXPECT_EQ(
        status["errors_by_status"], json::parse(R"([{"outcome":"upstream_error","status":429,"count":1}])"));
    EXPECT_NEAR(status["first_byte_ms"]["p50"].get<double>(), 400, 30);
    EXPECT_EQ(status["upstream_requests"], json::parse(R"({"new":1,"reused":0,"none":0})"));
    EXPECT_EQ(status["fallbacks"], json::parse(R"([{"target":"home/a","reason":"503","count":2}])"));
    EXPECT_EQ(
        status["mended"], json::parse(R"([{"target":"openai/gpt-5.5","remedy":"drop_images","count":1}])"));
    ASSERT_EQ(status["targets"].size(), 1);
    const json target = status["targets"][0];
    EXPECT_EQ(target["target"], "openai/gpt-5.5");
    EXPECT_EQ(target["requests"], 2);
    EXPECT_EQ(target["errors"], 1);
    EXPECT_EQ(target["tokens"], json::parse(R"({"input":7,"cached":5,"output":3})"));
    EXPECT_DOUBLE_EQ(target["cost_usd"].get<double>(), 0.000041);
}

TEST(StatusReport, KnowsNoPercentilesOfNothing)
{
    const json status = json::parse(status_report(Metrics().read(), {}));
    EXPECT_TRUE(status["first_byte_ms"]["p99"].is_null());
    EXPECT_TRUE(status["targets"].empty());
    EXPECT_FALSE(status.contains("resident_bytes"));
}

TEST(SessionReport, NamesWhoAnsweredLast)
{
    SessionFigures figures { .requests = 3, .output_tokens = 9, .cost_usd_micros = 1'250'000 };
    figures.answering.push_back({ "claude-opus-4-8", "openai/gpt-5.5", "Azure", 400'000 });
    figures.answering.push_back({ "claude-haiku-4-5", "openai/gpt-oss-20b", "", std::nullopt });
    const json session = json::parse(session_report("abc", figures));
    EXPECT_EQ(session["session"], "abc");
    EXPECT_EQ(session["requests"], 3);
    EXPECT_DOUBLE_EQ(session["cost_usd"].get<double>(), 1.25);
    EXPECT_EQ(session["model"], "openai/gpt-5.5");
    EXPECT_EQ(session["provider"], "Azure");
    EXPECT_EQ(session["answering"][0]["context_window"], 400'000);
    EXPECT_FALSE(session["answering"][1].contains("context_window"));
    EXPECT_FALSE(session.contains("next"));
    const json asked = json::parse(session_report("abc", {},
        SessionFigures::Answering {
            .client_model = "x", .model = "z-ai/glm-4.6", .context_window = 200'000 }));
    EXPECT_EQ(asked["next"]["model"], "z-ai/glm-4.6");
    EXPECT_EQ(asked["next"]["context_window"], 200'000);
    const json nothing = json::parse(session_report("abc", {}));
    EXPECT_TRUE(nothing["cost_usd"].is_null());
    EXPECT_EQ(nothing["model"], "");
}

} // namespace dragoman::gateway
