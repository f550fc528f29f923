#include "cli/doctor_checks.h"
#include "cli/doctor_client.h"
#include "cli/doctor_request.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Level = Finding::Level;

Findings silent()
{
    return Findings([](const Finding&) { });
}

std::string all_of(const Findings& findings)
{
    std::string text;
    for (const Finding& finding : findings.all())
        text += fmt::format("{}: {} -> {}\n", name_of(finding.level), finding.text, finding.remedy);
    return text;
}

std::string said_of(const Environment& environment)
{
    Findings findings = silent();
    check_client_environment(environment, findings);
    return all_of(findings);
}

TEST(Doctor, TheClockMayBeFiveMinutesOff)
{
    constexpr std::int64_t then = 1763719200; // Fri, 21 Nov 2025 10:00:00 GMT
    const auto said = [](std::int64_t now, std::string_view date = "Fri, 21 Nov 2025 10:00:00 GMT") {
        Findings findings = silent();
        check_clock(findings, date, now);
        return all_of(findings);
    };
    EXPECT_THAT(said(then + 299), HasSubstr("ok: agrees"));
    EXPECT_THAT(said(then + 301), HasSubstr("warning: this machine's clock is 5 minutes ahead"));
    EXPECT_THAT(said(then - 7200), HasSubstr("2 hours behind"));
    EXPECT_EQ(said(then, "yesterday"), "");
}

TEST(Doctor, VersionsAreCompared)
{
    const auto said = [](std::string_view version) {
        Findings findings = silent();
        check_version(version, "/bin/claude", findings);
        return all_of(findings);
    };
    EXPECT_THAT(said("2.1.197 (Claude Code)\n"), HasSubstr("ok: /bin/claude is 2.1.197 (Claude Code) -> "));
    EXPECT_THAT(said("2.1.329"), HasSubstr("ok:"));
    EXPECT_THAT(said("3.0.0"), HasSubstr("ok:"));
    EXPECT_THAT(said("2.1.99 (Claude Code)"), HasSubstr("note: /bin/claude is 2.1.99 (Claude Code), older"));
    EXPECT_THAT(said("2.1"), HasSubstr("warning:"));
    EXPECT_THAT(said(""), HasSubstr("warning:"));
}

TEST(Doctor, ConflictsInTheEnvironmentAreNamedAndValuesAreNot)
{
    EXPECT_EQ(said_of({ { "PATH", "/bin" }, { "ANTHROPIC_AUTH_TOKEN", "x" } }), "");
    const std::string both =
        said_of({ { "ANTHROPIC_API_KEY", "canary" }, { "ANTHROPIC_AUTH_TOKEN", "canary" } });
    EXPECT_THAT(both, HasSubstr("both set"));
    EXPECT_THAT(both, Not(HasSubstr("canary")));
    EXPECT_THAT(said_of({ { "ANTHROPIC_API_BASE_URL", "x" } }),
        HasSubstr("warning: ANTHROPIC_API_BASE_URL is ignored"));
    EXPECT_THAT(said_of({ { "ANTHROPIC_SMALL_FAST_MODEL", "x" } }), HasSubstr("deprecated"));
    EXPECT_THAT(said_of({ { "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "0" } }), HasSubstr("note:"));
    EXPECT_THAT(said_of({ { "CLAUDE_CODE_USE_BEDROCK", "1" } }), HasSubstr("another provider"));
    EXPECT_THAT(
        said_of({ { "ANTHROPIC_BASE_URL", "https://elsewhere.example" } }), HasSubstr("another machine"));
    EXPECT_EQ(said_of({ { "ANTHROPIC_BASE_URL", "http://127.0.0.1:8080" } }), "");
}

TEST(Doctor, AProxyNeedsAnExceptionForThisMachine)
{
    EXPECT_THAT(said_of({ { "HTTPS_PROXY", "http://p:1" } }), HasSubstr("NO_PROXY leaves this machine out"));
    EXPECT_THAT(
        said_of({ { "HTTPS_PROXY", "http://p:1" }, { "NO_PROXY", "intranet" } }), HasSubstr("NO_PROXY"));
    for (const char* direct : { "127.0.0.1,localhost", "*", "a,localhost" })
        EXPECT_EQ(said_of({ { "HTTPS_PROXY", "http://p:1" }, { "no_proxy", direct } }), "") << direct;
}

TEST(Doctor, AnswersAreReadAsAClientDoes)
{
    const TriedAnswer good = read_tried_answer(200,
        "event: content_block_start\ndata: "
        "{\"type\":\"content_block_start\",\"content_block\":{\"type\":\"tool_use\"}}\n\n"
        "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}\r\n\n"
        "data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":7}}\n\ndata: "
        "{\"type\":\"message_stop\"}");
    EXPECT_TRUE(good.tool && good.text && good.ended);
    EXPECT_EQ(good.output_tokens, 7U);
    EXPECT_EQ(good.error, "");
    const TriedAnswer broken =
        read_tried_answer(200, "data: {\"type\":\"error\",\"error\":{\"message\":\"fell silent\"}}\n");
    EXPECT_EQ(broken.error, "fell silent");
    EXPECT_FALSE(broken.ended);
    EXPECT_EQ(read_tried_answer(402, R"({"error":{"message":"no credit"}})").error, "402: no credit");
    EXPECT_EQ(read_tried_answer(502, "<html>").error, "502: no message");
}

TEST(Doctor, FindingsAreWrittenForPeopleAndPrograms)
{
    Findings findings = silent();
    findings.ok("key", "fine");
    findings.failure("port", "a \033[31mlong line", "do this");
    EXPECT_EQ(finding_text(findings.all()[0], {}, 80), "ok       key            fine\n");
    EXPECT_EQ(finding_text(findings.all()[1], {}, 40),
        "failure  port           a \\u001b[31mlong\n                        line\n"
        "                        -> do this\n");
    EXPECT_EQ(findings_summary(findings), "1 failure, 0 warnings.");
    const auto json = nlohmann::json::parse(findings_json(findings));
    EXPECT_EQ(json["ok"], false);
    EXPECT_EQ(json["failures"], 1);
    EXPECT_EQ(json["findings"][0]["check"], "key");
    EXPECT_TRUE(json["findings"][0]["remedy"].is_null());
    EXPECT_EQ(json["findings"][1]["level"], "failure");
    EXPECT_EQ(json["findings"][1]["remedy"], "do this");
}

TEST(Doctor, WhatIsUsedIsKnownByItsUpstream)
{
    config::Config config;
    config.upstreams = { { .name = "openrouter" }, { .name = "home" } };
    config.models = { .big = "a/one", .middle = "a/one", .small = "home/small" };
    config.routes = { { .name = "quick",
                          .targets = { { .upstream = "home", .model = "small" }, { .upstream = "home" } } },
        { .family = "opus", .targets = { { .upstream = "openrouter", .model = "b/two" } } } };
    std::vector<std::string> used;
    for (const UsedModel& one : models_in_use(config))
        used.push_back(fmt::format("{} {} {}: {}", one.upstream, one.model, one.name, one.role));
    EXPECT_THAT(used,
        ::testing::ElementsAre("0 a/one a/one: big, middle", "1 small home/small: small, route quick",
            "0 b/two openrouter/b/two: route family opus"));
}

TEST(Doctor, AFindingSaysWhoseItIs)
{
    Findings findings = silent();
    findings.about("groq");
    findings.ok("key", "from A");
    findings.about("");
    findings.ok("port", "is free");
    EXPECT_THAT(finding_text(findings.all()[0], Style {}, 100), HasSubstr("groq: from A"));
    EXPECT_THAT(findings_json(findings), HasSubstr(R"("remedy":null,"upstream":"groq"})"));
    EXPECT_THAT(findings_json(findings), HasSubstr(R"("finding":"is free","remedy":null})"));
}

} // namespace
} // namespace dragoman::cli
