#include "json/members.h"

#include <gtest/gtest.h>

#include <string>

namespace dragoman::json {

namespace {

// What a name leads to, as it is written; "-" when it is not there. Object::find() has to say the same.
std::string found(std::string_view text, Name name)
{
    Document document;
    auto root = document.parse(text);
    if (!root)
        return root.error().message;
    const Object object = *root->object();
    const Value value = Members(object).find(name);
    const auto same = object.find(name.text());
    EXPECT_EQ(value.is_there(), same.has_value());
    if (!value.is_there())
        return "-";
    EXPECT_EQ(value.offset(), same->offset());
    return std::string(value.raw().text);
}

} // namespace

TEST(JsonMembers, FindsShortAndLongNames)
{
    constexpr std::string_view text =
        R"({"id":1,"type" : 2,"thinking":3,"signature":4,"cache_control":5,"cache_contral":6,"thinkin":7})";
    EXPECT_EQ(found(text, "id"), "1");
    EXPECT_EQ(found(text, "type"), "2");
    EXPECT_EQ(found(text, "thinkin"), "7");
    EXPECT_EQ(found(text, "thinking"), "3");
    EXPECT_EQ(found(text, "signature"), "4");
    EXPECT_EQ(found(text, "cache_control"), "5");
}

TEST(JsonMembers, FindsNothingThatOnlyBeginsAlike)
{
    constexpr std::string_view text =
        R"({"thinkings":1,"thinkin":2,"cache_contro":3,"cache_controls":4,"":5})";
    EXPECT_EQ(found(text, "thinking"), "-");
    EXPECT_EQ(found(text, "cache_control"), "-");
    EXPECT_EQ(found(text, "cache_co"), "-");
    EXPECT_EQ(found("{}", "cache_control"), "-");
}

TEST(JsonMembers, TellsNamesOfMoreThanTwoWordsApart)
{
    constexpr std::string_view text =
        R"({"cache_creation_input_tokens":1,"cache_creation_input_token":2,"cache_creation_input_tokenss":3,)"
        R"("cache_creatiom_input_tokens":4,"cache_creation":5})";
    EXPECT_EQ(found(text, "cache_creation_input_tokens"), "1");
    EXPECT_EQ(found(text, "cache_creation_input_token"), "2");
    EXPECT_EQ(found(text, "cache_creation_input_tokenss"), "3");
    EXPECT_EQ(found(text, "cache_creatiom_input_tokens"), "4");
    EXPECT_EQ(found(text, "cache_creation_input_toke"), "-");
    EXPECT_EQ(found(text, "cache_creation_input_tokens_of_this_and_of_all_the_requests_before"), "-");
    EXPECT_EQ(found(R"({"cache_creation_input_t\u006fkens":1})", "cache_creation_input_tokens"), "1");
    EXPECT_EQ(found(R"({"cache_creation_input_tokens\u0020":1})", "cache_creation_input_tokens"), "-");
}

TEST(JsonMembers, TakesTheLastOfSeveral)
{
    EXPECT_EQ(found(R"({"name":1,"id":2,"name":3})", "name"), "3");
    EXPECT_EQ(found(R"({"description":1,"description":2,"desc":3})", "description"), "2");
}

TEST(JsonMembers, ReadsKeysHoweverTheyAreSpelled)
{
    EXPECT_EQ(found(R"({"na\u006de":1,"name":2})", "name"), "2");
    EXPECT_EQ(found(R"({"name":1,"n\u0061me":2})", "name"), "2");
    EXPECT_EQ(found(R"({"description":1,"descript\u0069on":2})", "description"), "2");
    EXPECT_EQ(found(R"({"thinking\u0020":1})", "thinking"), "-");
}

TEST(JsonMembers, FindsWhatStandsAtTheVeryEnd)
{
    const std::string text = R"({"a":1})"; // no eight bytes are left behind the quote
    EXPECT_EQ(found(text, "a"), "1");
    EXPECT_EQ(found(R"({"b":0,"id":1})", "id"), "1");
}

TEST(JsonMembers, FindsEveryFieldOfALargeObject)
{
    std::string text = "{";
    for (int i = 0; i < 40; ++i)
        text += "\"f" + std::to_string(i) + "\":" + std::to_string(i) + ",";
    text += "\"name\":\"x\"}";
    EXPECT_EQ(found(text, "f0"), "0");
    EXPECT_EQ(found(text, "f39"), "39");
    EXPECT_EQ(found(text, "name"), "\"x\"");
    EXPECT_EQ(found(text, "f40"), "-");
}

} // namespace dragoman::json
