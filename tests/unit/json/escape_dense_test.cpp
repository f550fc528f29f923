#include "json/escape.h"
#include "json/escape_dense.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace dragoman::json {

namespace {

std::string written(char* (*write)(char*, std::string_view), std::string_view text)
{
    std::string out(escape_max * text.size(), '?');
    out.resize(static_cast<std::size_t>(write(out.data(), text) - out.data()));
    return out;
}

std::string random_text(std::mt19937& random, std::size_t size, std::string_view alphabet)
{
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
        text += alphabet[random() % alphabet.size()];
    return text;
}

} // namespace

TEST(JsonEscapeDense, WritesTheSameWithEveryProcessorsInstructions)
{
    std::mt19937 random(17);
    for (const std::string_view alphabet :
        { std::string_view("a\""), std::string_view("\\\""), std::string_view("ab{}:,\"\\"),
            std::string_view("abcdefgh\n\t\x01\x1F\x7F\"\\"), std::string_view("\xC3\xA9u\"xyz", 7) })
        for (std::size_t size = 0; size < 100; ++size) {
            const std::string text = random_text(random, size, alphabet);
            const std::string plainly = written(write_dense_plainly, text);
            ASSERT_EQ(written(write_dense, text), plainly);
            ASSERT_EQ(escape(text), plainly);
            ASSERT_EQ(unescape({ plainly }), text);
        }
}

TEST(JsonEscapeDense, WritesEveryByte)
{
    std::string all;
    for (int c = 0; c < 256; ++c)
        all += static_cast<char>(c);
    EXPECT_EQ(written(write_dense, all), written(write_dense_plainly, all));
    EXPECT_EQ(written(write_dense_plainly, all.substr(0, 0x24)),
        R"(\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012)"
        R"(\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f !\"#)");
}

} // namespace dragoman::json
