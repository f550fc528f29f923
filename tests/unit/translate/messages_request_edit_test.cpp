#include "anthropic/decode_request.h"
#include "support/targets.h"
#include "translate/messages_request_edit.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace dragoman::translate {

namespace {

// Presets, one of each kind of endpoint.
namespace endpoint {
constexpr std::string_view anthropic = "anthropic";
constexpr std::string_view openrouter = "openrouter";
constexpr std::string_view other = "deepseek";
} // namespace endpoint

route::Target target(std::string model = "anthropic/claude-sonnet-5.5")
{
    return { .model = std::move(model), .facts = std::make_shared<route::ModelFacts>() };
}

Result<UpstreamCall> call(std::string_view body, std::string_view preset = endpoint::openrouter,
    const ClientHeaders& headers = {}, const route::Target& to = target())
{
    json::Document document;
    auto request = anthropic::decode_request(document, body);
    if (!request)
        return Failure(request.error());
    auto sent = to_messages(document, *request, test::at(preset, to), headers, {});
    if (sent)
        sent->body = json::Pieces(sent->body.text());
    return sent;
}

std::string field(const UpstreamCall& sent, std::string_view name)
{
    for (const auto& [key, value] : sent.fields)
        if (key == name)
            return value;
    return "-";
}

std::string request_with(std::string_view more)
{
    return R"({"model":"claude-x","max_tokens":100,"messages":[{"role":"user","content":"hi"}])"
        + std::string(more) + "}";
}

} // namespace

TEST(MessagesRequestEdit, SendsTheVersionAndTheListOfBetas) // R62, C-18
{
    const ClientHeaders headers {
        .anthropic_beta =
            "claude-code-20250219, interleaved-thinking-2025-05-14,context-management-2025-06-27 "
            ",brand-new-2030-01-01,"
            "thinking-display-updates-2026-08-18,,effort-2025-11-24"
    };
    auto sent = *call(request_with(""), endpoint::openrouter, headers);
    EXPECT_EQ(field(sent, "anthropic-version"), "2023-06-01");
    const std::string kept =
        "interleaved-thinking-2025-05-14,context-management-2025-06-27,brand-new-2030-01-01,"
        "effort-2025-11-24";
    EXPECT_EQ(field(sent, "anthropic-beta"), kept);
    EXPECT_EQ(field(sent, "x-anthropic-beta"), kept);
}

TEST(MessagesRequestEdit, RemovesABetaWithTheFieldThatItGates)
{
    const ClientHeaders headers { .anthropic_version = "2030-01-01",
        .anthropic_beta = "context-management-2025-06-27,effort-2025-11-24,brand-new-2030-01-01" };
    const std::string body =
        request_with(R"(,"context_management":{"edits":[]},"output_config":{"effort":"low"})");
    auto gpt = *call(body, endpoint::openrouter, headers, target("openai/gpt-5"));
    EXPECT_EQ(gpt.body.text().find("context_management"), std::string::npos);
    EXPECT_EQ(field(gpt, "anthropic-beta"), "effort-2025-11-24,brand-new-2030-01-01");
    EXPECT_EQ(field(gpt, "anthropic-version"), "2030-01-01");
    auto other = *call(body, endpoint::other, headers, target("deepseek-chat"));
    EXPECT_NE(other.body.text().find(R"("output_config":{"effort":"low"})"), std::string::npos);
    EXPECT_EQ(field(other, "anthropic-beta"), "brand-new-2030-01-01");
    EXPECT_EQ(field(other, "x-anthropic-beta"), "-");
}

TEST(MessagesRequestEdit, LeavesAnthropicsOwnApiEverything)
{
    const ClientHeaders headers {
        .anthropic_beta = "claude-code-20250219,oauth-2025-04-20", .session_id = "s", .agent_id = "a"
    };
    const std::string body = request_with(
        R"(,"mcp_servers":[{"name":"x"}],"container":"c","diagnostics":{"a":1},"thinking":{"type":"between_tools"})");
    auto sent = call(body, endpoint::anthropic, headers, target("claude-y"));
    ASSERT_TRUE(sent) << sent.error().message;
    std::string expected = body;
    expected.replace(expected.find("claude-x"), 8, "claude-y");
    EXPECT_EQ(sent->body.text(), expected);
    EXPECT_EQ(field(*sent, "anthropic-beta"), "claude-code-20250219,oauth-2025-04-20");
    EXPECT_EQ(field(*sent, "x-claude-code-session-id"), "s");
    EXPECT_EQ(field(*sent, "x-claude-code-agent-id"), "a");
}

TEST(MessagesRequestEdit, RefusesWhatOnlyAnthropicsServersCanDo) // R61
{
    for (std::string_view more : { R"(,"mcp_servers":[{"name":"x"}])", R"(,"container":{"id":"c"})",
             R"(,"thread":{"type":"continue","id":"t"})" }) {
        auto sent = call(request_with(more));
        ASSERT_FALSE(sent) << more;
        EXPECT_EQ(sent.error().kind, Error::Kind::bad_request);
        EXPECT_NE(sent.error().message.find(':'), std::string::npos) << "names the field";
    }
    for (std::string_view more :
        { R"(,"mcp_servers":[])", R"(,"container":null)", R"(,"thread":{"type":"create"})" }) {
        auto sent = call(request_with(more));
        ASSERT_TRUE(sent) << more;
        EXPECT_EQ(nlohmann::json::parse(sent->body.text()).size(), 3U) << sent->body.text();
    }
}

TEST(MessagesRequestEdit, HidesTheDeviceAndKeepsTheSession) // R59
{
    const std::string body = request_with(
        R"(,"metadata":{"user_id":"{\"device_id\":\"d3adbeef\",\"account_uuid\":\"acc\",\"session_id\":\"s-1\"}"})");
    auto sent = nlohmann::json::parse(call(body)->body.text());
    const std::string user = sent["metadata"]["user_id"];
    EXPECT_EQ(user.substr(0, 3), "cc_");
    EXPECT_EQ(user.size(), 43U);
    EXPECT_EQ(sent["session_id"], "s-1");
    EXPECT_EQ(sent.dump().find("d3adbeef"), std::string::npos);
    EXPECT_EQ(sent.dump().find("acc\""), std::string::npos);

    auto agent = nlohmann::json::parse(call(body, endpoint::openrouter, { .agent_id = "7" })->body.text());
    EXPECT_EQ(agent["metadata"], sent["metadata"]);
    EXPECT_NE(agent["session_id"], sent["session_id"]) << "a subagent's prompt is another one";

    auto own = nlohmann::json::parse(
        call(request_with(R"(,"session_id":"mine","metadata":{"user_id":"abc"})"))->body.text());
    EXPECT_EQ(own["session_id"], "mine");
}

TEST(MessagesRequestEdit, TellsTheAnswerWhatItNeeds)
{
    route::ModelFacts facts { .known = true };
    facts.context_length = 200000;
    facts.max_output = 50;
    facts.has_reasoning = true;
    route::Target to { .model = "anthropic/y", .facts = std::make_shared<route::ModelFacts>(facts) };
    auto sent = *call(request_with(R"(,"stream":true)"), endpoint::openrouter, {}, to);
    EXPECT_TRUE(sent.plan.stream);
    EXPECT_EQ(sent.plan.client_model, "claude-x");
    EXPECT_EQ(sent.plan.upstream_model, "anthropic/y");
    EXPECT_EQ(sent.plan.upstream_name, "openrouter");
    EXPECT_EQ(sent.plan.context_length, 200000U);
    EXPECT_EQ(sent.plan.max_tokens, 50U);
    EXPECT_NE(sent.body.text().find(R"("max_tokens":50)"), std::string::npos);
}

TEST(MessagesRequestEdit, LowersTheBudgetOfThinkingWithTheLimit)
{
    route::ModelFacts facts { .known = true };
    facts.max_output = 8000;
    facts.has_reasoning = true;
    route::Target to { .model = "anthropic/y", .facts = std::make_shared<route::ModelFacts>(facts) };
    auto sent =
        *call(R"({"thinking":{"type":"enabled","budget_tokens":31999},"model":"m","max_tokens":32000,)"
              R"("messages":[{"role":"user","content":"hi"}]})",
            endpoint::openrouter, {}, to);
    EXPECT_NE(sent.body.text().find(R"("budget_tokens":6400)"), std::string::npos) << sent.body.text();
    EXPECT_NE(sent.body.text().find(R"("max_tokens":8000)"), std::string::npos) << sent.body.text();
}

TEST(MessagesRequestEdit, NeverTouchesForeignThinking) // R37
{
    const std::string turn =
        R"({"role":"assistant","content":[{"type":"thinking","thinking":"a\u0041","signature":"EqQB"} , )"
        R"({"type":"redacted_thinking","data":"xyz"},{"type":"text","text":"t"}]})";
    const std::string body = R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"},)"
        + turn + R"(,{"role":"user","content":"r"}]})";
    for (std::string_view profile : { endpoint::anthropic, endpoint::openrouter, endpoint::other })
        EXPECT_NE(call(body, profile)->body.text().find(turn), std::string::npos);
}

TEST(MessagesRequestEdit, KeepsOnlySignedThoughtsWhereSignaturesAreChecked)
{
    const std::string kept = R"({"type":"thinking","thinking":"x","signature":"EqQB"})";
    const std::string text = R"({"type":"text","text":"t"})";
    for (const std::string lost :
        { R"({"type":"thinking","thinking":"y"})", R"({"type":"thinking","thinking":"y","signature":""})",
            R"({"type":"thinking","thinking":"y","signature":"dgm1.a"})" }) {
        const std::string body = R"({"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[)"
            + kept + "," + lost + "," + text + "]}]}";
        const auto sent = nlohmann::json::parse(call(body)->body.text());
        EXPECT_EQ(sent["messages"][0]["content"], nlohmann::json::parse("[" + kept + "," + text + "]"))
            << lost;
    }
}

TEST(MessagesRequestEdit, GivesAVendorTheSchemasThatItTakes)
{
    const std::string tools = R"("tools":[{"name":"A","input_schema":{"type":"object","properties":{)"
                              R"("p":{"type":"string","anyOf":[{"minLength":1},{"enum":["x"]}]}}}})";
    const std::string deferred =
        R"(,{"name":"B","defer_loading":true,"input_schema":{"type":"object","properties":{}}})";
    const std::string moved =
        R"("properties":{"p":{"anyOf":[{"type":"string","minLength":1},{"type":"string","enum":["x"]}]}})";
    const auto sent = [&](const std::string& more, std::string_view preset, const std::string& model) {
        return call(request_with("," + tools + more + "]"), preset, {}, target(model))->body.text();
    };
    EXPECT_NE(sent("", "moonshot", "kimi-k2.5").find(moved), std::string::npos);
    EXPECT_NE(sent(deferred, "moonshot", "kimi-k2.5").find(moved), std::string::npos);
    EXPECT_NE(sent("", "deepseek", "deepseek-chat").find(tools), std::string::npos);
    EXPECT_NE(sent("", "openrouter", "anthropic/claude-opus-5.5").find(tools), std::string::npos);
    EXPECT_EQ(sent("", "openrouter", "google/gemini-3-pro").find("minLength\":1}"), std::string::npos);
}

TEST(MessagesRequestEdit, GivesASystemMessageOneSpellingForBothOfTheClients) // P1
{
    auto sent = [](const std::string& content, std::string_view profile) {
        return call(R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"},)"
                    R"({"role":"system","content":)"
                + content + "}]}",
            profile)
            ->body.text();
    };
    const std::string blocks = R"([{"type":"text","text":"a \u00e9 \"b\""}])";
    const std::string plain = R"("a \u00e9 \"b\"")";
    EXPECT_EQ(sent(plain, endpoint::openrouter), sent(blocks, endpoint::openrouter));
    EXPECT_NE(sent(plain, endpoint::openrouter).find(blocks), std::string::npos);
    EXPECT_NE(sent(plain, endpoint::anthropic).find(plain), std::string::npos);
}

TEST(MessagesRequestEdit, PutsARemarkBehindTheResultsThatItMustNotPartFromTheirCalls) // R8
{
    const std::string call_it =
        R"({"role":"assistant","content":[{"type":"tool_use","id":"i","name":"A","input":{}}]},)";
    const std::string remark = R"({"role":"system","content":"R"},)";
    auto sent = [](const std::string& messages) {
        const std::string body =
            R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"},)" + messages + "]}";
        return nlohmann::json::parse(call(body, endpoint::other)->body.text())["messages"];
    };
    const auto after_results = sent(call_it + remark
        + R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":"r"}]})");
    ASSERT_EQ(after_results.size(), 3);
    EXPECT_EQ(after_results[2]["content"][0]["type"], "tool_result");
    EXPECT_EQ(after_results[2]["content"][1]["text"], "<system-reminder>\nR\n</system-reminder>");

    const std::string said = R"({"role":"assistant","content":"a"},)";
    EXPECT_EQ(sent(said + remark + remark + R"({"role":"user","content":"b"})")[2]["content"],
        "<system-reminder>\nR\n</system-reminder>\n\n<system-reminder>\nR\n</system-reminder>\n\nb");
    EXPECT_EQ(sent(said + remark
                  + R"({"role":"user","content":[{"type":"text","text":"b"}]})")[2]["content"][1]["text"],
        "b");
    EXPECT_EQ(sent(said + R"({"role":"system","content":"R"})")[2]["role"], "user");
}

TEST(MessagesRequestEdit, AsksInWordsForTheSchemaThatAVendorHasNoFieldFor) // R54
{
    const std::string schema = R"({"type":"object","properties":{"t":{"type":"string"}}})";
    const std::string words =
        "Respond only with JSON that matches this JSON schema, without any text before or after it:\n"
        + schema;
    auto system = [](const std::string& more, std::string_view profile) {
        return nlohmann::json::parse(call(request_with(more), profile)->body.text())["system"];
    };
    const std::string format = R"("format":{"type":"json_schema","schema":)" + schema + "}";
    const std::string wanted = R"(,"output_config":{"effort":"low",)" + format + "}";
    EXPECT_EQ(system(wanted, endpoint::other), words);
    EXPECT_EQ(system(R"(,"output_)" + format.substr(1), endpoint::other), words);
    EXPECT_EQ(system(R"(,"system":"be brief")" + wanted, endpoint::other), "be brief\n\n" + words);
    EXPECT_EQ(system(R"(,"system":[{"type":"text","text":"be brief"}])" + wanted, endpoint::other)[1]["text"],
        words);
    EXPECT_EQ(system(R"(,"system":[{"type":"text","text":"x-anthropic-billing-header: a=1;"}])" + wanted,
                  endpoint::other),
        words);
    EXPECT_EQ(system(R"(,"system":[])" + wanted, endpoint::other), words);
    for (std::string_view profile : { endpoint::openrouter, endpoint::anthropic })
        EXPECT_TRUE(system(wanted, profile).is_null());
    EXPECT_EQ(system(R"(,"system":"be brief")", endpoint::other), "be brief");
}

TEST(MessagesRequestEdit, KeepsFourMarksForCachesAtARouter) // R11
{
    const std::string mark = R"(,"cache_control":{"type":"ephemeral"})";
    auto text = [&](const std::string& said, bool marked) {
        return R"({"type":"text","text":")" + said + '"' + (marked ? mark : "") + "}";
    };
    auto body = [&](bool many) {
        return R"({"model":"m","max_tokens":9,"tools":[{"name":"A","input_schema":{})" + mark
            + R"(}],"system":[)" + text("s1", many) + "," + text("s2", true)
            + R"(],"messages":[{"role":"user","content":[)" + text("one", many)
            + R"(]},{"role":"assistant","content":[)" + text("two", true)
            + R"(]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":[)"
            + text("three", true) + R"(]}]}]})";
    };
    auto marks = [](const UpstreamCall& sent) {
        std::string shown;
        const auto json = nlohmann::json::parse(sent.body.text());
        for (const auto* list : { &json["tools"], &json["system"] })
            for (const auto& each : *list)
                shown += each.contains("cache_control") ? "x" : "-";
        for (const auto& message : json["messages"])
            for (const auto& block : message["content"])
                shown += (block.contains("content") ? block["content"][0] : block).contains("cache_control")
                    ? "x"
                    : "-";
        return shown;
    };
    EXPECT_EQ(marks(*call(body(true))), "x-x-xx");
    EXPECT_EQ(marks(*call(body(false))), "x-x-xx");
    EXPECT_EQ(marks(*call(body(true), endpoint::anthropic)), "xxxxxx");
}

TEST(MessagesRequestEdit, TakesNullForAnAbsentLimitOfTokens)
{
    const std::string body = R"({"model":"m","max_tokens":null,"messages":[{"role":"user","content":"q"}]})";
    for (std::string_view profile : { endpoint::anthropic, endpoint::openrouter })
        EXPECT_NE(call(body, profile)->body.text().find(R"("max_tokens":8192,)"), std::string::npos);
}

TEST(MessagesRequestEdit, GivesTheBeginningOfALongerHistoryTheSameBytes) // P1
{
    const std::string head =
        R"({"model":"m","max_tokens":9,"tools":[{"name":"A","input_schema":{}}],"system":"s",)"
        R"("messages":[)";
    const std::string turns[] = { R"({"role":"user","content":"one"})",
        R"({"role":"system","content":"reminder"})",
        R"({"role":"assistant","content":[{"type":"thinking","thinking":"x","signature":"dgm1.a"},{"type":"text","text":"t"},{"type":"tool_use","id":"i","name":"A","input":{}}]})",
        R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":"r","cache_control":{"type":"ephemeral","scope":"g"}}]})",
        R"({"role":"assistant","content":[{"type":"redacted_thinking","data":"dgm1.b"}]})",
        R"({"role":"user","content":"\ud83d"})" };
    for (std::string_view profile : { endpoint::anthropic, endpoint::openrouter }) {
        std::string history;
        std::string before;
        for (const std::string& turn : turns) {
            history += (history.empty() ? "" : ",") + turn;
            const std::string body = call(head + history + "]}", profile)->body.text();
            EXPECT_EQ(body, call(head + history + "]}", profile)->body.text());
            const std::string messages = body.substr(0, body.rfind(']'));
            EXPECT_TRUE(messages.starts_with(before)) << before << '\n' << messages;
            before = messages;
        }
    }
}

TEST(MessagesRequestEdit, FindsWhatGoesInBlocksOfEveryKind)
{
    const std::string mark = R"("cache_control":{"type":"ephemeral","scope":"g"})";
    const std::string blocks[] = { R"({"type":"text","text":"t",)" + mark + "}",
        R"({"type":"tool_use","id":"i","name":"A","input":{},)" + mark + "}",
        R"({"type":"tool_result","tool_use_id":"i","content":"r",)" + mark + "}",
        R"({"type":"tool_result","tool_use_id":"i","content":[{"type":"text","text":"t"},)"
        R"({"type":"text","text":"u",)"
            + mark + "}]}",
        R"({"type":"thinking","thinking":"x","signature":"EqQB",)" + mark + "}",
        R"({"type":"newer",)" + mark + "}" };
    for (const std::string& block : blocks) {
        const std::string body = R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":[)"
                                 R"({"type":"text","text":"plain"},)"
            + block + "]}]}";
        std::string expected = body;
        expected.replace(expected.find(R"("m")"), 3, R"("anthropic/claude-sonnet-5.5")");
        const std::string_view scope = R"(,"scope":"g")";
        expected.erase(expected.find(scope), scope.size());
        EXPECT_EQ(call(body)->body.text(), expected);
    }
}

// The last one counts, and is what was decoded; the other goes along, edited no less.
TEST(MessagesRequestEdit, EditsAFieldThatIsThereTwice)
{
    const std::string_view scope = R"(,"scope":"g")";
    const std::string marked =
        R"("messages":[{"role":"user","content":[{"type":"text","text":"t","cache_control":{"type":"ephemeral","scope":"g"}}]}])";
    const std::string plain = R"("messages":[{"role":"user","content":[{"type":"text","text":"t"}]}])";
    for (const std::string& both : { marked + "," + plain, plain + "," + marked }) {
        const std::string body = call(R"({"model":"m","max_tokens":5,)" + both + "}")->body.text();
        EXPECT_EQ(body.find(scope), std::string::npos) << body;
    }
}

TEST(MessagesRequestEdit, EditsToolsThatAreThereTwice)
{
    const std::string marked =
        R"("tools":[{"name":"A","input_schema":{},"cache_control":{"type":"ephemeral","scope":"g"}}])";
    const std::string plain = R"("tools":[{"name":"A","input_schema":{}}])";
    for (const std::string& both : { marked + "," + plain, plain + "," + marked }) {
        const std::string body = call(request_with("," + both))->body.text();
        EXPECT_EQ(body.find(R"("scope")"), std::string::npos) << body;
    }
}

// Even where nothing is to be done about any block of the message, and whatever the value is.
TEST(MessagesRequestEdit, TakesFieldsOfBetasOutOfMessages)
{
    const std::string before = R"({"role":"user","content":"a"},)";
    const std::string after =
        R"(,{"role":"assistant","content":[{"type":"text","text":"b"}]},{"role":"user","content":"c"}])";
    for (const std::string_view field : { R"("clear_at":null)", R"("clear_at":"next_user_message")",
             R"("output_config":null)", R"("output_config":{"effort":"low"})", R"("cle\u0061r_at":1)" }) {
        const std::string message = R"({"role":"user","content":"q")";
        const std::string body = R"({"model":"m","max_tokens":5,"messages":[)" + before + message + ","
            + std::string(field) + "}" + after + "}";
        auto sent = call(body);
        ASSERT_TRUE(sent) << sent.error().message;
        const std::string text = sent->body.text(); // behind the messages, the effort of all of it
        EXPECT_NE(text.find("[" + before + message + "}" + after), std::string::npos) << text;
        EXPECT_NE(call(body, endpoint::anthropic)->body.text().find(field), std::string::npos);
    }
}

TEST(MessagesRequestEdit, LeavesLongPartsWhereTheyAre)
{
    const std::string text(100000, 'x');
    const std::string body =
        R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":")" + text + R"("}]})";
    json::Document document;
    auto request = anthropic::decode_request(document, body);
    ASSERT_TRUE(request);
    auto sent = to_messages(document, *request, test::at(endpoint::openrouter, target()), {}, {});
    ASSERT_TRUE(sent);
    EXPECT_TRUE(sent->body.borrows());
    EXPECT_LT(sent->body.own.size(), 1000U);
    EXPECT_EQ(sent->body.text(), call(body)->body.text());
    EXPECT_EQ(sent->body.size(), sent->body.text().size());
}

TEST(MessagesRequestEdit, SaysWhatItDroppedByNameOnly)
{
    auto sent = *call(
        request_with(R"(,"diagnostics":{"secret":"s3cret"},"system":"x-anthropic-billing-header: a;")"));
    EXPECT_EQ(sent.notes.dropped, (std::vector<std::string> { "billing header", "diagnostics", "system" }));
}

TEST(MessagesRequestEdit, FindsFieldsHoweverTheirNamesAreEscaped)
{
    auto sent = call(
        R"({"\u006dodel":"claude-x","max_tokens":5,"diagn\u006fstics":1,"messages":[{"role":"user","content":"q"}]})");
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(sent->body.text(),
        R"({"\u006dodel":"anthropic/claude-sonnet-5.5","max_tokens":5,"messages":[{"role":"user","content":"q"}]})");
}

TEST(MessagesRequestEdit, ReplacesTheModelWhereverItStands) // J-05
{
    const std::string body =
        R"({"model":"a","max_tokens":5,"messages":[{"role":"user","content":"model"}],"model":"b"})";
    auto sent = call(body);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->plan.client_model, "b");
    EXPECT_EQ(sent->body.text().find("\"a\""), std::string::npos);
    EXPECT_EQ(sent->body.text().find("\"b\""), std::string::npos);
}

} // namespace dragoman::translate
