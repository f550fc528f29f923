#include "cli/env_import.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace dragoman::cli {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Import import_text(std::string_view text) { return import_env(config::parse_dotenv(text), "/folder"); }

std::string setting(const Import& import, std::string_view table, std::string_view key)
{
    const std::string* found = import.choices.find(table, key);
    return found ? *found : "";
}

std::string why_left(const Import& import, std::string_view name)
{
    for (const Import::Line& line : import.left)
        if (line.name == name)
            return line.what;
    return "";
}

bool is_carried(const Import& import, std::string_view name)
{
    return std::ranges::any_of(import.carried, [&](const Import::Line& line) { return line.name == name; });
}

TEST(EnvImport, TheFirstNameOfAMeaningWinsAndTheOthersAreNamed)
{
    const Import import = import_text("BIG_MODEL=b/two\nBIG_MODEL_NAME=a/one\nOPENROUTER_MODEL=c/three\n"
                                      "OPENROUTER_API_KEY=sk-or-1\nOPENAI_API_KEY=sk-or-2\n");
    EXPECT_EQ(setting(import, "models", "big"), R"("a/one")");
    EXPECT_EQ(setting(import, "models", "small"), R"("c/three")");
    EXPECT_THAT(why_left(import, "BIG_MODEL"), HasSubstr("BIG_MODEL_NAME means the same"));
    EXPECT_EQ(import.key.reveal(), "sk-or-1");
    EXPECT_THAT(why_left(import, "OPENAI_API_KEY"), HasSubstr("OPENROUTER_API_KEY comes first"));
}

TEST(EnvImport, AKeyGoesWhereItsOwnFileSaysAndNowhereElse)
{
    const Import local = import_text("OPENAI_API_KEY=sk-local\nOPENAI_BASE_URL=http://127.0.0.1:8000/v1\n");
    EXPECT_EQ(local.choices.upstream, "imported");
    EXPECT_EQ(setting(local, "upstreams.imported", "base_url"), R"("http://127.0.0.1:8000/v1")");
    EXPECT_EQ(local.key.reveal(), "sk-local");
    const Import nowhere = import_text("OPENAI_API_KEY=sk-proj-x\n");
    EXPECT_TRUE(nowhere.key.empty());
    EXPECT_THAT(why_left(nowhere, "OPENAI_API_KEY"), HasSubstr("no base URL says where"));
    const Import foreign =
        import_text("OPENROUTER_API_KEY=sk-or-1\nOPENAI_BASE_URL=https://api.openai.com/v1\n");
    EXPECT_EQ(foreign.choices.upstream, "openrouter");
    EXPECT_EQ(setting(foreign, "upstreams.openrouter", "base_url"), "");
    EXPECT_THAT(why_left(foreign, "OPENAI_BASE_URL"), HasSubstr("belongs to another key"));
    const Import fake =
        import_text("OPENAI_API_KEY=sk-or-1\nBASE_URL=https://openrouter.ai.evil.example/v1\n");
    EXPECT_EQ(fake.choices.upstream, "imported") << "a name that only begins like OpenRouter's";
}

TEST(EnvImport, AClientsTokenIsAKeyOnlyWhenItLooksLikeOne)
{
    EXPECT_EQ(import_text("ANTHROPIC_AUTH_TOKEN=sk-or-9\n").key.reveal(), "sk-or-9");
    const Import password = import_text("ANTHROPIC_API_KEY=sk-ant-1\n");
    EXPECT_TRUE(password.key.empty());
    EXPECT_THAT(why_left(password, "ANTHROPIC_API_KEY"), HasSubstr("nothing says whether"));
}

TEST(EnvImport, SecretsAtTheWrongPlaceAreNotCarriedOver)
{
    const Import import = import_text("BIG_MODEL=sk-or-secret\nAPP_NAME=sk-or-secret\n");
    EXPECT_EQ(setting(import, "models", "big"), "");
    EXPECT_EQ(why_left(import, "BIG_MODEL"), "it holds no name of a model");
    EXPECT_FALSE(is_carried(import, "APP_NAME"));
}

TEST(EnvImport, AddressesBeyondThisMachineStayBehind)
{
    const Import open = import_text("HOST=0.0.0.0\nPORT=9000\n");
    EXPECT_EQ(setting(open, "server", "listen"), R"(["127.0.0.1:9000", "[::1]:9000"])");
    EXPECT_THAT(why_left(open, "HOST"), HasSubstr("other machines"));
    EXPECT_EQ(setting(import_text("HOST=127.0.0.1\n"), "server", "listen"), R"(["127.0.0.1:8080"])");
    const Import odd = import_text("PORT=many\n");
    EXPECT_EQ(setting(odd, "server", "listen"), "");
    EXPECT_EQ(why_left(odd, "PORT"), "it is no port");
    EXPECT_FALSE(is_carried(odd, "PORT"));
}

TEST(EnvImport, TablesOfNamesInBothSpellings)
{
    const std::vector<config::ModelMapping> expected { { "a", "x/y" }, { "b-*", "z/w" } };
    EXPECT_EQ(import_text(R"(MODEL_MAP={"a": "x/y", "b-*": "z/w"})").choices.map, expected);
    EXPECT_EQ(import_text("MODEL_MAP=a=x/y, b-*=z/w").choices.map, expected);
    for (const char* bad : { "MODEL_MAP=nonsense", R"(MODEL_MAP={"a": 7})", "MODEL_MAP=a=b*" }) {
        const Import import = import_text(bad);
        EXPECT_TRUE(import.choices.map.empty()) << bad;
        EXPECT_THAT(why_left(import, "MODEL_MAP"), HasSubstr("[[models.map]]")) << bad;
    }
}

TEST(EnvImport, FilesAreNamedAbsolutely)
{
    const Import import = import_text("LOG_FILE_PATH=log.jsonl\nOPENROUTER_API_KEY_FILE=secret/key\n");
    EXPECT_EQ(setting(import, "log", "file"), R"("/folder/log.jsonl")");
    EXPECT_EQ(import.key_file, "/folder/secret/key");
}

TEST(EnvImport, NothingIsForgotten)
{
    const Import import = import_text("SOMETHING=1\nEMPTY=\nMAX_TOKENS_LIMIT=4096\nHTTPS_PROXY=http://p\n"
                                      "LOG_LEVEL=loud\nthis is no line\nOPEN_CLAUDE_CACHE=true\n");
    EXPECT_EQ(import.left.size(), 7U);
    EXPECT_EQ(why_left(import, "SOMETHING"), "dragoman knows no such setting");
    EXPECT_EQ(why_left(import, "EMPTY"), "it is set to nothing");
    EXPECT_THAT(why_left(import, "MAX_TOKENS_LIMIT"), HasSubstr("catalogue"));
    EXPECT_THAT(why_left(import, "HTTPS_PROXY"), HasSubstr("environment only"));
    EXPECT_THAT(why_left(import, "LOG_LEVEL"), HasSubstr("no level"));
    EXPECT_THAT(why_left(import, "line 6"), HasSubstr("NAME=value"));
}

TEST(EnvImport, WhatMayBeASecretIsNoNameAndAStrangeFileIsNotListed)
{
    const Import import = import_text("UNKNOWN_THING=1\nc2VjcmV0Canary0=\n");
    EXPECT_NE(why_left(import, "UNKNOWN_THING"), "");
    for (const Import::Line& line : import.left)
        EXPECT_THAT(line.name + line.what, ::testing::Not(HasSubstr("Canary")));
    EXPECT_THAT(why_left(import, "line 2"), HasSubstr("none that a variable has"));
    std::string strange;
    for (int i = 0; i < 1000; ++i)
        strange += "no setting at all\n";
    const Import other = import_text(strange);
    EXPECT_EQ(other.left.size(), 9U);
    EXPECT_THAT(why_left(other, "…"), HasSubstr("992 more"));
}

} // namespace
} // namespace dragoman::cli
