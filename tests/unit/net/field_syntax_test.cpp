#include "net/exchange_io.h"
#include "net/http_syntax.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace dragoman::net {
namespace {

// Byte by byte, what HeadScanner finds eight at a time.
HeadScanner::State state_of(std::string_view bytes)
{
    std::size_t line = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const bool after_return = at > line && bytes[at - 1] == '\r';
        if (after_return != (bytes[at] == '\n'))
            return HeadScanner::State::bad;
        if (bytes[at] == '\n' && at - line == 1)
            return HeadScanner::State::complete;
        if (bytes[at] == '\n')
            line = at + 1;
    }
    return HeadScanner::State::more;
}

} // namespace

TEST(FieldSyntax, FindsAControlCharacterWhereverItStands)
{
    for (int c = 0; c < 256; ++c) {
        const bool allowed = c == '\t' || (c >= 0x20 && c != 0x7f);
        for (std::size_t size = 1; size <= 25; ++size)
            for (std::size_t at = 0; at < size; ++at) {
                std::string value(size, at % 2 == 0 ? 'v' : '\xFF');
                value[(at + 1) % size] = '\t';
                value[at] = static_cast<char>(c);
                EXPECT_EQ(is_clean({ "name", value }), allowed) << c << " at " << at << " of " << size;
            }
    }
    EXPECT_TRUE(is_clean({ "name", "" }));
}

TEST(FieldSyntax, ComparesNamesWithoutRegardToCase)
{
    EXPECT_TRUE(same_name("", ""));
    EXPECT_TRUE(same_name("Content-Length", "content-LENGTH"));
    EXPECT_FALSE(same_name("content-length", "content-lengths"));
    EXPECT_FALSE(same_name("content-length", "content-lengtH "));
    EXPECT_FALSE(same_name("[", "{")); // which differ as letters of two cases do
    for (std::size_t size = 1; size <= 24; ++size)
        for (std::size_t at = 0; at < size; ++at) {
            std::string name(size, 'n');
            std::string other(size, 'N');
            EXPECT_TRUE(same_name(name, other));
            name[at] = '@';
            other[at] = '`';
            EXPECT_FALSE(same_name(name, other)) << at << " of " << size;
            name[at] = 'Q';
            EXPECT_FALSE(same_name(name, other)) << at << " of " << size;
        }
}

TEST(FieldSyntax, FindsTheEndOfAHeadAndEveryBareLineEnd)
{
    constexpr std::string_view letters = "aaaaaaaaaaaa:\t\x01\x7f\xff\r\n";
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes;
        for (std::size_t parts = random() % 12; parts > 0; --parts) {
            bytes.append(random() % 9, 'b');
            bytes.append(
                random() % 3 == 0 ? std::string_view("\r\n") : letters.substr(random() % letters.size(), 1));
        }
        EXPECT_EQ(HeadScanner().scan(bytes), state_of(bytes)) << bytes;
        HeadScanner in_pieces;
        auto state = HeadScanner::State::more;
        for (std::size_t size = 0; state == HeadScanner::State::more && size < bytes.size();) {
            size = std::min(bytes.size(), size + 1 + random() % 5);
            state = in_pieces.scan(std::string_view(bytes).substr(0, size));
        }
        EXPECT_EQ(state, state_of(bytes)) << bytes;
    }
}

TEST(FieldSyntax, ReadsFieldsOfEverySize)
{
    for (std::size_t name = 1; name <= 20; ++name)
        for (std::size_t value = 0; value <= 20; ++value) {
            const std::string text(value, '\xff');
            std::string lines = std::string(name, 'n') + ": \t" + text + " \r\nlast:" + text;
            for (std::string_view end : { "", "\r\n" }) {
                const auto head = parse_fields(lines.append(end));
                ASSERT_TRUE(head);
                ASSERT_EQ(head->fields.size(), 2U);
                EXPECT_EQ(head->fields[0].name, std::string(name, 'n'));
                EXPECT_EQ(head->fields[0].value, text);
                EXPECT_EQ(head->fields[1].value, text);
            }
        }
    for (std::string_view lines : { "a", "a\r\n", ":a\r\n", "\r\n", " a: b\r\n", "a : b\r\n", "a: b\rc\r\n",
             "a: b\nc: d\r\n", "a: b\r\n c\r\n", "a: b\r", "a\t: b\r\n", "a\r\n: b\r\n" })
        EXPECT_FALSE(parse_fields(lines)) << lines;
}

} // namespace dragoman::net
