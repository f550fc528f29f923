#include "base/append.h"

#include <gtest/gtest.h>

namespace dragoman {

TEST(AppendAll, PutsTextsOfEveryKindBehindWhatIsThere)
{
    std::string out = "GET";
    const std::string long_text(1000, 'x');
    append_all(out, " ", std::string("/v1"), std::string_view(), "", std::string_view("/messages"),
        '\0' + long_text);
    EXPECT_EQ(out, "GET /v1/messages" + std::string(1, '\0') + long_text);
    append_all(out, "");
    EXPECT_EQ(out.size(), 1017U);
}

} // namespace dragoman
