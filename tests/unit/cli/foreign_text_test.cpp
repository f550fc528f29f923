#include "cli/import_kind.h"
#include "cli/json5_text.h"
#include "cli/yaml_text.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace dragoman::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

json meant(const Result<std::string>& text)
{
    if (!text) {
        ADD_FAILURE() << text.error().message;
        return {};
    }
    return json::parse(*text, nullptr, false);
}

std::string mistake(const Result<std::string>& text)
{
    return text ? "was read: " + *text : text.error().message;
}

TEST(Json5, IsJsonWithTheLibertiesThatPeopleTake)
{
    EXPECT_EQ(meant(json_of_json5(R"({
        // a comment, "with quotes"
        name: 'it\'s "so"', /* more */ $dollar_1: [1, .5, 5., +3, -0x1F, 1e3,],
        "nested": { a: true, b: null, c: false, },
        "url": "https://x.example//not-a-comment",
        "long": "one \
two", "escapes": "\u00e9\x41\v\0\/\t\"",
    })")),
        json({ { "name", "it's \"so\"" }, { "$dollar_1", { 1, 0.5, 5.0, 3, -31, 1000.0 } },
            { "nested", { { "a", true }, { "b", nullptr }, { "c", false } } },
            { "url", "https://x.example//not-a-comment" }, { "long", "one two" },
            { "escapes",
                std::string("\xc3\xa9"
                            "A\v\0/\t\"",
                    8) } }));
}

TEST(Json5, SaysTheLineOfAMistakeAndNotWhatStandsThere)
{
    for (const auto& [text, expected] : std::map<std::string, std::string> {
             { "{\n  \"key\": sk-or-secret\n}", "line 2: something stands here that is no value" },
             { "{\n\n\"key\": \"sk-or-secret\n}", "line 3: a string does not end on its line" },
             { "{ a: 1 b: 2 }", "line 1: a ',' or '}' is missing" },
             { "{ a 1 }", "a ':' is missing" },
             { "{ a: [1, 2 }", "a ',' or ']' is missing" },
             { "{ a: 1 } }", "something follows the end" },
             { "{ a: Infinity }", "no value" },
             { "{ a: -Infinity }", "a number cannot be read" },
             { "{ a: 1.2.3 }", "a number cannot be read" },
             { "{ a: \"\\u12\" }", "a character cannot be read" },
             { "{ /* a: 1 }", "a comment does not end" },
             { "{ a:", "a value is missing" },
             { std::string(100, '['), "too many brackets" },
         }) {
        EXPECT_THAT(mistake(json_of_json5(text)), HasSubstr(expected)) << text;
        EXPECT_THAT(mistake(json_of_json5(text)), Not(HasSubstr("secret")));
    }
}

TEST(Yaml, BlocksAreMapsAndLists)
{
    EXPECT_EQ(meant(json_of_yaml("# LiteLLM\n"
                                 "---\n"
                                 "model_list:\n"
                                 "- model_name: gpt-4o   # at the same column as its key\n"
                                 "  litellm_params:\n"
                                 "      model: azure/gpt-4o-eu\n"
                                 "      api_base: https://x.example:443/v1#part\n"
                                 "      rpm: 6\n"
                                 "-\n"
                                 "    model_name: \"*\"\n"
                                 "    tags: [a, 'b, c', {d: 1, e}]\n"
                                 "\n"
                                 "nothing:\n"
                                 "empty: {}\n"
                                 "nested:\n"
                                 "  - - 1\n"
                                 "    - 2\n"
                                 "  - three\n")),
        json({ { "model_list",
                   { { { "model_name", "gpt-4o" },
                         { "litellm_params",
                             { { "model", "azure/gpt-4o-eu" },
                                 { "api_base", "https://x.example:443/v1#part" }, { "rpm", 6 } } } },
                       { { "model_name", "*" },
                           { "tags", { "a", "b, c", { { "d", 1 }, { "e", nullptr } } } } } } },
            { "nothing", nullptr }, { "empty", json::object() }, { "nested", { { 1, 2 }, "three" } } }));
}

TEST(Yaml, PlainWordsMeanWhatTheyLookLike)
{
    EXPECT_EQ(meant(json_of_yaml("a: yes\nb: Off\nc: ~\nd: 1_000\ne: -2.5e3\nf: 0x1f\ng: 2023-05-15\nh: 012\n"
                                 "i: 'yes'\nj: \"6\"\nk: os.environ/NAME\nl: 30d\nm: 1.\n")),
        json({ { "a", true }, { "b", false }, { "c", nullptr }, { "d", 1000 }, { "e", -2500.0 },
            { "f", "0x1f" }, { "g", "2023-05-15" }, { "h", "012" }, { "i", "yes" }, { "j", "6" },
            { "k", "os.environ/NAME" }, { "l", "30d" }, { "m", "1." } }));
}

TEST(Yaml, TextsMayGoOnInTheNextLine)
{
    EXPECT_EQ(meant(json_of_yaml("plain: one\n  two\n\n  three\n"
                                 "double: \"a\\tb\\x41\\u00e9 \\\n    c\n    d\"\n"
                                 "single: 'it''s\n  so'\n"
                                 "kept: |\n  first\n    deeper\n\n  last\n"
                                 "folded: >-\n  one\n  two\n"
                                 "after: 1\n")),
        json({ { "plain", "one two\nthree" }, { "double", "a\tbA\xc3\xa9 c d" }, { "single", "it's so" },
            { "kept", "first\n  deeper\n\nlast\n" }, { "folded", "one two" }, { "after", 1 } }));
}

TEST(Yaml, AnchorsAreCopiedAndMerged)
{
    EXPECT_EQ(meant(json_of_yaml("defaults: &d\n  api_base: http://a\n  rpm: 1\n"
                                 "name: &n text\n"
                                 "one:\n  <<: *d\n  rpm: 2\n"
                                 "two: { <<: 1 }\n"
                                 "three: *n\n"
                                 "four:\n  <<: [*d]\n  x: 1\n"
                                 "list:\n  - &item\n    a: 1\n  - *item\n")),
        json({ { "defaults", { { "api_base", "http://a" }, { "rpm", 1 } } }, { "name", "text" },
            { "one", { { "api_base", "http://a" }, { "rpm", 2 } } }, { "two", { { "<<", 1 } } },
            { "three", "text" }, { "four", { { "api_base", "http://a" }, { "rpm", 1 }, { "x", 1 } } },
            { "list", { { { "a", 1 } }, { { "a", 1 } } } } }));
}

TEST(Yaml, LineEndsOfWindowsAreLineEnds)
{
    EXPECT_EQ(meant(json_of_yaml("a: 1\r\nb:\r\n  - \"x\"\r\n  - y\r\n")),
        json({ { "a", 1 }, { "b", { "x", "y" } } }));
}

TEST(Yaml, WhatIsNotUnderstoodIsRefusedWithItsLine)
{
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i)
        bomb +=
            fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
    for (const auto& [text, expected] : std::map<std::string, std::string> {
             { "a: 1\nb: !!str sk-secret\n", "line 2: tags such as !!str are not understood" },
             { "a: 1\n---\nb: 2\n", "line 2: a second document begins" },
             { "%YAML 1.1\n---\na: 1\n", "line 1: directives" },
             { "model_list:\n  - model_name: *\n", "line 2: a * alone refers to nothing" },
             { "a: *sk-secret\n", "line 1: a * refers to no &" },
             { "a:\n\tb: 1\n", "line 2: a tab stands" },
             { "a: 1\n  b: 2\n", "line 2: the indentation fits to no line above" },
             { "a:\n    b: 1\n  c: 2\n", "line 3: the indentation" },
             { "a: b: c\n", "line 1: a ':' inside of a value" },
             { "a: [1, 2\nb: 3\n", "a ',' or ']' is missing" },
             { "a: {b: 1\n", "a ',' or '}' is missing" },
             { "a: \"sk-secret\n", "a quoted text does not end" },
             { "a: \"x\" sk-secret\n", "something follows a value" },
             { "a: @b\n", "needs quotes" },
             { "just text\n- more\n", "line 2: the indentation fits" },
             { "a: 1\nb\n", "line 2: a name with a ':' behind it is missing" },
             { bomb, "references inside each other" },
             { "a: " + std::string(100, '['), "too many brackets" },
         }) {
        EXPECT_THAT(mistake(json_of_yaml(text)), HasSubstr(expected)) << text.substr(0, 200);
        EXPECT_THAT(mistake(json_of_yaml(text)), Not(HasSubstr("secret")));
    }
}

TEST(ForeignFile, IsKnownByWhatStandsInIt)
{
    const auto kind = [](std::string_view text) {
        const auto file = recognise(text);
        EXPECT_TRUE(file) << text;
        return file ? file->kind : ForeignFile::Kind::env;
    };
    EXPECT_EQ(kind("OPENAI_API_KEY=x\nmodel_list=3\n"), ForeignFile::Kind::env);
    EXPECT_EQ(kind("// mine\n/* and */ { Providers: [], }"), ForeignFile::Kind::router);
    EXPECT_EQ(kind("\xef\xbb\xbf{\"Router\":{}}"), ForeignFile::Kind::router);
    EXPECT_EQ(kind("general_settings:\n  master_key: x\nmodel_list: []\n"), ForeignFile::Kind::litellm);
    EXPECT_EQ(kind("{\"model_list\":[]}"), ForeignFile::Kind::litellm);
    for (const auto& [text, expected] : std::map<std::string, std::string> {
             { "{\"mcpServers\":{}}", "neither claude-code-router's" },
             { "{ Providers: [ }", "it looks like JSON and cannot be read: line 1" },
             { "model_list:\n\t- x\n", "it looks like LiteLLM's config.yaml and cannot be read: line 2" },
         }) {
        const auto file = recognise(text);
        ASSERT_FALSE(file) << text;
        EXPECT_THAT(file.error().message, HasSubstr(expected));
    }
}

} // namespace
} // namespace dragoman::cli
