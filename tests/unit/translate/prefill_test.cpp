#include "support/chat_call.h"
#include "translate/prefill.h"

namespace dragoman {

namespace {

using route::Quirk;
using test::Json;

constexpr std::string_view begun =
    R"({"role":"user","content":"As JSON."},{"role":"assistant","content":"{"})";

Json sent(std::string_view messages, const route::Quirks& quirks, std::string_view further = "")
{
    route::Target target = test::unlisted("acme/model-1");
    target.quirks = quirks;
    std::string body = R"({"model":"claude","max_tokens":100)";
    body.append(further).append(R"(,"messages":[)").append(messages).append("]}");
    return test::chat_json(body, target);
}

} // namespace

TEST(Prefill, IsMarkedAsEachVendorWantsIt)
{
    EXPECT_EQ(sent(begun, { Quirk::prefix_prefill })["messages"][1],
        Json::parse(R"({"role":"assistant","content":"{","prefix":true})"));
    EXPECT_EQ(sent(begun, { Quirk::partial_prefill })["messages"][1],
        Json::parse(R"({"role":"assistant","content":"{","partial":true})"));
    const Json continued = sent(begun, { Quirk::continued_prefill });
    EXPECT_EQ(continued["continue_final_message"], true);
    EXPECT_EQ(continued["add_generation_prompt"], false);
    EXPECT_EQ(sent(begun, {})["messages"][1], Json::parse(R"({"role":"assistant","content":"{"})"));
}

TEST(Prefill, IsFollowedByTheUserWhereItIsRefused)
{
    const Json messages = sent(begun, { Quirk::no_prefill, Quirk::prefix_prefill })["messages"];
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(messages[1], Json::parse(R"({"role":"assistant","content":"{"})"));
    EXPECT_EQ(messages[2]["role"], "user");
    EXPECT_EQ(messages[2]["content"], translate::rest_of_the_answer);
}

TEST(Prefill, IsNotWhatAUserOrAToolEndsWith)
{
    constexpr route::Quirks all { Quirk::no_prefill, Quirk::continued_prefill };
    const std::string_view call = R"({"role":"user","content":"Go"},{"role":"assistant","content":[
        {"type":"text","text":"I look."},{"type":"tool_use","id":"t1","name":"Read","input":{}}]})";
    const Json interrupted = sent(call, all);
    EXPECT_EQ(interrupted["messages"].back()["role"], "tool") << "the call is answered first";
    EXPECT_FALSE(interrupted.contains("continue_final_message"));
    const Json asked = sent(R"({"role":"assistant","content":"Hi"},{"role":"user","content":"Go"})", all);
    EXPECT_EQ(asked["messages"].size(), 2U);
    EXPECT_FALSE(asked.contains("continue_final_message"));
}

TEST(Prefill, IsGoneOnWithWithoutThinkingWhereATemplateWouldWriteAThought)
{
    const std::string_view thinks = R"(,"thinking":{"type":"adaptive"})";
    EXPECT_EQ(
        sent(begun, { Quirk::template_thinking }, thinks)["chat_template_kwargs"]["enable_thinking"], false);
    EXPECT_EQ(sent(R"({"role":"user","content":"Go"})", { Quirk::template_thinking },
                  thinks)["chat_template_kwargs"]["enable_thinking"],
        true);
}

TEST(Prefill, NamesTheToolAtItsResultWhereThatIsWanted)
{
    const std::string_view talk = R"({"role":"user","content":"Go"},{"role":"assistant","content":[
        {"type":"tool_use","id":"t1","name":"Read","input":{}}]},{"role":"user","content":[
        {"type":"tool_result","tool_use_id":"t1","content":"done"}]})";
    EXPECT_EQ(sent(talk, { Quirk::tool_result_name })["messages"][2]["name"], "Read");
    EXPECT_FALSE(sent(talk, {})["messages"][2].contains("name"));
}

} // namespace dragoman
