// Answers of the Responses API. responses/streams/NAME.upstream.sse [+ NAME.plan.json] gives NAME.client.sse,
// byte for byte, however the upstream's bytes are cut; responses/answers/NAME.upstream.json, which was not
// streamed, gives NAME.client.json. UPDATE_GOLDEN=1 rewrites what is expected.
#include "support/golden_answers.h"
#include "translate/responses_answer.h"
#include "translate/tool_arguments.h"

#include <gtest/gtest.h>

namespace dragoman::test {

namespace {

namespace fs = std::filesystem;
using translate::ResponsesAnswer;

const fs::path folder = fs::path(TESTS_DIR) / "golden" / "responses";

translate::AnswerPlan plan_for(const std::string& base, bool stream)
{
    translate::AnswerPlan plan = plan_beside(base, stream);
    plan.responses = true;
    return plan;
}

class ResponsesStreams : public testing::TestWithParam<std::string> { };
class ResponsesWhole : public testing::TestWithParam<std::string> { };

} // namespace

TEST_P(ResponsesStreams, BecomeTheseEventsHoweverTheyAreCut)
{
    const std::string base = (folder / "streams" / GetParam()).string();
    const std::string upstream = read_file(base + ".upstream.sse");
    const translate::AnswerPlan plan = plan_for(base, true);
    const Outcome whole = run<ResponsesAnswer>(plan, upstream);
    tests::expect_golden(base + ".client.sse", shown(whole));
    EXPECT_EQ(EventGrammar::violation(whole.out, whole.error.has_value()), "");

    for (std::size_t step : { 1, 2, 3, 7, 64 })
        ASSERT_EQ(shown(run<ResponsesAnswer>(plan, upstream, step)), shown(whole)) << "in pieces of " << step;
    for (std::size_t cut = 1; cut < upstream.size(); ++cut)
        ASSERT_EQ(shown(run_cut_at<ResponsesAnswer>(plan, upstream, cut)), shown(whole)) << "cut at " << cut;
}

// The same upstream bytes for a client that wants the message whole.
TEST_P(ResponsesStreams, GiveTheSameMessageWhole)
{
    const std::string base = (folder / "streams" / GetParam()).string();
    const std::string upstream = read_file(base + ".upstream.sse");
    const Outcome streamed = run<ResponsesAnswer>(plan_for(base, true), upstream);
    const Outcome whole = run<ResponsesAnswer>(plan_for(base, false), upstream);
    ASSERT_EQ(whole.error.has_value(), streamed.error.has_value());
    if (whole.error) {
        EXPECT_EQ(whole.out, "");
        EXPECT_EQ(whole.error->message, streamed.error->message);
        return;
    }
    nlohmann::ordered_json message = accumulate(streamed.out);
    for (auto& block : message["content"])
        if (block["type"] == "tool_use" && block["input"].is_string())
            block["input"] = nlohmann::ordered_json::parse(translate::to_tool_input(
                block["input"].get<std::string>(), message["stop_reason"] == "max_tokens")
                    .object);
    EXPECT_EQ(nlohmann::json(message), nlohmann::json::parse(whole.out));
}

TEST_P(ResponsesWhole, BecomeThisMessage)
{
    const std::string base = (folder / "answers" / GetParam()).string();
    const Outcome outcome = run<ResponsesAnswer>(plan_for(base, false), read_file(base + ".upstream.json"));
    tests::expect_golden(base + ".client.json", shown(outcome) + (outcome.error ? "" : "\n"));
}

TEST_P(ResponsesWhole, BecomeTheSameMessageStreamed)
{
    const std::string base = (folder / "answers" / GetParam()).string();
    expect_same_message_streamed<ResponsesAnswer>(plan_for(base, false), read_file(base + ".upstream.json"));
}

INSTANTIATE_TEST_SUITE_P(Golden, ResponsesStreams,
    testing::ValuesIn(names_in(folder / "streams", ".upstream.sse")),
    [](const auto& test) { return test.param; });
INSTANTIATE_TEST_SUITE_P(Golden, ResponsesWhole,
    testing::ValuesIn(names_in(folder / "answers", ".upstream.json")),
    [](const auto& test) { return test.param; });

} // namespace dragoman::test
