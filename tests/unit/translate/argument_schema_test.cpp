#include "translate/argument_schema.h"

#include <gtest/gtest.h>

namespace dragoman::translate {
namespace {

constexpr std::string_view schema = R"({"type":"object","additionalProperties":false,"required":["path"],
    "properties":{"path":{"type":"string"},"limit":{"type":"integer"},"share":{"type":"number"},
    "all":{"type":"boolean"},"tags":{"type":"array","items":{"type":"integer"}},
    "more":{"type":"object","properties":{"deep":{"type":"integer"}}},
    "free":{},"either":{"type":["string","null"]},"ref":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"integer"}}})";

std::string followed(std::string_view arguments) { return follow_schema(arguments, schema); }

TEST(ArgumentSchema, MakesOfTextWhatTheSchemaWants) // S43
{
    EXPECT_EQ(followed(R"({"path":"a","limit":"5","share":"0.5","all":"true","tags":"[1,2]"})"),
        R"({"path":"a","limit":5,"share":0.5,"all":true,"tags":[1,2]})");
    EXPECT_EQ(followed(R"({"all":"False","more":"{\"deep\":\"7\"}","tags":["1",2],"ref":"3"})"),
        R"({"all":false,"more":{"deep":7},"tags":[1,2],"ref":3})");
    EXPECT_EQ(followed(R"({"path":5,"limit":5.0})"), R"({"path":"5","limit":5})");
}

TEST(ArgumentSchema, LeavesOutWhatMayBeAbsent)
{
    EXPECT_EQ(followed(R"({"path":"a","limit":null,"unknown":1})"), R"({"path":"a"})");
    EXPECT_EQ(
        followed(R"({"path":null,"either":null,"free":null})"), R"({"path":null,"either":null,"free":null})");
}

TEST(ArgumentSchema, LooksIntoAlternatives)
{
    constexpr std::string_view optional = R"({"type":"object","required":["n"],"properties":{
        "n":{"anyOf":[{"type":"integer"},{"type":"null"}]},"list":{"oneOf":[{"type":"array","items":{"type":"integer"}},
        {"type":"null"}]},"either":{"anyOf":[{"type":"integer"},{"type":"string"}]},
        "both":{"anyOf":[{"type":"integer"},{"type":"boolean"}]},"one":{"anyOf":[{"$ref":"#/$defs/p"},{"type":"integer"}]}},
        "$defs":{"p":{"type":"object","properties":{"x":{"type":"integer"}}}}})";
    EXPECT_EQ(follow_schema(R"({"n":"5","list":"[\"1\",2]","both":"true","one":{"x":"1"}})", optional),
        R"({"n":5,"list":[1,2],"both":true,"one":{"x":1}})");
    EXPECT_EQ(follow_schema(R"({"one":"{\"x\":\"1\"}"})", optional), R"({"one":{"x":1}})");
    EXPECT_EQ(bare_argument("5", "n", optional), "5");
    for (const char* same :
        { R"({"n":null,"list":null})", R"({"either":"5"})", R"({"either":5,"both":"x"})" })
        EXPECT_EQ(follow_schema(same, optional), same);
    EXPECT_EQ(follow_schema(R"({"n":1,"either":null,"both":null})", optional), R"({"n":1})")
        << "null is none of these, so they are absent";
}

TEST(ArgumentSchema, KnowsThePropertiesOfEveryVariant)
{
    constexpr std::string_view variants =
        R"({"type":"object","properties":{"kind":{"type":"string"}},"anyOf":[
        {"properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false},
        {"properties":{"b":{"type":"boolean"}}}]})";
    EXPECT_EQ(
        follow_schema(R"({"kind":"x","a":"5","b":null,"c":1})", variants), R"({"kind":"x","a":5,"c":1})");
    constexpr std::string_view patterns =
        R"({"type":"object","properties":{},"patternProperties":{"^x":{}},"additionalProperties":false})";
    EXPECT_EQ(follow_schema(R"({"x1":1})", patterns), R"({"x1":1})");
    constexpr std::string_view circle =
        R"({"type":"object","properties":{"p":{"$ref":"#/$defs/a"}},"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"}]}}})";
    EXPECT_EQ(follow_schema(R"({"p":"1"})", circle), R"({"p":"1"})");
}

TEST(ArgumentSchema, LeavesAloneWhatHasNoOneReading)
{
    for (const char* same : { R"({"limit":"five"})", R"({"limit":"5.5"})", R"({"all":"yes"})",
             R"({"free":"5"})", R"({"path":"5"})", R"({"tags":"1,2"})", "[1]", "no JSON", "" })
        EXPECT_EQ(followed(same), same);
    EXPECT_EQ(follow_schema(R"({"a":"5"})", "no schema"), R"({"a":"5"})");
    EXPECT_EQ(follow_schema(R"({"a":"5","b":1})", R"({"type":"object"})"), R"({"a":"5","b":1})");
}

TEST(ArgumentSchema, ReadsBareTextByItsType)
{
    EXPECT_EQ(bare_argument("5", "limit", schema), "5");
    EXPECT_EQ(bare_argument("5", "path", schema), R"("5")");
    EXPECT_EQ(bare_argument("a\n\"b\"", "path", schema), R"("a\n\"b\"")");
    EXPECT_EQ(bare_argument("[1]", "tags", schema), "[1]");
    EXPECT_EQ(bare_argument("[1]", "unheard_of", schema), "[1]");
    EXPECT_EQ(bare_argument("text", "unheard_of", ""), R"("text")");
}

} // namespace
} // namespace dragoman::translate
