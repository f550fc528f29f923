#include "net/field_list.h"

#include <gtest/gtest.h>

#include <string>

namespace dragoman::net {

namespace {

std::string text_of(const FieldList& list)
{
    std::string text;
    for (const Field& field : list.fields())
        text.append(field.name).append("=").append(field.value).append(";");
    return text;
}

} // namespace

TEST(FieldList, JoinsValuesAndOutlivesThem)
{
    FieldList list;
    EXPECT_TRUE(list.fields().empty());
    {
        std::string key = "sk-1";
        list.add("authorization", { "Bearer ", key });
        list.add("empty", "");
        list.add("accept", std::string("text/") + "event-stream");
    }
    EXPECT_EQ(text_of(list), "authorization=Bearer sk-1;empty=;accept=text/event-stream;");
}

TEST(FieldList, StaysWholeWhileItGrowsAndIsMoved)
{
    FieldList list;
    std::string expected;
    for (int i = 0; i < 100; ++i) {
        const std::string value(static_cast<std::size_t>(i), 'v');
        list.add("name-" + std::to_string(i), value);
        expected += "name-" + std::to_string(i) + "=" + value + ";";
    }
    EXPECT_EQ(text_of(list), expected);
    FieldList moved = std::move(list);
    EXPECT_EQ(text_of(moved), expected);
    moved.release();
    EXPECT_TRUE(moved.fields().empty());
    moved.add("again", "1");
    EXPECT_EQ(text_of(moved), "again=1;");
}

} // namespace dragoman::net
