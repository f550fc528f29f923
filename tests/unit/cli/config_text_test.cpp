#include "cli/config_text.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Choices some_choices()
{
    Choices choices;
    choices.set("models", "big", toml_string("a/b"));
    choices.set("upstreams.openrouter", "key_file", toml_string("/k"));
    return choices;
}

TEST(ConfigText, StringsAreWrittenSoThatTheyAreReadBack)
{
    EXPECT_EQ(toml_string("plain"), R"("plain")");
    EXPECT_EQ(toml_string("a\"b\\c\n"), R"("a\"b\\c\u000a")");
}

TEST(ConfigText, ANewFileHasWhatWasChosenAndShowsTheRest)
{
    const std::string text = new_config_text(some_choices());
    EXPECT_THAT(text, HasSubstr("\nbig = \"a/b\" "));
    EXPECT_THAT(text, HasSubstr("\n# middle = "));
    EXPECT_THAT(text, HasSubstr("[upstreams.openrouter]\nkey_file = \"/k\""));
    EXPECT_THAT(text, HasSubstr("\n# listen = "));
    EXPECT_THAT(text, Not(HasSubstr("base_url"))) << "only what is needed";
}

TEST(ConfigText, AnEditChangesTheValueAndNothingElse)
{
    const std::string old =
        "# mine\n[ models ] # here\n  big='old' # why\nmiddle = \"m\"\n\n[other]\nbig = 1\n"
        "[upstreams.openrouter]\nkey_file = \"/old # no comment\"  # kept\n";
    EXPECT_EQ(edited_config_text(old, some_choices()),
        "# mine\n[ models ] # here\n  big=\"a/b\" # why\nmiddle = \"m\"\n\n[other]\nbig = 1\n"
        "[upstreams.openrouter]\nkey_file = \"/k\"  # kept\n");
}

TEST(ConfigText, WhatIsNotThereIsAdded)
{
    EXPECT_EQ(edited_config_text("[models]\nsmall = \"s\"", some_choices()),
        "[models]\nbig = \"a/b\"\nsmall = \"s\"\n\n[upstreams.openrouter]\nkey_file = \"/k\"\n");
    EXPECT_EQ(edited_config_text("[models]", some_choices()),
        "[models]\nbig = \"a/b\"\n\n[upstreams.openrouter]\nkey_file = \"/k\"\n");
    EXPECT_EQ(edited_config_text("", some_choices()),
        "[models]\nbig = \"a/b\"\n\n[upstreams.openrouter]\nkey_file = \"/k\"\n");
}

TEST(ConfigText, ListsAreReplacedAsAWhole)
{
    Choices choices;
    choices.set("server", "listen", "[\"127.0.0.1:1\"]");
    EXPECT_EQ(edited_config_text("[server]\nlisten = [\"[::1]:2\", '127.0.0.1:3'] # c\n", choices),
        "[server]\nlisten = [\"127.0.0.1:1\"] # c\n");
    EXPECT_EQ(edited_config_text("[server]\nlisten = [\n\"[::1]:2\"]\n", choices), std::nullopt);
    EXPECT_EQ(edited_config_text("[server]\nlisten = \"\"\"x\"\"\"\n", choices), std::nullopt);
}

TEST(ConfigText, AKeyInTheFileGivesWayToAKeyFile)
{
    EXPECT_EQ(edited_config_text("[upstreams.openrouter]\nkey = \"secret\"\nidle = \"1s\"\n", some_choices()),
        "[upstreams.openrouter]\nkey_file = \"/k\"\nidle = \"1s\"\n\n[models]\nbig = \"a/b\"\n");
    EXPECT_EQ(without_setting("[a]\nkey_file = 1\n", "a", "key"), "[a]\nkey_file = 1\n");
}

TEST(ConfigText, MappingsFollowTheModels)
{
    Choices choices;
    choices.map.push_back({ "claude-*", "x/y" });
    EXPECT_EQ(edited_config_text("[models]\nbig = \"a\"", choices),
        "[models]\nbig = \"a\"\n\n[[models.map]]\nfrom = \"claude-*\"\nto = \"x/y\"\n");
    EXPECT_THAT(new_config_text(choices), HasSubstr("[[models.map]]\nfrom = \"claude-*\"\n"));
}

} // namespace
} // namespace dragoman::cli
