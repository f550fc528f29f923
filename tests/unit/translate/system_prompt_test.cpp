#include "support/chat_call.h"
#include "translate/system_prompt.h"

namespace dragoman::translate {

using test::Json;

namespace {

Json system_of(std::string_view system, std::string model = "openai/gpt-5")
{
    Json messages = test::chat_messages(
        R"({"role":"user","content":"hi"})", std::move(model), R"(,"system":)" + std::string(system));
    return messages.size() > 1 ? messages[0] : Json();
}

} // namespace

TEST(SystemPrompt, IsOneMessage) // R1
{
    EXPECT_EQ(system_of(R"("Be kind.")"), Json::parse(R"({"role":"system","content":"Be kind."})"));
    EXPECT_TRUE(system_of(R"("")").is_null());
    EXPECT_TRUE(system_of("[]").is_null());
    EXPECT_TRUE(system_of("null").is_null());
    EXPECT_TRUE(system_of(R"([{"type":"text","text":" \n"}])").is_null());
}

TEST(SystemPrompt, JoinsItsBlocks) // R2
{
    constexpr std::string_view blocks =
        R"([{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}},
              {"type":"text","text":"c"}])";
    EXPECT_EQ(system_of(blocks)["content"], "a\n\nb\n\nc");
    Json parts = system_of(blocks, "anthropic/claude-sonnet-4.5")["content"];
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(parts[1], Json::parse(R"({"type":"text","text":"b","cache_control":{"type":"ephemeral"}})"));
    EXPECT_EQ(parts[2], Json::parse(R"({"type":"text","text":"c"})"));
}

TEST(SystemPrompt, LosesItsBillingBlock) // R3
{
    auto with = [](std::string_view cch) {
        return system_of(R"([{"type":"text","text":"x-anthropic-billing-header: cc_version=2; cch=)"
            + std::string(cch) + R"(;"},{"type":"text","text":"a"}])");
    };
    EXPECT_EQ(with("1"), Json::parse(R"({"role":"system","content":"a"})"));
    EXPECT_EQ(with("1"), with("2"));
    EXPECT_TRUE(system_of(R"("x-anthropic-billing-header: cc_version=2;")").is_null());
}

TEST(SystemPrompt, LosesItsBillingLineOnly) // R4
{
    EXPECT_EQ(system_of(R"("x-anthropic-billing-header: c:\\new=1;\nYou are \"X\".\nBe kind.")")["content"],
        "You are \"X\".\nBe kind.");
    EXPECT_EQ(system_of(R"("Not x-anthropic-billing-header: 1\nb")")["content"],
        "Not x-anthropic-billing-header: 1\nb");
}

} // namespace dragoman::translate
