#include "json/document.h"
#include "json/pattern.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace dragoman::json {

namespace {

// {"id":1,"a":"…","b":{"c":"…"}}
std::string text_with(std::string_view a, std::string_view c)
{
    return R"({"id":1,"a":")" + std::string(a) + R"(","b":{"c":")" + std::string(c) + R"("}})";
}

class PatternTest : public testing::Test {
protected:
    PatternTest()
    {
        std::size_t a = text_.find("one");
        std::size_t c = text_.find("two");
        std::array holes { RawString { std::string_view(text_).substr(a, 3) },
            RawString { std::string_view(text_).substr(c, 3) } };
        pattern_.learn(text_, holes);
    }

    std::string text_ = text_with("one", "two");
    Pattern pattern_;
};

} // namespace

TEST_F(PatternTest, FindsWhatStandsInTheHoles)
{
    std::string text = text_with(R"(a longer \"piece\" of text\n)", "\xC3\xA9\\u00e9\\/");
    ASSERT_TRUE(pattern_.fits(text));
    ASSERT_EQ(pattern_.found().size(), 2u);
    EXPECT_EQ(pattern_.found()[0].escaped, R"(a longer \"piece\" of text\n)");
    EXPECT_EQ(pattern_.found()[1].escaped, "\xC3\xA9\\u00e9\\/");
    EXPECT_TRUE(pattern_.fits(text_));
}

TEST_F(PatternTest, FitsNothingThatDiffersElsewhere)
{
    for (std::size_t at = 0; at < text_.size(); ++at) {
        bool in_hole = text_.substr(0, at + 1).ends_with("one") || at == text_.find("one")
            || at == text_.find("one") + 1 || (at >= text_.find("two") && at < text_.find("two") + 3);
        std::string text = text_;
        text[at] = text[at] == 'x' ? 'y' : 'x';
        EXPECT_EQ(pattern_.fits(text), in_hole) << text;
    }
    EXPECT_FALSE(pattern_.fits(text_ + " "));
    EXPECT_FALSE(pattern_.fits(std::string_view(text_).substr(0, text_.size() - 1)));
    EXPECT_FALSE(pattern_.fits(""));
}

TEST_F(PatternTest, LeavesWhatNeedsACloserLookAlone)
{
    EXPECT_FALSE(pattern_.fits(text_with("", "two"))) << "an empty string may mean that there is none";
    EXPECT_FALSE(pattern_.fits(text_with(R"(half a pair \ud83d)", "two")));
    EXPECT_FALSE(pattern_.fits(text_with(R"(half a pair \uDE00)", "two")));
}

// Whatever the pattern takes, the parser takes; and the parser agrees about what stands there.
TEST_F(PatternTest, AgreesWithTheParser)
{
    Document document;
    for (int first = 0; first < 256; ++first) {
        for (std::string_view rest :
            { "", "n", "\"", "\\", "u12g4", "u00e9", "\xA9", "\xA9 and more text" }) {
            std::string inside = "some text ";
            inside += static_cast<char>(first);
            inside += rest;
            std::string text = text_with(inside, "two");
            auto root = document.parse(text);
            bool fits = pattern_.fits(text);
            ASSERT_EQ(fits, root.has_value() && root->object()->find("b").has_value()) << text;
            if (fits) {
                ASSERT_EQ(pattern_.found()[0], *root->object()->find("a")->string()) << text;
            }
        }
    }
}

TEST_F(PatternTest, ForgetsWhatItLearned)
{
    pattern_.forget();
    EXPECT_FALSE(pattern_.fits(text_));
}

} // namespace dragoman::json
