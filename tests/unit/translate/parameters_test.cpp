#include "base/encoding.h"
#include "support/decoded_request.h"
#include "translate/parameters.h"
#include "translate/sampling.h"

namespace dragoman::translate {
namespace {

using nlohmann::json;
using test::DecodedRequest;
using test::supporting;
using test::target_for;

struct Sent {
    json fields {};
    UpstreamCall call {};
};

Sent send(const DecodedRequest& request, const route::Target& target, const ClientHeaders& client = {},
    std::uint64_t estimated_input = 100)
{
    Sent sent;
    const CacheMarks marks(*request, target);
    const Options options;
    sent.fields = test::written_json([&](dragoman::json::Writer& writer) {
        append_parameters(writer, { *request, target, client, options, marks, estimated_input, sent.call });
    });
    return sent;
}

Sent send(const std::string& fields, const std::string& model = "z-ai/glm-5")
{
    return send(DecodedRequest::with(fields), target_for(model));
}

json sent_fields(const std::string& fields, const std::string& model = "z-ai/glm-5")
{
    return send(fields, model).fields;
}

using Names = std::vector<std::string>;

TEST(Parameters, OfTheSmallestRequest)
{
    EXPECT_EQ(sent_fields(""), json::parse(R"({"model":"z-ai/glm-5","stream":false,"max_tokens":1000})"));
    EXPECT_EQ(sent_fields("\"stream\":true")["stream"], true);
}

TEST(Parameters, LimitTheAnswerToWhatTheModelCanGive)
{
    // R55
    route::ModelFacts facts;
    facts.max_output = 16384;
    auto limit = [&](const std::string& max_tokens, const std::string& model = "x/y") {
        const std::string field = max_tokens.empty() ? "" : "\"max_tokens\":" + max_tokens + ",";
        return send(
            DecodedRequest("{\"model\":\"m\"," + field + R"("messages":[{"role":"user","content":"x"}]})"),
            target_for(model, facts))
            .fields["max_tokens"];
    };
    EXPECT_EQ(limit("64000"), 16384);
    EXPECT_EQ(limit(""), 8192);
    EXPECT_EQ(limit("1"), 1);
    EXPECT_EQ(limit("1", "openai/gpt-5.5"), 16);
}

TEST(Parameters, LeaveRoomForThePrompt)
{
    // R56
    route::ModelFacts facts;
    facts.context_length = 10000;
    const DecodedRequest request(
        R"({"model":"m","max_tokens":9000,"messages":[{"role":"user","content":"x"}]})");
    EXPECT_EQ(send(request, target_for("x/y", facts), {}, 500).fields["max_tokens"], 9000);
    EXPECT_EQ(send(request, target_for("x/y", facts), {}, 4936).fields["max_tokens"], 5000);
    EXPECT_EQ(send(request, target_for("x/y", facts), {}, 9900).fields["max_tokens"], 1024);
    const Sent sent = send(request, target_for("x/y", facts), {}, 20000);
    EXPECT_EQ(sent.fields["max_tokens"], 1024);
    EXPECT_EQ(sent.call.plan.max_tokens, 1024U);
    EXPECT_EQ(sent.call.plan.context_length, 10000U);
}

TEST(Parameters, WarmACacheWithTheSmallestAnswer)
{
    const Sent sent =
        send(DecodedRequest(R"({"model":"m","max_tokens":0,"messages":[{"role":"user","content":"x"}]})"),
            target_for("x/y"));
    EXPECT_TRUE(sent.call.plan.prewarm);
    EXPECT_EQ(sent.fields["max_tokens"], 16);
}

TEST(Parameters, RenameTheLimitWhereOpenAiDid)
{
    const route::Target target = test::elsewhere(target_for("gpt-5.5"));
    const json fields = send(DecodedRequest::with("\"stream\":true"), target).fields;
    EXPECT_EQ(fields["max_completion_tokens"], 1000);
    EXPECT_FALSE(fields.contains("max_tokens"));
    EXPECT_EQ(fields["stream_options"], json::parse(R"({"include_usage":true})"));
}

TEST(Sampling, GoesAsFarAsTheModelTakesIt)
{
    // R58
    const std::string all = R"("temperature":1.0,"top_p":0.95,"top_k":40)";
    const json open = sent_fields(all);
    EXPECT_EQ(open["temperature"], 1.0);
    EXPECT_EQ(open["top_p"], 0.95);
    EXPECT_EQ(open["top_k"], 40);
    const Sent refused =
        send(DecodedRequest::with(all), target_for("openai/gpt-5.5", supporting({ "max_tokens", "top_p" })));
    EXPECT_FALSE(refused.fields.contains("temperature"));
    EXPECT_TRUE(refused.fields.contains("top_p"));
    EXPECT_EQ(refused.call.notes.dropped, (Names { "temperature", "top_k" }));
    EXPECT_FALSE(sent_fields(all, "anthropic/claude-opus-5.5").contains("top_p"));
}

TEST(Sampling, KeepsTheSpellingOfNumbers)
{
    const DecodedRequest request = DecodedRequest::with(R"("temperature":1.0)");
    UpstreamCall call;
    EXPECT_EQ(test::written([&](dragoman::json::Writer& writer) {
        append_sampling(writer, *request, target_for("x/y"), call);
    }),
        R"({"temperature":1.0})");
}

TEST(Sampling, SendsFourStopSequencesAndPlansForTheRest)
{
    // R57
    const Sent sent = send(R"("stop_sequences":["a",""," \n","b\n","\u00e9","d","e"])");
    EXPECT_EQ(sent.fields["stop"], json::parse(R"(["a","b\n","é","d"])"));
    EXPECT_EQ(sent.call.plan.stop_sequences, (Names { "a", "b\n", "\xC3\xA9", "d", "e" }));
    EXPECT_EQ(sent.call.plan.stop_sequences_upstream, 4U);
    EXPECT_FALSE(sent_fields(R"("stop_sequences":[])").contains("stop"));
    const Sent none =
        send(DecodedRequest::with(R"("stop_sequences":["</block>"])"), target_for("x/y", supporting({})));
    EXPECT_FALSE(none.fields.contains("stop"));
    EXPECT_EQ(none.call.plan.stop_sequences_upstream, 0U);
    EXPECT_EQ(none.call.plan.stop_sequences.size(), 1U);
}

TEST(OutputFormat, BindsTheAnswerToASchema)
{
    // R54
    const std::string format =
        R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":)"
        R"({"t":{"type":"string"}},"required":["t"],"additionalProperties":false}}})";
    const json bound = sent_fields(format)["response_format"];
    EXPECT_EQ(bound["type"], "json_schema");
    EXPECT_EQ(bound["json_schema"]["name"], "output");
    EXPECT_EQ(bound["json_schema"]["strict"], true);
    EXPECT_EQ(bound["json_schema"]["schema"]["required"], json::parse(R"(["t"])"));
    EXPECT_EQ(sent_fields(format, "openai/gpt-5.5")["response_format"]["json_schema"]["strict"], true);
}

TEST(OutputFormat, IsNotStrictWhereOpenAiWouldRefuse)
{
    const std::string loose =
        R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":)"
        R"({"t":{"type":"string"}},"additionalProperties":false}}})";
    EXPECT_EQ(sent_fields(loose, "openai/gpt-5.5")["response_format"]["json_schema"]["strict"], false);
    EXPECT_EQ(sent_fields(loose)["response_format"]["json_schema"]["strict"], true);
}

TEST(OutputFormat, IsAskedForInWordsWhereItCannotBeBound)
{
    // R54
    const DecodedRequest request = DecodedRequest::with(
        R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}})");
    const auto json_only = target_for("x/y", supporting({ "response_format" }));
    EXPECT_EQ(send(request, json_only).fields["response_format"], json::parse(R"({"type":"json_object"})"));
    EXPECT_NE(format_instruction(*request, json_only).find(R"({"type":"object"})"), std::string::npos);
    const auto nothing = target_for("x/y", supporting({}));
    EXPECT_FALSE(send(request, nothing).fields.contains("response_format"));
    EXPECT_NE(format_instruction(*request, nothing).find("JSON"), std::string::npos);
    EXPECT_EQ(format_instruction(*request, target_for("x/y")), "");
    EXPECT_EQ(format_instruction(*DecodedRequest::with(""), nothing), "");
}

TEST(Identity, TellsASessionAndADigestAndNothingElse)
{
    // R59
    const std::string user_id =
        R"("metadata":{"user_id":"{\"device_id\":\"d3adbeef\",\"account_uuid\":\"acc\",\"session_id\":\"0b5e-77\"}"})";
    const json fields = sent_fields(user_id);
    EXPECT_EQ(fields["session_id"], "0b5e-77");
    EXPECT_EQ(fields["user"].get<std::string>().size(), 35U);
    EXPECT_EQ(fields.dump().find("d3adbeef"), std::string::npos);
    EXPECT_EQ(fields.dump().find("acc\""), std::string::npos);
    EXPECT_FALSE(fields.contains("metadata"));
    EXPECT_EQ(sent_fields(user_id), fields);

    const json older = sent_fields(R"("metadata":{"user_id":"user_abc_account_1-2_session_9f-8e"})");
    EXPECT_EQ(older["session_id"], "9f-8e");
    EXPECT_EQ(older.dump().find("abc"), std::string::npos);
    const json opaque = sent_fields(R"("metadata":{"user_id":"someone"})");
    EXPECT_FALSE(opaque.contains("session_id"));
    EXPECT_EQ(opaque.dump().find("someone"), std::string::npos);
    EXPECT_FALSE(sent_fields("").contains("user"));
}

TEST(Identity, IsTheRequestsOwnWhoeverAskedBefore)
{
    const auto sent = [](const std::string& person) {
        return sent_fields(R"("metadata":{"user_id":")" + person + "_session_of_" + person + "\"}");
    };
    const std::string lengthy(5000, 'z'); // longer than what is remembered
    const std::vector<std::string> people { "ann", "bob", "bob", lengthy, "ann", lengthy, "" };
    for (const std::string& person : people) {
        const json fields = sent(person);
        EXPECT_EQ(fields.value("user", ""), person.empty() ? "" : "cc-" + sha256_hex(person).substr(0, 32));
        if (person != lengthy) {
            EXPECT_EQ(fields["session_id"], "of_" + person);
        }
    }
}

TEST(Identity, KeepsAgentsApart)
{
    const DecodedRequest request = DecodedRequest::with("");
    const auto target = target_for("x/y");
    EXPECT_EQ(send(request, target, { .session_id = "s" }).fields["session_id"], "s");
    EXPECT_EQ(send(request, target, { .session_id = "s", .agent_id = "a1" }).fields["session_id"], "s-a1");
    EXPECT_FALSE(send(request, target, { .agent_id = "a1" }).fields.contains("session_id"));
    const std::string long_id(300, 'x');
    EXPECT_LE(send(request, target, { .session_id = long_id }).fields["session_id"].get<std::string>().size(),
        256U);
}

TEST(Parameters, MapTheTierAndTheSpeed)
{
    // R61
    EXPECT_FALSE(sent_fields(R"("service_tier":"auto")").contains("service_tier"));
    EXPECT_EQ(sent_fields(R"("service_tier":"standard_only")")["service_tier"], "default");
    EXPECT_EQ(sent_fields(R"("speed":"fast")")["service_tier"], "fast");
    EXPECT_EQ(send(R"("service_tier":"golden")").call.notes.dropped, Names { "service_tier" });
}

TEST(Parameters, NameModelsToFallBackOn)
{
    EXPECT_EQ(
        sent_fields(
            R"("fallbacks":[{"model":"a/b[1m]"},{"model":"z-ai/glm-5"},{"model":"c/d"},{"model":"e/f"}])")
            ["models"],
        json::parse(R"(["z-ai/glm-5","a/b","c/d"])"));
    const Sent sent = send(R"("fallbacks":[{"model":"claude-sonnet-5"}])");
    EXPECT_FALSE(sent.fields.contains("models"));
    EXPECT_EQ(sent.call.notes.dropped, Names { "fallbacks" });
    EXPECT_FALSE(sent_fields(R"("fallbacks":"default")").contains("models"));
}

TEST(Parameters, PassOnWhatIsMeantForOpenRouter)
{
    const json fields = sent_fields(
        R"("provider":{"order":["x"], "n":1.0},"plugins":[{"id":"web"}],"seed":7,"models":["q/r"],)"
        R"("reasoning":{"effort":"low"},"thinking":{"type":"adaptive"},"session_id":"mine",)"
        R"("metadata":{"user_id":"user_a_account_b_session_c"},"fallbacks":[{"model":"a/b"}])");
    EXPECT_EQ(fields["provider"]["order"][0], "x");
    EXPECT_EQ(fields["plugins"][0]["id"], "web");
    EXPECT_EQ(fields["seed"], 7);
    EXPECT_EQ(fields["models"], json::parse(R"(["q/r"])"));
    EXPECT_EQ(fields["reasoning"], json::parse(R"({"effort":"low"})"));
    EXPECT_EQ(fields["session_id"], "mine");
}

TEST(Parameters, DropTheRestAndSaySo)
{
    // R60, R61
    const Sent sent = send(
        R"("inference_geo":"us","brand_new":{"x":1},"betas":["b"],"diagnostics":{},"safeguards":[{"type":"t"}],)"
        R"("context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"},{"type":"clear_tool_uses_20250919"}]},)"
        R"("output_config":{"task_budget":{"tokens":1}},"container":null,"mcp_servers":[],"thread":{"type":"create"})");
    EXPECT_EQ(sent.fields, json::parse(R"({"model":"z-ai/glm-5","stream":false,"max_tokens":1000})"));
    EXPECT_EQ(sent.call.notes.dropped,
        (Names { "inference_geo", "brand_new", "output_config.task_budget", "context_management" }));
}

TEST(Parameters, SendStrangersOnlyWhatEverybodyKnows)
{
    const route::Target target = test::elsewhere(target_for("llama"));
    const json fields =
        send(DecodedRequest::with(
                 R"("provider":{},"seed":7,"top_k":4,"metadata":{"user_id":"user_a_account_b_session_c"})"),
            target)
            .fields;
    EXPECT_EQ(fields, json::parse(R"({"model":"llama","stream":false,"max_tokens":1000,"seed":7})"));
}

TEST(Parameters, CarryTheAutomaticMark)
{
    const std::string mark = R"("cache_control":{"type":"ephemeral","ttl":"1h"})";
    const Sent sent = send(mark, "anthropic/claude-opus-5.5");
    EXPECT_EQ(sent.fields["cache_control"], json::parse(R"({"type":"ephemeral","ttl":"1h"})"));
    EXPECT_TRUE(sent.call.plan.cache_ttl_1h);
    EXPECT_FALSE(sent_fields(mark).contains("cache_control"));
}

TEST(Parameters, AskForBetasOnlyWithClaude)
{
    // R62
    using Fields = std::vector<std::pair<std::string_view, std::string>>;
    EXPECT_EQ(send("", "anthropic/claude-opus-5.5").call.fields,
        (Fields { { "x-anthropic-beta", "interleaved-thinking-2025-05-14" } }));
    EXPECT_EQ(send(R"("thinking":{"type":"disabled"},"tools":[{"name":"a","strict":true,"input_schema":{}}])",
                  "anthropic/claude-opus-5.5")
                  .call.fields,
        (Fields { { "x-anthropic-beta", "structured-outputs-2025-11-13" } }));
    EXPECT_TRUE(send("").call.fields.empty());
}

TEST(Parameters, RefuseWhatOnlyAnthropicsServersCanDo)
{
    // R61
    auto refusal = [](const std::string& fields) {
        auto result = refuse_untranslatable(*DecodedRequest::with(fields));
        return result ? std::string("accepted") : result.error().message;
    };
    EXPECT_NE(refusal(R"("mcp_servers":[{"type":"url","url":"https://x","name":"n"}])")
                  .find("configure the MCP servers in the client"),
        std::string::npos);
    EXPECT_TRUE(refusal(R"("container":"c_1")").starts_with("container:"));
    EXPECT_TRUE(refusal(R"("compaction":{"type":"summarize"})").find("compaction is not supported")
        != std::string::npos);
    EXPECT_TRUE(refusal(R"("thread":{"type":"continue","id":"t"})").starts_with("thread:"));
    for (const char* fine : { "", R"("container":null,"mcp_servers":[])", R"("thread":{"type":"create"})",
             R"("safeguards":[{"type":"x"}])" })
        EXPECT_EQ(refusal(fine), "accepted") << fine;
}

TEST(Parameters, EstimateThePromptTheSameWayEveryTime)
{
    const DecodedRequest little = DecodedRequest::with("");
    const DecodedRequest more(
        R"({"model":"m","max_tokens":9,"system":"s","messages":[{"role":"user","content":")"
        + std::string(4000, 'x')
        + R"("},{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":")"
        + std::string(400000, 'A') + R"("}}]}]})");
    EXPECT_EQ(rough_input_tokens(*more), rough_input_tokens(*more));
    EXPECT_LT(rough_input_tokens(*little), 20U);
    EXPECT_GT(rough_input_tokens(*more), 1000U);
    EXPECT_LT(rough_input_tokens(*more), 5000U);
}

} // namespace
} // namespace dragoman::translate
