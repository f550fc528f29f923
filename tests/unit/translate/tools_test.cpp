#include "support/decoded_request.h"
#include "translate/tools.h"

namespace dragoman::translate {
namespace {

using nlohmann::json;
using test::DecodedRequest;
using test::target_for;

struct Sent {
    std::string text {};
    json fields {};
    Notes notes {};
    AnswerPlan plan {};
    std::string error {};

    std::vector<std::string> names() const
    {
        std::vector<std::string> names;
        for (const json& tool : fields.value("tools", json::array()))
            names.push_back(tool["type"] == "function" ? tool["function"]["name"] : tool["type"]);
        return names;
    }
};

using Names = std::vector<std::string>;

Sent send(const DecodedRequest& request, const route::Target& target)
{
    Sent sent;
    const ToolNames names(*request, target);
    const CacheMarks marks(*request, target);
    sent.text = test::written([&](dragoman::json::Writer& writer) {
        auto result = append_tools(writer, { *request, target, names, marks, sent.notes, sent.plan });
        if (!result)
            sent.error = result.error().message;
    });
    sent.fields = json::parse(sent.text);
    return sent;
}

Sent send(const std::string& fields, const std::string& model = "z-ai/glm-5")
{
    return send(DecodedRequest::with(fields), target_for(model));
}

std::string custom(const std::string& name, const std::string& more = "")
{
    return R"({"name":")" + name + R"(","input_schema":{"type":"object","properties":{}})" + more + "}";
}

TEST(Tools, BecomeFunctions)
{
    EXPECT_EQ(send(R"("tools":[{"name":"Bash","description":"Runs \u00e9","input_schema":)"
                   R"({"type":"object","properties":{"n":{"maximum":9007199254740993}}}}])")
                  .text,
        R"({"tools":[{"type":"function","function":{"name":"Bash","description":"Runs \u00e9",)"
        R"("parameters":{"type":"object","properties":{"n":{"maximum":9007199254740993}}}}}]})");
}

TEST(Tools, LeaveOutWhatIsNotGiven)
{
    // R43
    EXPECT_EQ(send(R"("tools":[{"type":"custom","name":"x"}])").text,
        R"({"tools":[{"type":"function","function":{"name":"x","parameters":{"type":"object","properties":{}}}}]})");
    EXPECT_EQ(send(R"("tools":[],"tool_choice":{"type":"auto","disable_parallel_tool_use":true})").text,
        "{}"); // R41
}

TEST(Tools, CarryMarksWhereTheyAreRead)
{
    // R12
    const std::string tools =
        "\"tools\":[" + custom("a", R"(,"cache_control":{"type":"ephemeral","ttl":"1h"})") + "]";
    EXPECT_EQ(send(tools, "anthropic/claude-opus-5.5").fields["tools"][0]["cache_control"],
        json::parse(R"({"type":"ephemeral","ttl":"1h"})"));
    EXPECT_FALSE(send(tools).fields["tools"][0].contains("cache_control"));
}

TEST(Tools, KeepStrictForClaudeOnly)
{
    const std::string tools =
        "\"tools\":[" + custom("a", R"(,"strict":true,"eager_input_streaming":true)") + "]";
    EXPECT_EQ(send(tools, "anthropic/claude-opus-5.5").fields["tools"][0]["function"]["strict"], true);
    const Sent other = send(tools);
    EXPECT_FALSE(other.fields["tools"][0]["function"].contains("strict"));
    EXPECT_EQ(other.notes.dropped, Names { "tools.strict" });
    EXPECT_EQ(other.text.find("eager"), std::string::npos);
}

TEST(Tools, TellExamplesInTheDescription)
{
    const Sent sent = send("\"tools\":["
        + custom("a", R"(,"description":"D","input_examples":[{"x":1},{"x":"\"2"},{},{"x":4}])") + "]");
    EXPECT_EQ(sent.fields["tools"][0]["function"]["description"],
        "D\n\nExamples of input:\n{\"x\":1}\n{\"x\":\"\\\"2\"}\n{}");
}

TEST(Tools, MendLoneSurrogates)
{
    const Sent sent = send(
        R"("tools":[{"name":"a","description":"x\ud83d","input_schema":{"type":"object","properties":{"p":{"description":"\udc00"}}}}])");
    EXPECT_EQ(sent.fields["tools"][0]["function"]["description"], "x\xEF\xBF\xBD");
    EXPECT_EQ(
        sent.fields["tools"][0]["function"]["parameters"]["properties"]["p"]["description"], "\xEF\xBF\xBD");
}

TEST(Tools, SpellOutWhatAnthropicDefines)
{
    // R45
    const Sent sent = send(
        R"("tools":[{"type":"bash_20250124","name":"bash"},)"
        R"({"type":"text_editor_20250728","name":"str_replace_based_edit_tool","max_characters":100},)"
        R"({"type":"text_editor_20241022","name":"str_replace_editor"},{"type":"memory_20250818","name":"memory"},)"
        R"({"type":"computer_20251124","name":"computer","display_width_px":1024,"display_height_px":768}])");
    EXPECT_EQ(sent.names(),
        (Names { "bash", "str_replace_based_edit_tool", "str_replace_editor", "memory", "computer" }));
    auto enums = [&](std::size_t tool, const char* name) {
        return sent.fields["tools"][tool]["function"]["parameters"]["properties"][name]["enum"];
    };
    EXPECT_EQ(sent.fields["tools"][0]["function"]["parameters"]["properties"]["restart"]["type"], "boolean");
    EXPECT_EQ(enums(1, "command").size(), 4U);
    EXPECT_EQ(enums(2, "command").back(), "undo_edit");
    EXPECT_EQ(enums(3, "command").back(), "rename");
    EXPECT_EQ(enums(4, "action").back(), "zoom");
    EXPECT_NE(sent.fields["tools"][4]["function"]["description"].get<std::string>().find("1024"),
        std::string::npos);
}

TEST(Tools, DropWhatHasNoCounterpart)
{
    // R45
    const Sent sent = send("\"tools\":[" + custom("a")
        + R"(,{"type":"code_execution_20250825","name":"code_execution"},{"type":"advisor_20260301","name":"advisor","model":"x"},)"
          R"({"type":"telepathy_20270101","name":"t"},{"type":"shiny_20270101","name":"s","input_schema":{"type":"object"}}])");
    EXPECT_EQ(sent.names(), (Names { "a", "s" }));
    EXPECT_EQ(sent.notes.dropped,
        (Names { "tools.code_execution_20250825", "tools.advisor_20260301", "tools.telepathy_20270101" }));
    const Sent only = send(
        R"("tools":[{"type":"code_execution_20250825","name":"code_execution"}],"tool_choice":{"type":"any"})");
    EXPECT_EQ(only.text, "{}"); // R41
}

TEST(Tools, RefuseToolsetsWithAWayOut)
{
    EXPECT_NE(send(R"("tools":[{"type":"mcp_toolset","mcp_server_name":"x"}])")
                  .error.find("configure the MCP servers"),
        std::string::npos);
    EXPECT_NE(send(R"("tools":[{"type":"computer_toolset_20260801","name":"c"}])")
                  .error.find("toolset not supported"),
        std::string::npos);
}

TEST(Tools, ForceTheSearchThatClaudeCodeAsksFor)
{
    // R46: as 2.1.197 asks, and as 2.1.329 does.
    for (const char* how :
        { R"(,"tool_choice":{"type":"tool","name":"web_search"},"thinking":{"type":"disabled"})",
            R"(,"tool_choice":{"type":"auto"})", "" }) {
        const DecodedRequest request(
            R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":)"
            R"("Perform a web search for the query: rust 1.95 \"notes\"\n"}]}],"tools":[{"type":"web_search_20250305",)"
            R"("name":"web_search","max_uses":8,"allowed_domains":["a.org"]}])"
            + std::string(how) + "}");
        const Sent sent = send(request, target_for("z-ai/glm-5"));
        EXPECT_EQ(sent.text,
            R"({"tools":[{"type":"openrouter:web_search","parameters":{"max_uses":8,"allowed_domains":["a.org"]}}],)"
            R"("tool_choice":{"type":"openrouter:web_search"}})");
        EXPECT_TRUE(sent.plan.web_search);
        EXPECT_EQ(sent.plan.web_search_query, "rust 1.95 \"notes\"");
    }
}

TEST(Tools, SearchBesideOtherToolsWithoutForce)
{
    const std::string tools =
        R"("tools":[{"type":"web_search_20260209","name":"web_search","blocked_domains":["b.org"],)"
        R"("user_location":{"type":"approximate","city":"Ulm"}},{"type":"web_fetch_20250910","name":"web_fetch",)"
        R"("max_uses":2,"blocked_domains":["c.org"],"citations":{"enabled":true}},)"
        + custom("a") + "]";
    const Sent sent = send(tools);
    EXPECT_EQ(sent.names(), (Names { "openrouter:web_search", "openrouter:web_fetch", "a" }));
    EXPECT_EQ(sent.fields["tools"][0]["parameters"],
        json::parse(R"({"excluded_domains":["b.org"],"user_location":{"type":"approximate","city":"Ulm"}})"));
    EXPECT_EQ(
        sent.fields["tools"][1]["parameters"], json::parse(R"({"max_uses":2,"blocked_domains":["c.org"]})"));
    EXPECT_FALSE(sent.fields.contains("tool_choice"));
    EXPECT_EQ(send(tools + R"(,"tool_choice":{"type":"tool","name":"web_search"})").fields["tool_choice"],
        json::parse(R"({"type":"openrouter:web_search"})"));
    EXPECT_EQ(sent.plan.web_search_query, "hi");
}

TEST(Tools, SearchForModelsWithoutTools)
{
    const Sent sent = send(
        DecodedRequest::with(
            R"("tools":[{"type":"web_search_20250305","name":"web_search","max_uses":8,"blocked_domains":["b.org"]}])"),
        target_for("x/base", test::supporting({ "max_tokens" })));
    EXPECT_EQ(
        sent.fields, json::parse(R"({"plugins":[{"id":"web","max_uses":8,"exclude_domains":["b.org"]}]})"));
    EXPECT_TRUE(sent.plan.web_search);
}

TEST(Tools, SendNoServerToolsToStrangers)
{
    const route::Target target = test::elsewhere(target_for("gpt-4o"));
    const Sent sent =
        send(DecodedRequest::with(R"("tools":[{"type":"web_search_20250305","name":"web_search"}])"), target);
    EXPECT_EQ(sent.text, "{}");
    EXPECT_EQ(sent.notes.dropped, Names { "tools.web_search_20250305" });
    EXPECT_TRUE(sent.plan.web_search);
}

TEST(Tools, GiveClaudeSomethingToPointAt)
{
    const std::string body =
        R"({"model":"m","max_tokens":9,"tools":[],"messages":[{"role":"assistant","content":[)"
        R"({"type":"tool_use","id":"i","name":"n","input":{}}]}]})";
    EXPECT_EQ(send(DecodedRequest(body), target_for("anthropic/claude-opus-5.5")).names(), Names { "noop" });
    EXPECT_EQ(send(DecodedRequest(body), target_for("z-ai/glm-5")).text, "{}");
}

// A conversation in which the client's search found `found`, one after another.
DecodedRequest searching(const std::vector<std::string>& found)
{
    std::string messages = R"({"role":"user","content":"q"})";
    for (const std::string& name : found)
        messages +=
            R"(,{"role":"assistant","content":[{"type":"tool_use","id":"i","name":"ToolSearch","input":{}}]},)"
            R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":[{"type":"tool_reference","tool_name":")"
            + name + "\"}]}]}";
    return DecodedRequest(R"({"model":"m","max_tokens":9,"messages":[)" + messages + "],\"tools\":["
        + custom("Bash") + "," + custom("WebFetch", R"(,"defer_loading":true)") + "," + custom("ToolSearch")
        + "," + custom("DeferredToolPlaceholder", R"(,"defer_loading":true)") + ","
        + custom("mcp__a", R"(,"defer_loading":true)") + "]}");
}

TEST(DeferredTools, StayAwayUntilTheHistoryRefersToThem)
{
    // R48
    const auto target = target_for("z-ai/glm-5");
    EXPECT_EQ(send(searching({}), target).names(), (Names { "Bash", "ToolSearch" }));
    EXPECT_EQ(send(searching({ "mcp__a" }), target).names(), (Names { "Bash", "ToolSearch", "mcp__a" }));
    EXPECT_EQ(send(searching({ "mcp__a", "WebFetch", "mcp__a" }), target).names(),
        (Names { "Bash", "ToolSearch", "mcp__a", "WebFetch" }));
    EXPECT_EQ(send(searching({ "DeferredToolPlaceholder", "unknown" }), target).names(),
        (Names { "Bash", "ToolSearch" }));
}

TEST(DeferredTools, LeaveWhatWasSentBeforeAsItWas)
{
    // P1
    const auto target = target_for("z-ai/glm-5");
    std::string before = send(searching({}), target).text;
    for (const auto& found : { Names { "mcp__a" }, Names { "mcp__a", "WebFetch" } }) {
        const std::string now = send(searching(found), target).text;
        EXPECT_TRUE(now.starts_with(before.substr(0, before.rfind(']'))));
        before = now;
    }
}

TEST(DeferredTools, ComeWithACallAnAdditionOrADefinition)
{
    const std::string body =
        R"({"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[)"
        R"({"type":"tool_use","id":"i","name":"called","input":{}}]},{"role":"system","content":[)"
        R"({"type":"tool_addition","tool":{"type":"tool_reference","tool_name":"added"}},)"
        R"({"type":"tool_removal","tool":{"type":"tool_reference","tool_name":"gone"}}]}],"tools":[)"
        + custom("gone") + "," + custom("added", R"(,"defer_loading":true)") + ","
        + custom("called", R"(,"defer_loading":true)") + "," + custom("never", R"(,"defer_loading":true)")
        + "]}";
    EXPECT_EQ(send(DecodedRequest(body), target_for("z-ai/glm-5")).names(), (Names { "called", "added" }));
}

TEST(DeferredTools, AreAllSentWhenTheServerWouldSearch)
{
    EXPECT_EQ(send(R"("tools":[{"type":"tool_search_tool_regex_20251119","name":"tool_search_tool_regex"},)"
                  + custom("a", R"(,"defer_loading":true)") + ","
                  + custom("b", R"(,"allowed_callers":["code_execution_20250825"])") + "]")
                  .names(),
        Names { "a" });
}

TEST(Tools, EndWhereUpstreamsStopCounting)
{
    std::string tools;
    for (int i = 0; i < 130; ++i)
        tools += (i ? "," : "") + custom("t" + std::to_string(i));
    const std::string body = R"({"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[)"
                             R"({"type":"tool_use","id":"i","name":"t129","input":{}}]}],"tools":[)"
        + tools + "]}";
    const Sent sent = send(DecodedRequest(body), target_for("openai/gpt-5.5"));
    ASSERT_EQ(sent.names().size(), 128U);
    EXPECT_EQ(sent.names()[126], "t126");
    EXPECT_EQ(sent.names()[127], "t129");
    EXPECT_EQ(sent.notes.dropped, Names { "tools beyond 128" });
    EXPECT_EQ(send(DecodedRequest(body), target_for("anthropic/claude-opus-5.5")).names().size(), 130U);
}

TEST(Tools, AreDeclaredOnce)
{
    EXPECT_EQ(send("\"tools\":[" + custom("a") + "," + custom("a") + "]").names(), Names { "a" });
}

TEST(ToolChoice, IsTranslated)
{
    // R40, R28
    const std::string tools = "\"tools\":[" + custom("a.b") + "],\"tool_choice\":";
    EXPECT_FALSE(send("\"tools\":[" + custom("a.b") + "]").fields.contains("tool_choice"));
    EXPECT_EQ(send(tools + R"({"type":"auto"})").fields["tool_choice"], "auto");
    EXPECT_EQ(send(tools + R"({"type":"any"})").fields["tool_choice"], "required");
    EXPECT_EQ(send(tools + R"({"type":"none"})").fields["tool_choice"], "none");
    const json chosen = send(tools + R"({"type":"tool","name":"a.b"})").fields;
    EXPECT_EQ(chosen["tool_choice"]["function"]["name"], chosen["tools"][0]["function"]["name"]);
    EXPECT_EQ(chosen["tool_choice"]["type"], "function");
    EXPECT_FALSE(chosen.contains("parallel_tool_calls"));
    EXPECT_EQ(
        send(tools + R"({"type":"auto","disable_parallel_tool_use":true})").fields["parallel_tool_calls"],
        false);
    EXPECT_FALSE(send(tools + R"({"type":"auto","disable_parallel_tool_use":false})")
            .fields.contains("parallel_tool_calls"));
}

TEST(ToolChoice, IsSaidInWordsWhereThereIsNoParameter)
{
    // R42
    const auto target = target_for("x/y", test::supporting({ "tools" }));
    auto say = [&](const std::string& choice) {
        const DecodedRequest request =
            DecodedRequest::with("\"tools\":[" + custom("a") + "],\"tool_choice\":" + choice);
        EXPECT_FALSE(send(request, target).fields.contains("tool_choice"));
        return tool_choice_instruction(*request, target, ToolNames(*request, target));
    };
    EXPECT_EQ(say(R"({"type":"auto"})"), "");
    EXPECT_NE(say(R"({"type":"any"})").find("one of the tools"), std::string::npos);
    EXPECT_NE(say(R"({"type":"tool","name":"a"})").find("the tool a"), std::string::npos);
    EXPECT_NE(say(R"({"type":"none"})").find("do not call"), std::string::npos);
}

TEST(ToolChoice, ForcesNoModelThatRefusesItWhileThinking)
{
    // R42
    route::ModelFacts facts = test::supporting({ "tools", "tool_choice", "reasoning" });
    facts.has_reasoning = true;
    const auto target = target_for("deepseek/deepseek-r2", facts);
    const std::string tools = "\"tools\":[" + custom("a") + R"(],"tool_choice":{"type":"any"})";
    EXPECT_FALSE(send(DecodedRequest::with(tools), target).fields.contains("tool_choice"));
    EXPECT_EQ(send(DecodedRequest::with(tools + R"(,"thinking":{"type":"disabled"})"), target)
                  .fields["tool_choice"],
        "required");
}

} // namespace
} // namespace dragoman::translate
