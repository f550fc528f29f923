#include "translate/inline_think.h"
#include "translate/stop_sequences.h"
#include "translate/text_filter.h"

#include <gtest/gtest.h>

namespace dragoman::translate {

namespace {

struct Split {
    std::string thinking, text;
};

Split split(std::string_view content, std::size_t step, InlineThink::Mode mode = InlineThink::Mode::on)
{
    InlineThink think(mode);
    Split parts;
    for (std::size_t at = 0; at < content.size(); at += step)
        think.feed(content.substr(at, step), parts.thinking, parts.text);
    think.flush(parts.thinking, parts.text);
    return parts;
}

struct Stopped {
    std::string text, sequence;
};

Stopped stop(const std::vector<std::string>& sequences, std::string_view content, std::size_t step)
{
    StopSequences stops(sequences);
    Stopped result;
    for (std::size_t at = 0; at < content.size(); at += step) {
        if (auto hit = stops.feed(content.substr(at, step), result.text)) {
            result.sequence = *hit;
            return result;
        }
    }
    stops.flush(result.text);
    return result;
}

} // namespace

TEST(InlineThink, IsSplitOffHoweverItIsCut) // S7
{
    for (std::size_t step = 1; step < 30; ++step) {
        Split parts = split(" \n<think>a < b </ c</think>\n\nd <think>e</think>", step);
        EXPECT_EQ(parts.thinking, "a < b </ c") << step;
        EXPECT_EQ(parts.text, "d <think>e</think>") << step;
        EXPECT_EQ(split("[THINK]x[/THINK]y", step).text, "y");
        EXPECT_EQ(split("<thought>x</thought>y", step).thinking, "x");
        EXPECT_EQ(split("<mm:think>x</mm:think>y", step).thinking, "x");
        EXPECT_EQ(split("plain <b>", step).text, "plain <b>");
        EXPECT_EQ(split("<thin", step).text, "<thin");
        EXPECT_EQ(split("<think>never closed</thi", step).thinking, "never closed</thi");
        EXPECT_EQ(split("before</think>after", step, InlineThink::Mode::opened).thinking, "before");
        EXPECT_EQ(split("before</think>after", step, InlineThink::Mode::opened).text, "after");
    }
}

TEST(StopSequences, HitWhereTheFirstOneIsComplete) // R57, S20
{
    for (std::size_t step = 1; step < 12; ++step) {
        EXPECT_EQ(stop({ "abcde", "cd" }, "xxabcdef", step).text, "xxab") << step;
        EXPECT_EQ(stop({ "abcde", "cd" }, "xxabcdef", step).sequence, "cd") << step;
        EXPECT_EQ(stop({ "bcd", "cd" }, "xxabcdef", step).sequence, "bcd") << step;
        EXPECT_EQ(stop({ "END" }, "no EN D", step).text, "no EN D") << step;
        EXPECT_EQ(stop({ "END" }, "cut EN", step).text, "cut EN") << step;
        EXPECT_EQ(stop({ "é", "" }, "caf\xC3\xA9!", step).text, "caf") << step;
        EXPECT_EQ(stop({ "aab" }, "aaab", step).text, "a") << step;
    }
    EXPECT_FALSE(StopSequences(std::vector<std::string> { "" }).active());
}

TEST(TextFilter, PassesTextUntouchedWhenThereIsNothingToLookFor)
{
    AnswerPlan plan;
    TextFilter filter(plan);
    std::string_view delta = R"(\u00e9 \/ \ud83d)";
    EXPECT_EQ(filter.feed({ delta }).text.escaped.data(), delta.data());
}

TEST(TextFilter, FindsEscapedTagsAndSequences)
{
    AnswerPlan plan { .stop_sequences = { "\n\nHuman:" }, .inline_think = true };
    TextFilter filter(plan);
    EXPECT_EQ(filter.feed({ R"(\u003cthink\u003ehm\u003c/think\u003e)" }).thinking.escaped, "hm");
    EXPECT_EQ(filter.feed({ R"(answer\n)" }).text.escaped, "answer");
    EXPECT_EQ(filter.feed({ R"(\nHuman: next)" }).text.escaped, "");
    EXPECT_EQ(filter.stopped(), "\n\nHuman:");
    EXPECT_EQ(filter.feed({ "more" }).text.escaped, "");
}

} // namespace dragoman::translate
