#include "anthropic/message_event_writer.h"
#include "anthropic/message_writer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace dragoman::anthropic {

namespace {

std::string as_it_is(std::string_view arguments) { return std::string(arguments); }

void tell_everything(MessageOutput& output)
{
    output.message_start("msg_1", "model \"x\"");
    output.thinking_start();
    output.thinking_delta({ "a" });
    output.signature_delta({ "s" });
    output.block_stop();
    output.redacted_thinking({ "d" });
    output.text_start();
    output.text_delta({ R"(one \"two\")" });
    output.text_delta({ " three" });
    output.block_stop();
    output.tool_use_start("toolu_1", { "Bash" });
    output.input_json_delta({ R"({\"a\")" });
    output.input_json_delta({ R"(:1})" });
    output.block_stop();
    WebSearchResult result { { "https://x" }, { "T" } };
    output.web_search("srvtoolu_1", "q \"x\"");
    output.web_search_results("srvtoolu_1", { &result, 1 });
    output.web_search_failed("srvtoolu_1", "unavailable");
    output.message_end({ .stop_reason = "refusal",
        .refusal_explanation = json::RawString { "no" },
        .usage = { .input_tokens = 1, .output_tokens = 2, .thinking_tokens = 1 } });
}

} // namespace

TEST(MessageWriter, WritesOneJsonObject)
{
    MessageWriter writer(as_it_is);
    tell_everything(writer);
    auto message = nlohmann::json::parse(writer.text());
    EXPECT_EQ(message["model"], "model \"x\"");
    ASSERT_EQ(message["content"].size(), 7u);
    EXPECT_EQ(message["content"][0],
        (nlohmann::json { { "type", "thinking" }, { "thinking", "a" }, { "signature", "s" } }));
    EXPECT_EQ(message["content"][2]["text"], "one \"two\" three");
    EXPECT_EQ(message["content"][3]["input"], (nlohmann::json { { "a", 1 } }));
    EXPECT_EQ(message["content"][4]["input"]["query"], "q \"x\"");
    EXPECT_EQ(message["content"][6]["content"]["error_code"], "unavailable");
    EXPECT_EQ(message["stop_details"]["explanation"], "no");
    EXPECT_EQ(message["usage"]["output_tokens_details"]["thinking_tokens"], 1);
}

TEST(MessageWriter, WritesAMessageWithoutContentAndOneThatWasExpected)
{
    for (const std::size_t expected : { std::size_t { 0 }, std::size_t { 100'000 } }) {
        MessageWriter writer(as_it_is);
        if (expected > 0)
            writer.expect(expected);
        writer.message_start("msg_1", "m");
        writer.message_end({ .stop_reason = "end_turn" });
        EXPECT_TRUE(writer.text().starts_with(
            R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":"end_turn",)"))
            << writer.text();
        EXPECT_TRUE(nlohmann::json::accept(writer.text()));
    }
}

TEST(MessageEventWriter, WritesEventsAsTheClientReadsThem) // S37
{
    std::string out;
    MessageEventWriter writer;
    writer.write_to(out);
    tell_everything(writer);
    EXPECT_TRUE(out.starts_with(
        "event: message_start\n"
        R"(data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
        R"("model":"model \"x\"","content":[],"stop_reason":null,"stop_sequence":null,"stop_details":null,)"
        R"("usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}})"
        "\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\n"))
        << out;
    EXPECT_TRUE(out.ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"));
    EXPECT_NE(out.find(R"({"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta",)"
                       R"("partial_json":"{\"a\""}})"),
        out.npos);
    EXPECT_NE(out.find(R"("index":6)"), out.npos);
    EXPECT_EQ(out.find(R"("index":7)"), out.npos);
}

TEST(MessageUsage, AlwaysHasFourNumbers)
{
    std::string out;
    MessageEventWriter writer;
    writer.write_to(out);
    writer.message_end({ .stop_reason = "end_turn" });
    EXPECT_NE(
        out.find(
            R"("usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0})"),
        out.npos);
}

} // namespace dragoman::anthropic
