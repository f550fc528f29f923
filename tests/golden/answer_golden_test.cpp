// tests/golden/answers/NAME.upstream.json, a whole completion, gives NAME.client.json byte for byte; and the
// same bytes, sent to a client that wants a stream, give the same message.
#include "support/answers.h"
#include "support/event_grammar.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace dragoman::test {

namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(TESTS_DIR) / "golden" / "answers";

std::vector<std::string> names()
{
    constexpr std::string_view suffix = ".upstream.json";
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
        std::string name = entry.path().filename();
        if (name.ends_with(suffix))
            found.push_back(name.substr(0, name.size() - suffix.size()));
    }
    std::sort(found.begin(), found.end());
    return found;
}

translate::AnswerPlan plan_for(const std::string& base)
{
    nlohmann::json json = nlohmann::json::object();
    if (fs::exists(base + ".plan.json"))
        json = nlohmann::json::parse(read_file(base + ".plan.json"));
    json["stream"] = false;
    return plan_of(json);
}

class Answers : public testing::TestWithParam<std::string> { };

} // namespace

TEST_P(Answers, BecomeThisMessage)
{
    std::string base = (folder / GetParam()).string();
    Outcome outcome = run(plan_for(base), read_file(base + ".upstream.json"));
    std::string shown = outcome.error
        ? "error " + std::string(error_type(*outcome.error)) + ": " + outcome.error->message
        : outcome.out;
    if (std::getenv("UPDATE_GOLDEN"))
        std::ofstream(base + ".client.json", std::ios::binary) << shown << '\n';
    EXPECT_EQ(shown + "\n", read_file(base + ".client.json"));
}

TEST_P(Answers, BecomeTheSameMessageStreamed) // N11, S32
{
    std::string base = (folder / GetParam()).string();
    translate::AnswerPlan plan = plan_for(base);
    std::string upstream = read_file(base + ".upstream.json");
    Outcome whole = run(plan, upstream);
    plan.stream = true;
    Outcome streamed = run(plan, upstream, 5);
    ASSERT_EQ(streamed.error.has_value(), whole.error.has_value());
    if (whole.error)
        return;
    EXPECT_EQ(EventGrammar::violation(streamed.out, false), "");
    nlohmann::json message = accumulate(streamed.out);
    nlohmann::json expected = nlohmann::json::parse(whole.out);
    for (std::size_t i = 0; i < expected["content"].size(); ++i)
        if (message["content"][i].contains("input") && message["content"][i]["input"].is_string())
            expected["content"][i].erase("input"), message["content"][i].erase("input"); // Raw when streamed.
    EXPECT_EQ(message, expected);
}

INSTANTIATE_TEST_SUITE_P(
    Golden, Answers, testing::ValuesIn(names()), [](const auto& test) { return test.param; });

} // namespace dragoman::test
