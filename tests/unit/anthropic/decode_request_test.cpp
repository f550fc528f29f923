#include "anthropic/decode_request.h"

#include <gtest/gtest.h>

namespace dragoman::anthropic {

namespace {

std::string complaint(std::string_view body)
{
    json::Document document;
    auto request = decode_request(document, body);
    if (request)
        return "no complaint";
    EXPECT_EQ(request.error().kind, Error::Kind::bad_request);
    return request.error().message;
}

// A body with the given fields besides a valid model and message.
std::string body_with(std::string_view fields)
{
    return R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + std::string(fields) + "}";
}

std::string body_with_block(std::string_view block)
{
    return R"({"model":"m","messages":[{"role":"user","content":[)" + std::string(block) + "]}]}";
}

class DecodeRequest : public ::testing::Test {
protected:
    MessagesRequest decode(std::string_view body)
    {
        text_ = body;
        auto request = decode_request(document_, text_);
        EXPECT_TRUE(request) << request.error().message;
        return request ? *request : MessagesRequest {};
    }

private:
    json::Document document_;
    std::string text_;
};

} // namespace

TEST_F(DecodeRequest, TakesStringAndTextBlockForTheSame) // R9
{
    auto plain = decode(R"({"model":"m","messages":[{"role":"user","content":"hi"}]})");
    ASSERT_EQ(plain.messages.at(0).blocks.size(), 1U);
    EXPECT_EQ(plain.messages[0].blocks[0].type, BlockType::text);
    EXPECT_EQ(plain.messages[0].blocks[0].text.escaped, "hi");
    auto array = decode(body_with_block(R"({"type":"text","text":"hi"})"));
    EXPECT_EQ(array.messages.at(0).blocks.at(0).text.escaped, "hi");
}

TEST_F(DecodeRequest, ReadsEveryTopLevelField)
{
    auto r = decode(body_with(R"("max_tokens":32000,"stream":true,"temperature":1.0,"top_p":0.5,"top_k":40,
        "system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],
        "tools":[{"name":"Bash","description":"d","input_schema":{"type":"object"},"defer_loading":true},
                 {"type":"web_search_20250305","name":"web_search","max_uses":8}],
        "tool_choice":{"type":"tool","name":"Bash","disable_parallel_tool_use":true},
        "thinking":{"type":"enabled","budget_tokens":1024,"display":"omitted"},
        "output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object"}}},
        "context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"},
            {"type":"clear_thinking_20251015","keep":{"type":"thinking_turns","value":2}}]},
        "metadata":{"user_id":"u"},"stop_sequences":["a","b"],"speed":"fast","service_tier":"auto",
        "fallbacks":[{"model":"x"}],"container":null,"mcp_servers":[],"provider":{"only":["x"]},"seed":7)"));
    EXPECT_EQ(r.max_tokens, 32000);
    EXPECT_TRUE(r.stream);
    EXPECT_EQ(r.temperature.text, "1.0");
    EXPECT_EQ(r.system.at(0).cache_control.ttl.escaped, "1h");
    ASSERT_EQ(r.tools.size(), 2U);
    EXPECT_EQ(r.tools[0].input_schema.text, R"({"type":"object"})");
    EXPECT_TRUE(r.tools[0].defer_loading);
    EXPECT_EQ(r.tools[1].max_uses.text, "8");
    EXPECT_EQ(r.tool_choice.type, ToolChoiceType::tool);
    EXPECT_TRUE(r.tool_choice.disable_parallel_tool_use);
    EXPECT_EQ(r.thinking.budget_tokens, 1024);
    EXPECT_EQ(r.thinking.display, ThinkingDisplay::omitted);
    EXPECT_EQ(r.output_config.effort.escaped, "high");
    EXPECT_EQ(r.output_config.format_schema.text, R"({"type":"object"})");
    ASSERT_EQ(r.context_edits.size(), 2U);
    EXPECT_TRUE(r.context_edits[0].keep_all);
    EXPECT_EQ(r.context_edits[1].keep_thinking_turns, 2);
    EXPECT_EQ(r.metadata_user_id.escaped, "u");
    EXPECT_EQ(r.stop_sequences.size(), 2U);
    EXPECT_EQ(r.fallback_models.at(0).escaped, "x");
    EXPECT_TRUE(r.container.empty()); // R61
    EXPECT_TRUE(r.mcp_servers.empty());
    ASSERT_EQ(r.unknown.size(), 2U);
    EXPECT_EQ(r.unknown[0].name.escaped, "provider");
    EXPECT_EQ(r.unknown[0].value.text, R"({"only":["x"]})");
}

TEST_F(DecodeRequest, NamesTheFieldThatIsWrong)
{
    EXPECT_EQ(complaint("[]"), "request body: expected a JSON object");
    EXPECT_NE(complaint("").find("invalid JSON"), std::string::npos); // R64
    EXPECT_EQ(complaint(R"({"messages":[{"role":"user","content":"a"}]})"),
        "model: this field is required and must be a string");
    EXPECT_EQ(complaint(R"({"model":"m"})"), "messages: this field is required and must be an array");
    EXPECT_EQ(complaint(R"({"model":"m","messages":[]})"), "messages: at least one message is required");
    EXPECT_EQ(complaint(R"({"model":"m","messages":"hi"})"), "messages: expected an array");
    EXPECT_EQ(complaint(R"({"model":"m","messages":[7]})"), "messages.0: expected an object");
    EXPECT_EQ(complaint(R"({"model":"m","messages":[{"role":"tool","content":"a"}]})"),
        R"(messages.0.role: expected "user", "assistant" or "system")");
    EXPECT_EQ(complaint(R"({"model":"m","messages":[{"role":"user","content":7}]})"),
        "messages.0.content: expected a string or an array of content blocks");
    EXPECT_EQ(complaint(body_with_block(R"({"type":"text","text":7})")),
        "messages.0.content.0.text: expected a string");
    EXPECT_EQ(complaint(body_with_block(R"({"type":"text","text":"a"},"b")")),
        "messages.0.content.1: expected an object");
    EXPECT_EQ(complaint(body_with_block(R"({"type":"image"})")),
        "messages.0.content.0.source: this field is required");
    EXPECT_EQ(complaint(body_with_block(
                  R"({"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":null}]})")),
        "messages.0.content.0.content.0.text: this field is required and must be a string");
}

TEST_F(DecodeRequest, NamesTheParameterThatIsWrong)
{
    EXPECT_EQ(complaint(body_with(R"("stream":"true")")), "stream: expected true or false"); // R65
    EXPECT_EQ(complaint(body_with(R"("max_tokens":"5")")), "max_tokens: expected an integer");
    EXPECT_EQ(complaint(body_with(R"("max_tokens":-1)")), "max_tokens: must not be negative");
    EXPECT_EQ(complaint(body_with(R"("temperature":"hot")")), "temperature: expected a number");
    EXPECT_EQ(complaint(body_with(R"("stop_sequences":["a",1])")), "stop_sequences.1: expected a string");
    EXPECT_EQ(complaint(body_with(R"("tools":[{"name":"a","input_schema":7}])")),
        "tools.0.input_schema: expected an object");
    EXPECT_EQ(complaint(body_with(R"("tools":[{"description":"a"}])")),
        "tools.0.name: this field is required and must be a string that is not empty");
    EXPECT_EQ(complaint(body_with(R"("tool_choice":"auto")")), "tool_choice: expected an object");
    EXPECT_EQ(complaint(body_with(R"("thinking":{"type":7})")), "thinking.type: expected a string");
    EXPECT_EQ(
        complaint(body_with(R"("system":7)")), "system: expected a string or an array of content blocks");
}

TEST_F(DecodeRequest, AcceptsWhatIsNewerThanItself) // P5
{
    auto r =
        decode(R"({"model":"m","future":{"a":1},"thinking":{"type":"dreaming"},"tools":[{"type":"x_2027"}],
        "messages":[{"role":"user","content":[{"type":"hologram","payload":{"a":[1]}}],"mood":"good"}]})");
    EXPECT_EQ(r.messages.at(0).blocks.at(0).type, BlockType::other);
    EXPECT_EQ(r.messages[0].blocks[0].raw.text, R"({"type":"hologram","payload":{"a":[1]}})");
    EXPECT_EQ(r.thinking.type, ThinkingType::other);
    EXPECT_EQ(r.unknown.size(), 1U);
}

TEST_F(DecodeRequest, LetsTheLastOfTwoNamesWin) // R64
{
    auto r = decode(R"({"model":"a","x":1,"messages":[{"role":"assistant","role":"user","content":"a"}],
        "model":"b","x":2,"\u0078y":3})");
    EXPECT_EQ(r.model.escaped, "b");
    EXPECT_EQ(r.messages.at(0).role, Role::user);
    ASSERT_EQ(r.unknown.size(), 2U);
    EXPECT_EQ(r.unknown[0].value.text, "2");
}

TEST_F(DecodeRequest, ReadsBlocksWithinBlocks)
{
    auto r = decode(body_with_block(R"({"type":"tool_result","tool_use_id":"t1","is_error":true,"content":[
        {"type":"document","title":"T","source":{"type":"content","content":[{"type":"text","text":"in"}]}},
        {"type":"tool_reference","tool_name":"Deep"}]})"));
    const Block& result = r.messages.at(0).blocks.at(0);
    EXPECT_TRUE(result.is_error);
    ASSERT_EQ(result.content.size(), 2U);
    EXPECT_EQ(result.content[0].content.at(0).text.escaped, "in");
    EXPECT_EQ(result.content[1].name.escaped, "Deep");
}

TEST_F(DecodeRequest, StopsLookingIntoContentThatIsNestedTooDeep)
{
    std::string block = R"({"type":"text","text":"core"})";
    for (int i = 0; i < 100; ++i)
        block = R"({"type":"tool_result","tool_use_id":"t","content":[)" + block + "]}";
    auto r = decode(body_with_block(block));
    const Block* inner = &r.messages.at(0).blocks.at(0);
    int depth = 1;
    for (; !inner->content.empty(); ++depth)
        inner = &inner->content[0];
    EXPECT_EQ(inner->type, BlockType::other);
    EXPECT_LT(depth, 20);
}

TEST_F(DecodeRequest, ReadsToolChangesOfSystemMessages)
{
    auto r = decode(R"({"model":"m","messages":[{"role":"user","content":"a"},{"role":"system",
        "clear_at":"next_user_message","output_config":{"effort":"low"},"content":[
        {"type":"tool_addition","tool":{"type":"tool_reference","name":"A"}},
        {"type":"tool_addition","tool":{"type":"tool_definition","definition":{"name":"B","input_schema":{}}}},
        {"type":"tool_removal","tool":{"type":"tool_reference","name":"C"}}]}]})");
    const Message& message = r.messages.at(1);
    EXPECT_TRUE(message.clear_at_next_user_message);
    EXPECT_EQ(message.effort.escaped, "low");
    EXPECT_EQ(message.blocks.at(0).name.escaped, "A");
    EXPECT_EQ(message.blocks.at(1).details->definition.at(0).name.escaped, "B");
    EXPECT_EQ(message.blocks.at(2).type, BlockType::tool_removal);
}

TEST_F(DecodeRequest, SaysWhetherSurrogatesNeedMending)
{
    EXPECT_TRUE(decode(body_with(R"("x":"\ud83d")")).has_surrogate_escapes);
    EXPECT_FALSE(decode(body_with(R"("x":"\u0000")")).has_surrogate_escapes);
}

} // namespace dragoman::anthropic
