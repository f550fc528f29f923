#include "json/document.h"
#include "json/escape.h"
#include "json/writer.h"

#include <gtest/gtest.h>

namespace dragoman::json {

TEST(JsonEscape, GivesBackEveryCharacter)
{
    std::string all;
    for (char c = 0; c < 127; ++c)
        all += c;
    all += "é€😀\xE2\x80\xA8";
    std::string literal = "\"" + escape(all) + "\"";
    Document document;
    ASSERT_TRUE(document.parse(literal));
    EXPECT_EQ(unescape({ escape(all) }), all);
}

TEST(JsonEscape, DecodesEveryEscape)
{
    EXPECT_EQ(unescape({ R"(\"\\\/\b\f\n\r\t\u00e9\u20ac\ud83d\ude00)" }), "\"\\/\b\f\n\r\té€😀");
    EXPECT_EQ(unescape({ R"(a\ud83dz\ude00)" }), "a\xEF\xBF\xBDz\xEF\xBF\xBD");
    EXPECT_EQ(unescape({ R"(\u0000)" }), std::string(1, '\0'));
}

TEST(JsonEscape, MendsOnlyLoneSurrogates) // R34, J-03
{
    std::string out;
    EXPECT_EQ(append_mended(out, { R"(x\ud83d\ude00y\ud83dz\ude00\\ud83d\n)" }), 2U);
    EXPECT_EQ(out, R"(x\ud83d\ude00y\ufffdz\ufffd\\ud83d\n)");
}

TEST(JsonEscape, KnowsBlanks)
{
    EXPECT_TRUE(is_blank({ R"( \n\t\r )" }));
    EXPECT_TRUE(is_blank({ "" }));
    EXPECT_FALSE(is_blank({ R"(\\n)" }));
    EXPECT_EQ(trim_end({ R"(a\\n)" }).escaped, R"(a\\n)");
    EXPECT_EQ(trim_end({ R"(a\\\n \n)" }).escaped, R"(a\\)");
    EXPECT_EQ(trim_start({ R"( \na)" }).escaped, "a");
}

TEST(JsonEscape, ClipsBetweenCharacters)
{
    EXPECT_EQ(clip({ R"(ab\n)" }, 3).escaped, "ab");
    EXPECT_EQ(clip({ "aé" }, 2).escaped, "a");
    EXPECT_EQ(clip({ R"(\ud83d\ude00)" }, 8).escaped, "");
    EXPECT_EQ(clip({ "abc" }, 3).escaped, "abc");
}

TEST(JsonWriter, PutsCommasWhereTheyBelong)
{
    std::string out;
    Writer json(out);
    json.begin_object().key("a").begin_array().integer(-5).text("q\"").null().end_array();
    json.key("b").begin_object().end_object().key("c").raw({ "1.0" }).key("d").boolean(true).end_object();
    EXPECT_EQ(out, R"({"a":[-5,"q\"",null],"b":{},"c":1.0,"d":true})");
}

} // namespace dragoman::json
