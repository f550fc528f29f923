// tests/golden/answers/NAME.upstream.json, a whole completion, gives NAME.client.json byte for byte; and the
// same bytes, sent to a client that wants a stream, give the same message.
#include "support/golden_answers.h"

#include <gtest/gtest.h>

namespace dragoman::test {

namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(TESTS_DIR) / "golden" / "answers";

class Answers : public testing::TestWithParam<std::string> { };

} // namespace

TEST_P(Answers, BecomeThisMessage)
{
    std::string base = (folder / GetParam()).string();
    Outcome outcome = run(plan_beside(base, false), read_file(base + ".upstream.json"));
    std::string shown = outcome.error
        ? "error " + std::string(error_type(*outcome.error)) + ": " + outcome.error->message
        : outcome.out;
    tests::expect_golden(base + ".client.json", shown + "\n");
}

TEST_P(Answers, BecomeTheSameMessageStreamed) // N11, S32
{
    std::string base = (folder / GetParam()).string();
    expect_same_message_streamed(plan_beside(base, false), read_file(base + ".upstream.json"));
}

INSTANTIATE_TEST_SUITE_P(Golden, Answers, testing::ValuesIn(names_in(folder, ".upstream.json")),
    [](const auto& test) { return test.param; });

} // namespace dragoman::test
