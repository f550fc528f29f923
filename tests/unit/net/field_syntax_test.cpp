#include "net/exchange_io.h"

#include <gtest/gtest.h>

#include <string>

namespace dragoman::net {

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
}

} // namespace dragoman::net
