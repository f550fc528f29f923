#include "base/encoding.h"

#include <gtest/gtest.h>

namespace dragoman {

TEST(Encoding, DigestsAsTheStandardSays)
{
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Encoding, GivesBackEveryByteThroughBase64url)
{
    std::string all;
    for (int i = 0; i < 256; ++i) {
        all += static_cast<char>(i);
        EXPECT_EQ(base64url_decode(base64url_encode(all)), all);
    }
    EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
}

TEST(Encoding, RefusesWhatIsNoBase64)
{
    EXPECT_FALSE(base64url_decode("a"));
    EXPECT_FALSE(base64url_decode("ab+d"));
    EXPECT_FALSE(base64_decode("ab\ncd"));
    EXPECT_EQ(base64_decode("aGVsbG8="), "hello");
    EXPECT_EQ(base64_decode("aGVsbG8=", 3), "hel");
}

TEST(Encoding, ComparesSecretsOfAnyLength)
{
    EXPECT_TRUE(equal_in_constant_time("token", "token"));
    EXPECT_FALSE(equal_in_constant_time("token", "token2"));
    EXPECT_FALSE(equal_in_constant_time("", "token"));
}

TEST(Encoding, EscapesWhatHasAMeaningInAnAddress)
{
    EXPECT_EQ(percent_encode("claude-opus-4.8_~[1m]"), "claude-opus-4.8_~%5b1m%5d");
    EXPECT_EQ(percent_encode("a/b c&\xc3\xa4"), "a%2fb%20c%26%c3%a4");
    EXPECT_EQ(percent_decode("a%2fb%2Fc"), "a/b/c");
    EXPECT_EQ(percent_decode("%"), "%");
    EXPECT_EQ(percent_decode("100%2"), "100%2");
    EXPECT_EQ(percent_decode("%zz%4"), "%zz%4");
    for (const char* text : { "", "plain", "a b%20", "\x01\xff%" })
        EXPECT_EQ(percent_decode(percent_encode(text)), text);
}

} // namespace dragoman
