// tests/golden/streams/NAME.upstream.sse [+ NAME.plan.json] gives NAME.client.sse, byte for byte, however the
// upstream's bytes are cut. UPDATE_GOLDEN=1 rewrites what is expected.
#include "support/golden_answers.h"
#include "translate/tool_arguments.h"

#include <gtest/gtest.h>

namespace dragoman::test {

namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(TESTS_DIR) / "golden" / "streams";

class Streams : public testing::TestWithParam<std::string> { };

} // namespace

TEST_P(Streams, BecomeTheseEventsHoweverTheyAreCut) // P3, U-04, S26, S27
{
    std::string base = (folder / GetParam()).string();
    std::string upstream = read_file(base + ".upstream.sse");
    translate::AnswerPlan plan = plan_beside(base, true);

    Outcome whole = run(plan, upstream);
    tests::expect_golden(base + ".client.sse", shown(whole));
    EXPECT_EQ(EventGrammar::violation(whole.out, whole.error.has_value()), "");

    for (std::size_t step : { 1, 2, 3, 7, 64 })
        ASSERT_EQ(shown(run(plan, upstream, step)), shown(whole)) << "in pieces of " << step;
    for (std::size_t cut = 1; cut < upstream.size(); ++cut)
        ASSERT_EQ(shown(run_cut_at(plan, upstream, cut)), shown(whole)) << "cut at " << cut;
}

// The same upstream bytes for a client that wants the message whole. N9, N11
TEST_P(Streams, GiveTheSameMessageWhole)
{
    std::string base = (folder / GetParam()).string();
    translate::AnswerPlan plan = default_plan();
    if (fs::exists(base + ".plan.json"))
        plan = plan_of(nlohmann::json::parse(read_file(base + ".plan.json")));
    std::string upstream = read_file(base + ".upstream.sse");
    Outcome streamed = run(plan, upstream);
    plan.stream = false;
    Outcome whole = run(plan, upstream);
    ASSERT_EQ(whole.error.has_value(), streamed.error.has_value());
    if (whole.error) {
        EXPECT_EQ(whole.out, "");
        EXPECT_EQ(whole.error->message, streamed.error->message);
        return;
    }
    nlohmann::ordered_json message = accumulate(streamed.out);
    nlohmann::ordered_json expected = nlohmann::ordered_json::parse(whole.out);
    for (auto& block : message["content"])
        if (block["type"] == "tool_use" && block["input"].is_string())
            block["input"] = nlohmann::ordered_json::parse(translate::to_tool_input(
                block["input"].get<std::string>(), message["stop_reason"] == "max_tokens")
                    .object);
    EXPECT_EQ(nlohmann::json(message), nlohmann::json(expected));
}

// NAME.message.json says by hand what the stream contains, whatever its events look like.
TEST_P(Streams, HoldWhatTheUpstreamSaid)
{
    using Json = nlohmann::json;
    std::string base = (folder / GetParam()).string();
    if (!fs::exists(base + ".message.json"))
        return;
    Json expected = Json::parse(read_file(base + ".message.json"));
    Json message = accumulate(run(default_plan(), read_file(base + ".upstream.sse")).out);
    std::string text, thinking;
    Json tools = Json::array();
    for (const Json& block : message["content"]) {
        if (block["type"] == "text")
            text += block["text"];
        else if (block["type"] == "thinking")
            thinking += block["thinking"];
        else if (block["type"] == "tool_use")
            tools.push_back(
                { { "id", block["id"] }, { "name", block["name"] }, { "input", block["input"] } });
    }
    EXPECT_EQ(text, expected["text"]);
    EXPECT_EQ(thinking, expected["thinking"]);
    ASSERT_EQ(tools.size(), expected["tools"].size());
    for (std::size_t i = 0; i < tools.size(); ++i)
        for (const auto& [key, value] : expected["tools"][i].items())
            EXPECT_EQ(tools[i][key], value);
    EXPECT_EQ(message["stop_reason"], expected["stop_reason"]);
    for (const auto& [key, value] : expected["usage"].items())
        EXPECT_EQ(message["usage"][key], value) << key;
}

INSTANTIATE_TEST_SUITE_P(Golden, Streams, testing::ValuesIn(names_in(folder, ".upstream.sse")),
    [](const auto& test) { return test.param; });

} // namespace dragoman::test
