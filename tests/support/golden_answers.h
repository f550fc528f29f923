// What the golden tests of answers have in common, whatever the dialect.
#pragma once

#include "support/answers.h"
#include "support/event_grammar.h"
#include "support/golden_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::test {

// NAME of each NAME + suffix in the folder, in order.
inline std::vector<std::string> names_in(const std::filesystem::path& folder, std::string_view suffix)
{
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::string name = entry.path().filename();
        if (name.ends_with(suffix))
            found.push_back(name.substr(0, name.size() - suffix.size()));
    }
    std::sort(found.begin(), found.end());
    return found;
}

inline translate::AnswerPlan plan_beside(const std::string& base, bool stream)
{
    nlohmann::json json = nlohmann::json::object();
    if (std::filesystem::exists(base + ".plan.json"))
        json = nlohmann::json::parse(read_file(base + ".plan.json"));
    json["stream"] = stream;
    return plan_of(json);
}

// The client's bytes, then facts that do not travel in them, as comments.
inline std::string shown(const Outcome& outcome)
{
    std::string text = outcome.out;
    if (outcome.error)
        text += ": error " + std::string(error_type(*outcome.error)) + ": " + outcome.error->message + "\n";
    for (const std::string& name : outcome.facts.notes.dropped)
        text += ": dropped " + name + "\n";
    for (const std::string& name : outcome.facts.notes.repaired)
        text += ": repaired " + name + "\n";
    return text;
}

// Streamed, the same message: nothing for an answer that fails, which it does in both forms.
template <class Answer = translate::ChatAnswer>
void expect_same_message_streamed(translate::AnswerPlan plan, std::string_view upstream)
{
    plan.stream = false;
    const Outcome whole = run<Answer>(plan, upstream);
    plan.stream = true;
    const Outcome streamed = run<Answer>(plan, upstream, 5);
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

} // namespace dragoman::test
