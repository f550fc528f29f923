#include "json/pieces.h"
#include "json/writer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace dragoman::json {

TEST(Pieces, BorrowLongPartsAndCopyShortOnes)
{
    const std::string source = std::string(5000, 'a') + std::string(40, 'b');
    const std::string_view all = source;
    Pieces pieces;
    pieces.own = "[";
    pieces.append_lasting(all.substr(0, 5000));
    pieces.append_lasting(all.substr(0, 2000));
    pieces.own += ",";
    pieces.append_lasting(all.substr(5000));
    pieces.own += "]";
    const auto views = pieces.views();
    ASSERT_EQ(views.size(), 4U);
    EXPECT_EQ(views[0], "[");
    EXPECT_EQ(views[1].data(), source.data());
    EXPECT_EQ(views[2].data(), source.data());
    EXPECT_EQ(views[3], "," + std::string(40, 'b') + "]");
    EXPECT_TRUE(pieces.borrows());
    EXPECT_EQ(pieces.size(), 7043U);
    EXPECT_EQ(pieces.text(), "[" + std::string(7000, 'a') + "," + std::string(40, 'b') + "]");
}

TEST(Pieces, AreAddedBehindOthers)
{
    const std::string source(3000, 'x');
    Pieces pieces("<");
    pieces.append_lasting(source);
    std::vector<std::string_view> all { "head" };
    pieces.append_views(all);
    EXPECT_EQ(all, (std::vector<std::string_view> { "head", "<", source }));
    Pieces().append_views(all);
    EXPECT_EQ(all.size(), 3U);
}

TEST(Pieces, StayWholeWhenTheyMove)
{
    const std::string source(3000, 'x');
    Pieces first("<"); // short enough to be inside of the string itself
    first.append_lasting(source);
    Pieces second = std::move(first);
    second.own += ">";
    EXPECT_EQ(second.text(), "<" + source + ">");
}

TEST(Pieces, MayBeEmptyOrBeginAndEndWithABorrowedPart)
{
    EXPECT_TRUE(Pieces().views().empty());
    const std::string source(1024, 'x');
    Pieces pieces;
    pieces.append_lasting(source);
    ASSERT_EQ(pieces.views().size(), 1U);
    EXPECT_EQ(pieces.text(), source);
    EXPECT_FALSE(Pieces("own").borrows());
}

TEST(Pieces, AreWrittenInTheirPlaceAmongValues)
{
    const std::string source = "\"" + std::string(2000, 'y') + "\"";
    Pieces pieces;
    Writer json(pieces);
    json.begin_object().key("a");
    json.begin_value();
    json.append_lasting(source);
    json.key("b").integer(1).end_object();
    EXPECT_EQ(pieces.text(), R"({"a":)" + source + R"(,"b":1})");
    std::string whole;
    Writer(whole).begin_array().append_lasting(source);
    EXPECT_EQ(whole, "[" + source) << "a plain string gets a copy";
}

} // namespace dragoman::json
