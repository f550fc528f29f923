#include "translate/scrub.h"

#include <gtest/gtest.h>

namespace dragoman::translate {

TEST(Scrub, MasksKeysHoweverTheyAreIntroduced) // E8, U-26
{
    for (std::string_view text : {
             "Incorrect API key provided: sk-or-v1-0123456789abcdef.",
             "Authorization: Bearer abcdef0123456789",
             "header \"authorization\": \"Bearer 0123456789abcdef\" was refused",
             "x-api-key: 0123456789abcdef",
             "{\\\"api_key\\\":\\\"0123456789abcdef\\\"}",
             "Bearer 0123456789abcdef is expired",
             "AIza0123456789abcdef",
             "gsk_0123456789abcdef",
         }) {
        const std::string shown = scrub(text);
        EXPECT_EQ(shown.find("456789"), std::string::npos) << shown;
        EXPECT_NE(shown.find("***"), std::string::npos) << shown;
    }
}

TEST(Scrub, LeavesOrdinarySentencesAlone)
{
    for (std::string_view text : { "The API key is invalid", "the bearer of bad news", "a task-based model",
             "basic authentication is off", "risk-free", "Überlänge – 12 tokens", "sk-only" })
        EXPECT_EQ(scrub(text), text);
}

TEST(Scrub, LeavesNoControlCharacters)
{
    EXPECT_EQ(scrub(std::string_view("a\x1b[31mb\r\nc\0d\x7f", 13)), "a [31mb  c d ");
}

TEST(Scrub, CutsBetweenCharacters) // E8
{
    const std::string cut = scrub("ääääääää", 10);
    EXPECT_EQ(cut, "äää…");
    EXPECT_LE(scrub(std::string(100000, 'x')).size(), limits::error_message);
}

} // namespace dragoman::translate
