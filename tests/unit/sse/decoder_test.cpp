#include "sse/decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dragoman::sse {

namespace {

struct Seen {
    std::string name, data;
    bool operator==(const Seen&) const = default;
};

std::vector<Seen> decode(std::string_view bytes, std::size_t step)
{
    Decoder decoder;
    std::vector<Seen> seen;
    auto take = [&](const Event& event) {
        seen.push_back({ std::string(event.name), std::string(event.data) });
    };
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        decoder.feed(bytes.substr(at, step));
        while (auto event = decoder.next())
            take(*event);
    }
    while (auto event = decoder.finish())
        take(*event);
    return seen;
}

} // namespace

TEST(SseDecoder, GivesTheSameEventsHoweverTheBytesArrive) // S25, S26, U-04, U-06, P3
{
    std::string_view stream = "\xEF\xBB\xBF: OPENROUTER PROCESSING\r\n\r\n"
                              "event: ping\r\ndata: one\r\ndata:two\r\n\r\n"
                              "id: 7\rretry: 3\rdata: three\r\r"
                              "event: dropped\n\n"
                              "data\n\n"
                              "data: \xF0\x9F\x98\x80 x\n: between\ndata: y\n\n"
                              "data: [DONE]\n\n";
    std::vector<Seen> whole = { { "ping", "one\ntwo" }, { "", "three" }, { "", "" },
        { "", "\xF0\x9F\x98\x80 x\ny" }, { "", "[DONE]" } };
    for (std::size_t step = 1; step <= stream.size(); ++step)
        EXPECT_EQ(decode(stream, step), whole) << "step " << step;
}

TEST(SseDecoder, TakesLineEndsOfEveryKindTogether)
{
    std::string stream;
    std::vector<Seen> wanted;
    for (std::string_view end : { "\n", "\r", "\r\n", "\r", "\n", "\r\n", "\r\n", "\r", "\r", "\n" }) {
        std::string number = std::to_string(wanted.size());
        stream += "data: " + number + std::string(end) + ": comment" + std::string(end) + std::string(end);
        wanted.push_back({ "", number });
    }
    for (std::size_t step = 1; step <= stream.size(); ++step)
        EXPECT_EQ(decode(stream, step), wanted) << "step " << step;
}

TEST(SseDecoder, GivesAnUnfinishedEventOnlyAtTheEnd) // S25
{
    Decoder decoder;
    decoder.feed("data: {\"a\":1}\n");
    EXPECT_FALSE(decoder.next());
    auto event = decoder.finish();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->data, "{\"a\":1}");
    EXPECT_FALSE(decoder.finish());
    EXPECT_EQ(decode("data: half", 3), (std::vector<Seen> { { "", "half" } }));
    EXPECT_TRUE(decode("event: only\n", 3).empty());
}

TEST(SseDecoder, TakesOneSpaceAfterTheColonAndNoMore)
{
    EXPECT_EQ(decode("data:  x\n\ndata:y\n\n", 100), (std::vector<Seen> { { "", " x" }, { "", "y" } }));
}

TEST(SseDecoder, PartsEventsThatNoBlankLineParts)
{
    std::string_view stream = "event: a\ndata: {\"n\":1}\n"
                              "event: b\nid: 2\ndata:{\"n\":2} \r\n: comment\r\n"
                              "data: {\"n\":\ndata: 3\ndata: }\n"
                              "data: {\"n\":4}\n\n"
                              "data: {\"n\":5}\r"
                              "data: [DONE]";
    std::vector<Seen> whole = { { "a", "{\"n\":1}" }, { "b", "{\"n\":2} " }, { "", "{\"n\":\n3\n}" },
        { "", "{\"n\":4}" }, { "", "{\"n\":5}" }, { "", "[DONE]" } };
    for (std::size_t step = 1; step <= stream.size(); ++step)
        EXPECT_EQ(decode(stream, step), whole) << "step " << step;
}

TEST(SseDecoder, GivesAnEventAsSoonAsTheNextOneBegins)
{
    Decoder decoder;
    decoder.feed("data: {\"n\":1}\ndata: {\"n\":2}\n");
    auto event = decoder.next();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->data, "{\"n\":1}");
    EXPECT_FALSE(decoder.next());
    decoder.feed("data: {\"n\":3}\n");
    event = decoder.next();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->data, "{\"n\":2}");
}

TEST(SseDecoder, KeepsTheLinesOfOneTextTogether)
{
    std::string_view stream = "data: {\ndata: \"a\": [\ndata: {},\ndata: {\ndata: }\ndata: ],\n"
                              "data: \"b\": {}\ndata: }\nevent: late\n\n"
                              "data: not {json}\ndata: at all\n\n";
    std::vector<Seen> whole = { { "late", "{\n\"a\": [\n{},\n{\n}\n],\n\"b\": {}\n}" },
        { "", "not {json}\nat all" } };
    for (std::size_t step = 1; step <= stream.size(); ++step)
        EXPECT_EQ(decode(stream, step), whole) << "step " << step;
}

TEST(SseDecoder, CountsComments) // S24
{
    Decoder decoder;
    decoder.feed(": OPENROUTER PROCESSING\n\n: keep-alive\n\n");
    EXPECT_FALSE(decoder.next());
    EXPECT_EQ(decoder.comments(), 2U);
}

TEST(SseDecoder, RefusesAnEventOverTheLimit) // U-05
{
    Decoder decoder(1000);
    decoder.feed("data: " + std::string(900, 'x') + "\n\n");
    EXPECT_TRUE(decoder.next());
    for (int i = 0; i < 3; ++i)
        decoder.feed(std::string(500, 'x'));
    EXPECT_FALSE(decoder.next());
    EXPECT_TRUE(decoder.overflowed());
}

TEST(SseDecoder, StaysLinearOnOneLongEvent) // S27
{
    Decoder decoder;
    std::string piece(16 * 1024, 'x');
    decoder.feed("data: ");
    for (int i = 0; i < 1024; ++i) {
        decoder.feed(piece);
        ASSERT_FALSE(decoder.next());
    }
    decoder.feed("\n\n");
    auto event = decoder.next();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->data.size(), 16U * 1024 * 1024);
}

} // namespace dragoman::sse
