// Single decisions of the translation to the Responses API; whole requests stand in tests/golden/responses.
#include "support/responses_call.h"
#include "translate/envelope.h"
#include "translate/responses_parameters.h"

namespace dragoman::translate {

namespace {

using test::Json;
using test::responses_input;
using test::responses_request;
using test::responses_target;

std::string envelope(std::vector<std::string> items, std::string model = "gpt-5.1",
    std::string provider = "openrouter", std::string_view dialect = responses_dialect)
{
    return encode_envelope({ .dialect = std::string(dialect),
        .provider = std::move(provider),
        .model = std::move(model),
        .details = std::move(items) });
}

std::string thinking(const std::string& signature)
{
    return R"({"type":"thinking","thinking":"x","signature":")" + signature + R"("})";
}

// The types of the input items of one exchange whose answer holds `blocks`.
std::vector<std::string> types(const std::string& blocks)
{
    const Json input = responses_input(R"({"role":"user","content":"a"},{"role":"assistant","content":[)"
            + blocks + R"(]},{"role":"user","content":"b"})",
        responses_target("gpt-5.1"));
    std::vector<std::string> result;
    for (const Json& item : input)
        result.push_back(item["type"] == "message" ? item["role"] : item["type"]);
    return result;
}

using Types = std::vector<std::string>;
const std::string rs_1 = R"({"type":"reasoning","id":"rs_1","encrypted_content":"g1","summary":[]})";
const std::string rs_2 = R"({"type":"reasoning","id":"rs_2","encrypted_content":"g2","summary":[]})";
const std::string search =
    R"({"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}})";
const std::string text = R"({"type":"text","text":"t"})";

} // namespace

TEST(ResponsesRequest, StoresNothing)
{
    const Json sent = responses_request("", responses_target("gpt-5.1"));
    EXPECT_EQ(sent["store"], false);
    EXPECT_FALSE(sent.contains("previous_response_id"));
    EXPECT_FALSE(sent.contains("messages"));
}

TEST(ResponsesRequest, LetsAModelThinkThatShallSearch)
{
    const auto effort = [](const std::string& tools) {
        return responses_request(R"("thinking":{"type":"disabled"},"tools":[)" + tools + "]",
            test::at("openai",
                test::unlisted("gpt-5-mini", route::Target::Dialect::responses)))["reasoning"]["effort"];
    };
    EXPECT_EQ(effort(""), "minimal");
    EXPECT_EQ(effort(R"({"type":"web_search_20250305","name":"web_search"})"), "low");
}

TEST(ResponsesRequest, RemindsWhereNobodyKnowsSystemMessages) // R6
{
    const std::string messages = R"({"role":"user","content":"a"},{"role":"system","content":"be \"b\""})";
    const auto second = [&](std::string_view preset, const std::string& model) {
        return responses_input(
            messages, test::at(preset, test::unlisted(model, route::Target::Dialect::responses)))[1];
    };
    EXPECT_EQ(second("openai", "gpt-5.5"),
        Json::parse(
            R"({"type":"message","role":"developer","content":[{"type":"input_text","text":"be \"b\""}]})"));
    EXPECT_EQ(second("vllm", "qwen3"),
        Json::parse(R"({"type":"message","role":"user","content":[{"type":"input_text",)"
                    R"("text":"<system-reminder>\nbe \"b\"\n</system-reminder>"}]})"));
}

TEST(ResponsesRequest, AsksForEncryptedReasoningOfModelsThatReason)
{
    for (const char* model : { "gpt-5", "gpt-5.2-codex", "o3", "o4-mini", "gpt-oss-20b", "openai/gpt-5" }) {
        const Json sent = responses_request("", responses_target(model));
        EXPECT_EQ(sent["include"], Json({ "reasoning.encrypted_content" })) << model;
    }
    for (const char* model : { "gpt-4o", "gpt-4.1-mini", "gpt-5-chat-latest", "chatgpt-4o-latest" }) {
        const Json sent = responses_request(R"("thinking":{"type":"adaptive"})", responses_target(model));
        EXPECT_FALSE(sent.contains("include")) << model;
        EXPECT_FALSE(sent.contains("reasoning")) << model;
    }
}

TEST(ResponsesRequest, SendsEffortsThatTheModelTakes)
{
    const auto effort = [](const char* model, const char* fields) {
        const Json sent = responses_request(fields, responses_target(model));
        return sent.contains("reasoning") && sent["reasoning"].contains("effort")
            ? sent["reasoning"]["effort"].get<std::string>()
            : std::string("-");
    };
    constexpr auto max = R"("thinking":{"type":"adaptive"},"output_config":{"effort":"max"})";
    EXPECT_EQ(effort("gpt-5", max), "high");
    EXPECT_EQ(effort("gpt-5.1", max), "high");
    EXPECT_EQ(effort("gpt-5.1-codex-max", max), "xhigh");
    EXPECT_EQ(effort("gpt-5.2", max), "xhigh");
    EXPECT_EQ(effort("o3", max), "high");
    EXPECT_EQ(effort("qwen3", max), "high");
    constexpr auto off = R"("thinking":{"type":"disabled"})";
    EXPECT_EQ(effort("gpt-5-mini", off), "minimal");
    EXPECT_EQ(effort("gpt-5.1", off), "none");
    EXPECT_EQ(effort("gpt-5.2-codex", off), "-");
    EXPECT_EQ(effort("o4-mini", off), "low");
    EXPECT_EQ(effort("qwen3", off), "-");
}

TEST(ResponsesRequest, WantsASummaryUnlessNobodyReadsIt)
{
    const auto target = responses_target("gpt-5.1");
    EXPECT_EQ(responses_request(R"("thinking":{"type":"adaptive"})", target)["reasoning"],
        Json({ { "summary", "auto" } }));
    EXPECT_FALSE(responses_request(R"("thinking":{"type":"adaptive","display":"omitted"})", target)
            .contains("reasoning"));
}

TEST(ResponsesRequest, SaysTheLeastTokensThatAreTaken)
{
    const Json sent =
        test::responses_json(R"({"model":"c","max_tokens":5,"messages":[{"role":"user","content":"a"}]})",
            responses_target("gpt-5"));
    EXPECT_EQ(sent["max_output_tokens"], 16);
}

TEST(ResponsesRequest, EnforcesStopSequencesHere)
{
    auto call = test::responses_call(
        R"({"model":"c","max_tokens":5,"stop_sequences":["a","\n","b"],"messages":[{"role":"user","content":"x"}]})",
        responses_target("gpt-4.1"));
    ASSERT_TRUE(call);
    EXPECT_EQ(call->plan.stop_sequences, (std::vector<std::string> { "a", "b" }));
    EXPECT_EQ(call->plan.stop_sequences_upstream, 0u);
    EXPECT_EQ(call->body.text().find("stop"), std::string::npos);
}

TEST(ResponsesRequest, LeavesSamplingToModelsThatDoNotReason)
{
    constexpr auto fields = R"("temperature":0.5,"top_p":0.9,"top_k":3)";
    const Json plain = responses_request(fields, responses_target("gpt-4.1"));
    EXPECT_EQ(plain["temperature"], 0.5);
    EXPECT_EQ(plain["top_p"], 0.9);
    EXPECT_FALSE(plain.contains("top_k"));
    const Json reasoning = responses_request(fields, responses_target("gpt-5.1"));
    EXPECT_FALSE(reasoning.contains("temperature"));
    EXPECT_FALSE(reasoning.contains("top_p"));
}

TEST(ResponsesRequest, PassesItsOwnFieldsThrough)
{
    auto call = test::responses_call(
        R"({"model":"c","max_tokens":5,"reasoning":{"effort":"low"},"verbosity":"low","prompt_cache_key":"k","nonsense":1,)"
        R"("thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"x"}]})",
        responses_target("gpt-5.1"), { .session_id = "s" });
    ASSERT_TRUE(call);
    const Json sent = Json::parse(call->body.text());
    EXPECT_EQ(sent["reasoning"], Json({ { "effort", "low" } }));
    EXPECT_EQ(sent["text"], Json({ { "verbosity", "low" } }));
    EXPECT_EQ(sent["prompt_cache_key"], "k");
    EXPECT_EQ(call->notes.dropped, std::vector<std::string> { "nonsense" });
}

TEST(ResponsesRequest, ShortensASessionThatIsTooLongForAKey)
{
    const std::string session(100, 's');
    auto call =
        test::responses_call(R"({"model":"c","max_tokens":5,"messages":[{"role":"user","content":"x"}]})",
            responses_target("gpt-5"), { .session_id = session });
    ASSERT_TRUE(call);
    EXPECT_EQ(Json::parse(call->body.text())["prompt_cache_key"].get<std::string>().size(), 64u);
}

TEST(ResponsesRequest, RefusesWhatOnlyAnthropicsServersCanDo)
{
    auto call = test::responses_call(
        R"({"model":"c","max_tokens":5,"mcp_servers":[{"type":"url"}],"messages":[{"role":"user","content":"x"}]})",
        responses_target("gpt-5"));
    ASSERT_FALSE(call);
    EXPECT_EQ(http_status(call.error()), 400);
    EXPECT_FALSE(
        test::responses_call(R"({"model":"c","max_tokens":5,"messages":[]})", responses_target("gpt-5")));
}

TEST(ResponsesRequest, ChoosesTools)
{
    const auto target = responses_target("gpt-5.1");
    const std::string tools =
        R"("tools":[{"name":"Read","input_schema":{}},{"type":"web_search_20250305","name":"web_search"}],)";
    const auto choice = [&](const std::string& fields) {
        return responses_request(tools + R"("tool_choice":)" + fields, target)["tool_choice"];
    };
    EXPECT_EQ(choice(R"({"type":"auto"})"), "auto");
    EXPECT_EQ(choice(R"({"type":"any"})"), "required");
    EXPECT_EQ(choice(R"({"type":"none"})"), "none");
    EXPECT_EQ(
        choice(R"({"type":"tool","name":"Read"})"), Json({ { "type", "function" }, { "name", "Read" } }));
    EXPECT_EQ(choice(R"({"type":"tool","name":"web_search"})"), Json({ { "type", "web_search" } }));
    EXPECT_FALSE(responses_request(
        R"("tools":[],"tool_choice":{"type":"auto","disable_parallel_tool_use":true})", target)
            .contains("parallel_tool_calls"));
}

TEST(ResponsesRequest, SaysWhetherAToolIsStrict)
{
    constexpr auto fields =
        R"("tools":[{"name":"a","input_schema":{"type":"object"}},)"
        R"({"name":"b","strict":true,"input_schema":{"type":"object","properties":{},"additionalProperties":false}},)"
        R"({"name":"c","strict":true,"input_schema":{"type":"object","properties":{"x":{}}}}])";
    const Json tools = responses_request(fields, responses_target("gpt-5.1"))["tools"];
    EXPECT_EQ(tools[0]["strict"], false);
    EXPECT_EQ(tools[1]["strict"], true);
    EXPECT_EQ(tools[2]["strict"], false);
    EXPECT_FALSE(tools[0].contains("function"));
}

TEST(ResponsesRequest, RefusesToolsets)
{
    auto call = test::responses_call(
        R"({"model":"c","max_tokens":5,"tools":[{"type":"mcp_toolset"}],"messages":[{"role":"user","content":"x"}]})",
        responses_target("gpt-5"));
    EXPECT_FALSE(call);
}

TEST(ResponsesReasoning, GoesBackInFrontOfWhatItLedTo)
{
    EXPECT_EQ(types(thinking(envelope({ rs_1 })) + "," + text),
        (Types { "user", "reasoning", "assistant", "user" }));
    EXPECT_EQ(types(thinking(envelope({ rs_1, search })) + "," + thinking(envelope({ rs_2 })) + "," + text),
        (Types { "user", "reasoning", "web_search_call", "reasoning", "assistant", "user" }));
}

TEST(ResponsesReasoning, GoesToNobodyElse)
{
    const Types without { "user", "assistant", "user" };
    EXPECT_EQ(types(thinking(envelope({ rs_1 }, "gpt-5.2")) + "," + text), without);
    EXPECT_EQ(types(thinking(envelope({ rs_1 }, "gpt-5.1", "azure")) + "," + text), without);
    EXPECT_EQ(
        types(thinking(envelope({ rs_1 }, "gpt-5.1", "openrouter", chat_dialect)) + "," + text), without);
    EXPECT_EQ(types(thinking("EqQBCkYIBxgCKkA=") + "," + text), without);
    EXPECT_EQ(types(thinking("dgm1.broken") + "," + text), without);
}

// An envelope of this dialect says nothing to a chat upstream of the same family.
TEST(ResponsesReasoning, StaysAwayFromChatUpstreams)
{
    const Json messages =
        test::chat_messages(R"({"role":"user","content":"a"},{"role":"assistant","content":[)"
                + thinking(envelope({ rs_1 }, "openai/gpt-5")) + "," + text
                + R"(]},{"role":"user","content":"b"})",
            "openai/gpt-5");
    EXPECT_FALSE(messages[1].contains("reasoning_details")) << messages;
}

TEST(ResponsesReasoning, IsLeftOutWhenItLeadsToNothing)
{
    EXPECT_EQ(types(text + "," + thinking(envelope({ rs_1 }))), (Types { "user", "assistant", "user" }));
}

TEST(ResponsesReasoning, NeedsContent)
{
    const std::string bare =
        R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"s"}]})";
    EXPECT_EQ(
        types(thinking(envelope({ bare, search })) + "," + text), (Types { "user", "assistant", "user" }));
    const std::string open =
        R"({"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"s"}]})";
    EXPECT_EQ(types(thinking(envelope({ open })) + "," + text),
        (Types { "user", "reasoning", "assistant", "user" }));
}

// Some servers bring an item's content when its block is long closed; it counts where the item stood.
TEST(ResponsesReasoning, MayComeLate)
{
    const std::string bare = R"({"type":"reasoning","id":"rs_1","summary":[]})";
    EXPECT_EQ(types(thinking(envelope({ bare })) + "," + text + "," + thinking(envelope({ rs_1 }))),
        (Types { "user", "reasoning", "assistant", "user" }));
}

TEST(ResponsesReasoning, HonoursClearedThinking)
{
    const std::string messages = R"({"role":"user","content":"a"},{"role":"assistant","content":[)"
        + thinking(envelope({ rs_1 })) + "," + text + R"(]},{"role":"user","content":"b"},)"
        + R"({"role":"assistant","content":[)" + thinking(envelope({ rs_2 })) + "," + text
        + R"(]},{"role":"user","content":"c"})";
    const Json sent = test::responses_json(
        R"({"model":"c","max_tokens":50,"context_management":{"edits":[)"
        R"({"type":"clear_thinking_20251015","keep":{"type":"thinking_turns","value":1}}]},)"
        R"("messages":[)"
            + messages + "]}",
        responses_target("gpt-5.1"));
    std::vector<std::string> ids;
    for (const Json& item : sent["input"])
        if (item["type"] == "reasoning")
            ids.push_back(item["id"]);
    EXPECT_EQ(ids, std::vector<std::string> { "rs_2" });
}

TEST(ResponsesInput, GivesAnItemItsIdOnlyIfTheCallIsStillTheSame)
{
    const auto id_of = [](const std::string& call_id) {
        const std::string follower = R"({"type":"function_call","call_id":"call_Kd83jfLs01","id":"fc_1"})";
        const Json input = responses_input(R"({"role":"user","content":"a"},{"role":"assistant","content":[)"
                + thinking(envelope({ rs_1, follower })) + R"(,{"type":"tool_use","id":")" + call_id
                + R"(","name":"Read","input":{}}]})",
            responses_target("gpt-5.1"));
        return input[2].contains("id") ? input[2]["id"].get<std::string>() : std::string();
    };
    EXPECT_EQ(id_of("call_Kd83jfLs01"), "fc_1");
    EXPECT_EQ(id_of("call_Kd83jfLs99"), "");
}

TEST(ResponsesInput, SaysThatAPictureIsAnError)
{
    const Json input = responses_input(
        R"({"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"R","input":{}}]},)"
        R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":[)"
        R"({"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgoAAAAN"}}]}]})",
        responses_target("gpt-5.1"));
    EXPECT_EQ(input[2]["output"][0], Json({ { "type", "input_text" }, { "text", "Error:" } }));
    EXPECT_EQ(input[2]["output"][1]["type"], "input_image");
}

} // namespace dragoman::translate
