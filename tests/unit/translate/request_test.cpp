#include "support/chat_call.h"
#include "translate/request.h"

#include <functional>
#include <utility>

namespace dragoman::translate {

namespace {

using test::Json;

// Every kind of block and field at once.
Json everything()
{
    return Json::parse(R"x({"model":"claude-sonnet-5-5[1m]","max_tokens":100,"stream":true,"temperature":1,
      "top_p":0.5,"top_k":3,"stop_sequences":["a"],"speed":"fast","service_tier":"auto",
      "cache_control":{"type":"ephemeral"},"metadata":{"user_id":"u"},"fallbacks":[{"model":"a/b"}],
      "thinking":{"type":"enabled","budget_tokens":50,"display":"omitted"},
      "output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object"}}},
      "context_management":{"edits":[{"type":"clear_thinking_20251015","keep":{"type":"thinking_turns","value":1}}]},
      "container":null,"mcp_servers":[],"thread":{"type":"create"},"safeguards":[{"type":"x"}],"provider":{},
      "system":[{"type":"text","text":"x-anthropic-billing-header: a","cache_control":{"type":"ephemeral"}}],
      "tools":[{"name":"Bash","description":"d","input_schema":{"type":"object","properties":{"a":{"type":["string","null"]}}},
          "strict":true,"defer_loading":true,"allowed_callers":["direct"],"cache_control":{"type":"ephemeral","ttl":"1h"}},
        {"type":"web_search_20250305","name":"web_search","max_uses":8,"allowed_domains":["a"],"user_location":{"type":"approximate"}},
        {"type":"bash_20250124","name":"bash"},{"type":"text_editor_20250728","name":"str_replace_based_edit_tool","max_characters":5},
        {"type":"computer_20250124","name":"computer","display_width_px":1,"display_height_px":1}],
      "tool_choice":{"type":"tool","name":"Bash","disable_parallel_tool_use":true},
      "messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"},"citations":[]},
          {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}},
          {"type":"image","source":{"type":"url","url":"https://a.example"}},
          {"type":"document","title":"t","context":"c","citations":{"enabled":true},"source":{"type":"text","media_type":"text/plain","data":"d"}},
          {"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"}]}},
          {"type":"search_result","title":"t","source":"s","content":[{"type":"text","text":"x"}]},
          {"type":"container_upload","file_id":"f"}]},
        {"role":"system","clear_at":"next_user_message","output_config":{"effort":"low"},"content":[{"type":"text","text":"s"},
          {"type":"tool_addition","tool":{"type":"tool_reference","name":"Bash"}},
          {"type":"tool_removal","tool":{"type":"tool_reference","name":"bash"}}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"h","signature":"s"},{"type":"redacted_thinking","data":"d"},
          {"type":"text","text":"t"},{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"q"}},
          {"type":"web_search_tool_result","tool_use_id":"s","content":[{"type":"web_search_result","title":"t","url":"u"}]},
          {"type":"tool_search_tool_result","tool_use_id":"s","content":{"type":"tool_search_tool_search_result",
            "tool_references":[{"type":"tool_reference","tool_name":"Bash"}]}},
          {"type":"code_execution_tool_result","tool_use_id":"s","content":{"type":"code_execution_result","stdout":"o","stderr":"e"}},
          {"type":"tool_use","id":"t1","name":"Bash","input":{"a":"b"}},{"type":"fallback"}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","is_error":true,"content":[{"type":"text","text":"x"},
          {"type":"tool_reference","tool_name":"Bash"}]}]}]})x");
}

// Calls `look` with the body once for every value in it, that value replaced by `wrong`.
void with_each_value_replaced(
    Json& body, Json& value, const Json& wrong, const std::function<void(const Json&)>& look)
{
    if (value.is_structured())
        for (auto& inner : value)
            with_each_value_replaced(body, inner, wrong, look);
    Json right = std::exchange(value, wrong);
    look(body);
    value = std::move(right);
}

} // namespace

TEST(Request, OfAnyShapeIsTranslatedOrRefusedWithAReason) // J-10, J-11, P5
{
    Json body = everything();
    const route::Target targets[] = { test::chat_target("openai/gpt-5"),
        test::chat_target("anthropic/claude-sonnet-4.5"), test::text_only_target("deepseek/deepseek-v3.2") };
    int translated = 0;
    int refused = 0;
    for (const Json& wrong : { Json(nullptr), Json(7), Json(-1.5), Json("x"), Json(""), Json(true),
             Json::array(), Json::object(), Json::array({ Json::array() }), Json::array({ 1 }) })
        with_each_value_replaced(body, body, wrong, [&](const Json& changed) {
            auto call = test::chat_call(
                changed.dump(), targets[static_cast<std::size_t>(translated + refused) % std::size(targets)]);
            if (call) {
                ++translated;
                ASSERT_TRUE(Json::accept(call->body.text())) << changed << "\n" << call->body.text();
            } else {
                ++refused;
                ASSERT_EQ(call.error().kind, Error::Kind::bad_request) << changed;
                ASSERT_FALSE(call.error().message.empty());
            }
        });
    EXPECT_GT(translated, 100);
    EXPECT_GT(refused, 100);
}

TEST(Request, TellsTheAnswerWhatItNeeds)
{
    Options options;
    options.sources_footer = true;
    auto call = test::chat_call(R"({"model":"claude-sonnet-5-5","max_tokens":90,"stream":true,
        "stop_sequences":["x"],"tools":[{"name":"a.b","input_schema":{"type":"object"}}],
        "messages":[{"role":"user","content":"a"},{"role":"assistant","content":[
            {"type":"tool_use","id":"t1","name":"a.b","input":{}}]}]})",
        test::chat_target("openai/gpt-5"), {}, options);
    ASSERT_TRUE(call);
    const AnswerPlan& plan = call->plan;
    EXPECT_EQ(plan.client_model, "claude-sonnet-5-5");
    EXPECT_EQ(plan.upstream_model, "openai/gpt-5");
    EXPECT_EQ(plan.upstream_name, "openrouter");
    EXPECT_TRUE(plan.stream);
    EXPECT_TRUE(plan.sources_footer);
    EXPECT_EQ(plan.max_tokens, 90U);
    EXPECT_EQ(plan.stop_sequences, std::vector<std::string> { "x" });
    EXPECT_TRUE(plan.used_tool_ids.contains("t1"));
    Json sent = Json::parse(call->body.text());
    std::string name = sent["tools"][0]["function"]["name"];
    EXPECT_EQ(plan.client_tool_names.at(name), "a.b");
    EXPECT_EQ(sent["messages"][1]["tool_calls"][0]["function"]["name"], name);
}

TEST(Request, RefusesWhatWouldSilentlyLoseTools) // R61
{
    for (std::string_view field : { R"("mcp_servers":[{"type":"url","url":"https://a.example"}])",
             R"("container":{"id":"c"})", R"("thread":{"type":"continue","id":"t"})" }) {
        auto call = test::chat_call(
            R"({"model":"m","messages":[{"role":"user","content":"a"}],)" + std::string(field) + "}",
            test::chat_target("openai/gpt-5"));
        ASSERT_FALSE(call) << field;
        EXPECT_EQ(call.error().kind, Error::Kind::bad_request);
    }
}

TEST(Request, NotesWhatItLeavesOutByNameOnly)
{
    auto call = test::chat_call(R"({"model":"m","mood":"secret","messages":[{"role":"user","content":[
        {"type":"text","text":"a"},{"type":"hologram","x":"secret"}]}]})",
        test::chat_target("openai/gpt-5"));
    ASSERT_TRUE(call);
    EXPECT_EQ(call->notes.dropped, (std::vector<std::string> { "mood", "hologram" }));
}

TEST(Request, LeavesLongTextsWhereTheyAre)
{
    const std::string text(2000, 'x');
    const std::string body = R"({"model":"m","system":")" + text + R"(","tools":[{"name":"a","description":")"
        + text + R"(","input_schema":{"type":"object","properties":{"b":{"description":")" + text
        + R"("}}}}],"messages":[{"role":"user","content":[{"type":"text","text":")" + text
        + R"("},{"type":"image","source":{"type":"base64","media_type":"image/png","data":")" + text
        + R"("}}]}]})";
    json::Document document;
    auto request = anthropic::decode_request(document, body);
    ASSERT_TRUE(request);
    auto call = to_chat(*request, test::chat_target("openai/gpt-5"), {}, {});
    ASSERT_TRUE(call);
    EXPECT_LT(call->body.own.size(), 1000U) << call->body.own;
    EXPECT_GT(call->body.size(), 5 * text.size());
    EXPECT_TRUE(Json::accept(call->body.text())) << call->body.text();
}

TEST(Request, CopiesTextsThatMayHaveToBeMended)
{
    const std::string text(2000, 'x');
    const std::string body = R"({"model":"m","system":")" + text + R"(","tools":[{"name":"a","description":")"
        + text + R"(","input_schema":{"type":"object","properties":{"b":{"description":")" + text
        + R"("}}}}],"messages":[{"role":"user","content":")" + text + R"("}],"stop_sequences":["\ud800"]})";
    json::Document document;
    auto request = anthropic::decode_request(document, body);
    ASSERT_TRUE(request);
    auto call = to_chat(*request, test::chat_target("openai/gpt-5"), {}, {});
    ASSERT_TRUE(call);
    EXPECT_FALSE(call->body.borrows());
    EXPECT_TRUE(Json::accept(call->body.text())) << call->body.text();
}

TEST(Request, OfThirtyMegabytesIsTranslatedWhole) // R64, J-07
{
    std::string text(30 * limits::MiB, 'x');
    auto call = test::chat_call(R"({"model":"m","messages":[{"role":"user","content":")" + text + R"("}]})",
        test::chat_target("openai/gpt-5"));
    ASSERT_TRUE(call);
    EXPECT_GT(call->body.size(), text.size());
    EXPECT_TRUE(call->body.text().ends_with(R"(xxx"}]})"));
}

} // namespace dragoman::translate
