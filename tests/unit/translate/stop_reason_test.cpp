#include "support/answers.h"
#include "translate/stop_reason.h"

#include <gtest/gtest.h>

namespace dragoman::test {

namespace {

using translate::finish_kind;
using translate::FinishKind;
using translate::FinishReason;

std::string stop_reason(const std::string& finish, bool with_tool, const std::string& native = "")
{
    nlohmann::ordered_json message { { "content", "text" } };
    if (with_tool)
        message["tool_calls"] = { { { "id", "call_0123456789" },
            { "function", { { "name", "Bash" }, { "arguments", "{}" } } } } };
    nlohmann::ordered_json choice { { "message", message }, { "finish_reason", finish } };
    if (!native.empty())
        choice["native_finish_reason"] = native;
    translate::AnswerPlan plan = default_plan();
    plan.stream = false;
    Outcome outcome = run(plan, nlohmann::ordered_json { { "choices", { choice } } }.dump());
    return outcome.error ? "error " + std::string(error_type(*outcome.error)) : outcome.facts.stop_reason;
}

} // namespace

TEST(StopReason, FollowsFromWhatTheUpstreamSaysAndWhatWasWritten) // S18, S19
{
    struct Row {
        const char* finish;
        bool with_tool;
        const char* stop_reason;
    };
    for (const Row& row : {
             Row { "stop", false, "end_turn" },
             Row { "stop", true, "tool_use" },
             Row { "eos", false, "end_turn" },
             Row { "tool_calls", true, "tool_use" },
             Row { "tool_calls", false, "end_turn" },
             Row { "function_call", true, "tool_use" },
             Row { "length", false, "max_tokens" },
             Row { "length", true, "max_tokens" },
             Row { "model_context_window_exceeded", false, "model_context_window_exceeded" },
             Row { "MAX_TOKENS", false, "max_tokens" },
             Row { "content_filter", false, "refusal" },
             Row { "SAFETY", false, "refusal" },
             Row { "sensitive", false, "refusal" },
             Row { "repetition", false, "end_turn" },
             Row { "repetition", true, "tool_use" },
             Row { "error", false, "error api_error" },
             Row { "network_error", false, "error api_error" },
             Row { "abort", false, "error api_error" },
             Row { "insufficient_system_resource", false, "error overloaded_error" },
         })
        EXPECT_EQ(stop_reason(row.finish, row.with_tool), row.stop_reason)
            << row.finish << (row.with_tool ? " with a tool" : "");
}

TEST(StopReason, BelievesTheProvidersOwnWordWhenItSaysMore) // S19
{
    EXPECT_EQ(stop_reason("stop", false, "SAFETY"), "refusal");
    EXPECT_EQ(stop_reason("stop", false, "MALFORMED_FUNCTION_CALL"), "tool_use");
    EXPECT_EQ(stop_reason("length", false, "SAFETY"), "max_tokens");
    EXPECT_EQ(stop_reason("stop", false, "STOP"), "end_turn");
}

TEST(StopReason, IsTheFirstOneThatSaysSomething) // S21, U-23
{
    auto kind = [](std::initializer_list<const char*> reasons) {
        FinishReason finish;
        for (const char* reason : reasons)
            finish.take({ reason }, {}, {});
        return finish.kind();
    };
    EXPECT_EQ(kind({ "stop", "length" }), FinishKind::length);
    EXPECT_EQ(kind({ "length", "stop" }), FinishKind::length);
    EXPECT_EQ(kind({ "tool_calls", "length" }), FinishKind::tool_calls);
    EXPECT_EQ(kind({ "stop", "repetition" }), FinishKind::stop);
    EXPECT_EQ(kind({ "", "stop" }), FinishKind::stop);
    EXPECT_EQ(kind({ "" }), FinishKind::none);
}

} // namespace dragoman::test
