#include "json/document.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dragoman::json {

namespace {

bool accepts(std::string_view text)
{
    Document document;
    return document.parse(text).has_value();
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

} // namespace

TEST(JsonDocument, WalksWhatItWasGivenAsSlices)
{
    std::string_view text = R"( {"a" : 1.0 , "b":[ "x\n" , {} ,[],null],"c":{"d":true}} )";
    Document document;
    auto root = document.parse(text);
    ASSERT_TRUE(root) << root.error().message;
    std::vector<std::string> seen;
    for (Field field : Object(*root->object()))
        seen.push_back(std::string(field.key.escaped) + "=" + std::string(field.value.raw().text));
    EXPECT_EQ(seen, (std::vector<std::string> { "a=1.0", R"(b=[ "x\n" , {} ,[],null])", R"(c={"d":true})" }));
    std::vector<Type> types;
    for (Value value : Array(*root->object()->find("b")->array()))
        types.push_back(value.type());
    EXPECT_EQ(types, (std::vector { Type::string, Type::object, Type::array, Type::null }));
}

TEST(JsonDocument, KeepsTheSpellingOfNumbers) // J-06
{
    Document document;
    auto root = document.parse("[123456789012345678901234567890,1e400,-0,1E-400,1.0]");
    ASSERT_TRUE(root);
    std::vector<std::string_view> seen;
    for (Value value : Array(*root->array()))
        seen.push_back(value.raw().text);
    EXPECT_EQ(seen,
        (std::vector<std::string_view> { "123456789012345678901234567890", "1e400", "-0", "1E-400", "1.0" }));
    EXPECT_FALSE((*root->array()->begin()).integer());
}

TEST(JsonDocument, ReadsIntegersHoweverTheyAreWritten)
{
    Document document;
    auto root = document.parse("[17,1e3,2.0,2.5,\"3\"]");
    std::vector<std::optional<std::int64_t>> seen;
    for (Value value : Array(*root->array()))
        seen.push_back(value.integer());
    EXPECT_EQ(seen, (std::vector<std::optional<std::int64_t>> { 17, 1000, 2, std::nullopt, std::nullopt }));
}

TEST(JsonDocument, RefusesWhatTheGrammarRefuses) // R64, C-22, J-09
{
    for (std::string_view bad : { "", " ", "{", "}", "[", "[1,]", R"({"a":1,})", R"({"a" 1})", R"({a:1})",
             R"({"a":1}x)", R"({"a":1}})", "[1 2]", "tru", "nul", "01", "1.", ".5", "+1", "1e", "-", "NaN",
             R"("a)", R"(["\q"])", R"(["\u12g4"])", R"(["\u12"])", "[\"\x01\"]", "\"a\"b", "[}", "{]",
             R"({"a":})", R"({,})", "[,1]", R"({"a":1 "b":2})", "\xff", "[\"\xc0\x80\"]",
             "[\"\xed\xa0\x80\"]", "tru\"e\"" })
        EXPECT_FALSE(accepts(bad)) << bad;
}

TEST(JsonDocument, AcceptsWhatClientsSend)
{
    for (std::string_view good :
        { "{}", "[]", "0", "-0", "1e5", "null", "true", R"("")", "\xEF\xBB\xBF{}", R"(["\ud83d"])",
            R"({"a":1,"a":2})", R"(["\/\b\f\n\r\t\"\\"])", "\r\n\t {} \n", R"(["\u0000"])" })
        EXPECT_TRUE(accepts(good)) << good;
}

TEST(JsonDocument, CountsNestingInsteadOfRecursing) // J-01
{
    EXPECT_TRUE(accepts(nested(512)));
    EXPECT_FALSE(accepts(nested(513)));
    EXPECT_FALSE(accepts(std::string(100'000, '[')));
    Document document;
    EXPECT_NE(document.parse(nested(600)).error().message.find("nested deeper than 512"), std::string::npos);
}

TEST(JsonDocument, TellsWhereTheMistakeIs)
{
    Document document;
    EXPECT_EQ(
        document.parse(R"({"a":1,})").error().message, "invalid JSON at byte 7: expected a key in quotes");
    EXPECT_EQ(document.parse(R"([1)").error().message, "invalid JSON at byte 2: it ends too early");
}

TEST(JsonDocument, LastOfTwoEqualKeysWins) // J-05
{
    Document document;
    auto root = document.parse(R"({"a":1,"b":0,"a":2,"\u0062":5})");
    EXPECT_EQ(root->object()->find("a")->integer(), 2);
    EXPECT_EQ(root->object()->find("b")->integer(), 5);
    EXPECT_FALSE(root->object()->find("c"));
}

TEST(JsonDocument, SaysWhetherSurrogatesNeedALook)
{
    Document document;
    EXPECT_TRUE(document.parse(R"(["\u00e9"])"));
    EXPECT_FALSE(document.has_surrogate_escapes());
    EXPECT_TRUE(document.parse(R"(["a\uD83D"])"));
    EXPECT_TRUE(document.has_surrogate_escapes());
    EXPECT_TRUE(document.parse(R"(["\\uD83D"])"));
    EXPECT_FALSE(document.has_surrogate_escapes());
}

TEST(JsonDocument, CanBeUsedAgainForLargerTexts)
{
    Document document;
    for (std::size_t size : { 10UZ, 10'000UZ, 10UZ, 1'000'000UZ }) {
        std::string text = "[\"" + std::string(size, 'x') + "\"]";
        auto root = document.parse(text);
        ASSERT_TRUE(root);
        EXPECT_EQ((*root->array()->begin()).string()->escaped.size(), size);
    }
}

TEST(JsonDocument, ComparesKeysHoweverTheyAreEscaped)
{
    EXPECT_TRUE(key_is({ "role" }, "role"));
    EXPECT_TRUE(key_is({ R"(\u0072ol\u0065)" }, "role"));
    EXPECT_TRUE(key_is({ R"(r\u006fle)" }, "role"));
    EXPECT_FALSE(key_is({ R"(s\u006fle)" }, "role"));
    EXPECT_FALSE(key_is({ "roles" }, "role"));
    EXPECT_FALSE(key_is({ "r" }, ""));
    EXPECT_FALSE(key_is({ R"(\u0072ol)" }, "role"));
    EXPECT_FALSE(key_is({ R"(\u0072oles)" }, "role"));
    EXPECT_TRUE(key_is({ R"(a\/b)" }, "a/b"));
    EXPECT_FALSE(key_is({ R"(r\"le)" }, "role"));
}

} // namespace dragoman::json
