#include "translate/json_edits.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>

namespace dragoman::translate {

namespace {

std::string without(std::string_view text, std::string_view names)
{
    json::Document document;
    auto root = document.parse(text);
    JsonEdits edits(text);
    edits.remove_fields(*root->object(),
        [&](const json::Field& field) { return names.find(field.key.escaped) != names.npos; });
    return edits.apply().text();
}

} // namespace

TEST(JsonEdits, TakesFieldsOutWithTheirCommas)
{
    const std::string text = R"({ "a":1 , "b" : [2,3],"c":{} })";
    EXPECT_EQ(without(text, "-"), text);
    EXPECT_EQ(without(text, "a"), R"({ "b" : [2,3],"c":{} })");
    EXPECT_EQ(without(text, "b"), R"({ "a":1,"c":{} })");
    EXPECT_EQ(without(text, "c"), R"({ "a":1 , "b" : [2,3] })");
    EXPECT_EQ(without(text, "ab"), R"({ "c":{} })");
    EXPECT_EQ(without(text, "bc"), R"({ "a":1 })");
    EXPECT_EQ(without(text, "ac"), R"({ "b" : [2,3] })");
    EXPECT_EQ(without(text, "abc"), "{  }");
}

TEST(JsonEdits, TakesElementsOut)
{
    const std::string text = "[1,2,3]";
    json::Document document;
    auto root = document.parse(text);
    JsonEdits some(text);
    EXPECT_FALSE(some.remove_elements(*root->array(), std::array<std::size_t, 2> { 0, 2 }));
    EXPECT_EQ(some.apply().text(), "[2]");
    JsonEdits all(text);
    EXPECT_TRUE(all.remove_elements(*root->array(), std::array<std::size_t, 3> { 0, 1, 2 }));
    EXPECT_EQ(all.apply().text(), "[]");
}

TEST(JsonEdits, ForgetsChangesInsideLargerOnes)
{
    const std::string text = R"({"a":{"b":1},"c":2})";
    json::Document document;
    auto root = document.parse(text);
    auto a = *root->object()->find("a");
    JsonEdits edits(text);
    edits.replace(*a.object()->find("b"), "9");
    edits.insert(a.offset() + 1, "\"x\":0,");
    edits.remove_fields(*root->object(), [](const json::Field& field) { return field.key.escaped == "a"; });
    edits.replace(*root->object()->find("c"), "3");
    EXPECT_EQ(edits.apply().text(), R"({"c":3})");
}

} // namespace dragoman::translate
