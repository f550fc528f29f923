#include "anthropic/decode_request.h"
#include "tokens/encoder.h"
#include "tokens/media.h"
#include "tokens/request_count.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace dragoman::tokens {
namespace {

RequestCount count_of(const std::string& body)
{
    json::Document document;
    const auto request = anthropic::decode_request(document, body);
    EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message) << "\n" << body;
    return request ? count_request(*request) : RequestCount {};
}

// A request with one user message of `content` and whatever else is asked for.
RequestCount count_with(const std::string& content, const std::string& others = "")
{
    return count_of(
        R"({"model":"m",)" + others + R"("messages":[{"role":"user","content":)" + content + "}]}");
}

const std::string hello = R"("hello, world")";

// C1
TEST(RequestCount, CountsTextAsTheEncoderDoes)
{
    const auto one = count_with(hello);
    EXPECT_EQ(one.system, 0U);
    EXPECT_EQ(one.tools, 0U);
    EXPECT_EQ(count_with(R"("hello, world hello, world")").messages - one.messages, count(" hello, world"));
    EXPECT_EQ(count_with(R"([{"type":"text","text":"hello, world"}])").messages, one.messages);
}

TEST(RequestCount, CountsEveryPartThatIsBilled) // C1
{
    const auto base = count_with(hello).total();
    EXPECT_GE(count_with(hello, R"("system":"Be brief and polite.",)").system, 5U);
    EXPECT_GE(count_with(hello,
                  R"("tools":[{"name":"Bash","description":"Runs a command","input_schema":{"type":"object",)"
                  R"("properties":{"command":{"type":"string"}}}}],)")
                  .tools,
        30U);
    EXPECT_GE(count_with(hello,
                  R"("output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":)"
                  R"({"title":{"type":"string"}}}}},)")
                  .total(),
        base + 10);
    const auto parts = {
        R"({"type":"text","text":"one two three four five six seven"})",
        R"({"type":"tool_result","tool_use_id":"toolu_1","content":"one two three four five six seven"})",
        R"({"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"one two three four five six"}]})",
        R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"one two three four five six"}})",
        R"({"type":"document","source":{"type":"content","content":"one two three four five six"}})",
        R"({"type":"search_result","source":"https://a","title":"t","content":[{"type":"text","text":"one two three four"}]})",
        R"({"type":"something_new","payload":"one two three four five six"})",
    };
    for (const std::string part : parts)
        EXPECT_GE(count_with("[" + part + "]").total(), 3U + 4 + 6) << part;
    const auto assistant = [](const std::string& block) {
        return count_of(R"({"model":"m","messages":[{"role":"user","content":"hello, world"},)"
                        R"({"role":"assistant","content":[)"
            + block + "]}]}")
            .messages;
    };
    EXPECT_GE(assistant(R"({"type":"thinking","thinking":"one two three four five","signature":"c2ln"})"),
        base + 4 + 5);
    EXPECT_GE(
        assistant(R"({"type":"tool_use","id":"toolu_1","name":"Bash","input":{"command":"ls -la /tmp"}})"),
        base + 4 + 10);
    EXPECT_GE(assistant(R"({"type":"redacted_thinking","data":")" + std::string(1600, 'A') + "\"}"),
        base + 4 + 300);
}

TEST(RequestCount, DoesNotCountSignaturesAndIds)
{
    const auto with = [](const std::string& signature) {
        return count_of(
            R"({"model":"m","messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":")"
            + signature + R"("}]},{"role":"user","content":"go on"}]})")
            .total();
    };
    EXPECT_EQ(with("a"), with(std::string(50000, 'a')));
}

TEST(RequestCount, CountsPicturesByTheirPixels) // C1
{
    // A PNG head of 750 by 100 pixels.
    const auto picture =
        count_with(R"([{"type":"image","source":{"type":"base64","media_type":"image/png","data":)"
                   R"("iVBORw0KGgoAAAANSUhEUgAAAu4AAABkCAYAAAA="}}])");
    EXPECT_EQ(picture.messages - count_with("[]").messages, 100U);
    const auto link =
        count_with(R"([{"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}])");
    EXPECT_EQ(link.messages - count_with("[]").messages, picture_tokens_max);
}

TEST(RequestCount, CountsANoteWhereThePictureIsNotSent)
{
    const std::string body = R"({"model":"m","messages":[{"role":"user","content":[{"type":"image","source":)"
                             R"({"type":"url","url":"https://example.com/a.png"}}]}]})";
    json::Document document;
    const auto request = anthropic::decode_request(document, body);
    ASSERT_TRUE(request);
    EXPECT_GT(count_request(*request).total(), picture_tokens_max);
    EXPECT_LT(count_request(*request, { .pictures = false }).total(), 50U);
}

TEST(RequestCount, CountsDocumentsByTheirPages) // C1
{
    const auto pdf =
        count_with(R"([{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":)"
                   R"("JVBERi0xLjQKPDwvVHlwZS9QYWdlPj4KPDwvVHlwZS9QYWdlPj4K"}}])");
    EXPECT_GE(pdf.messages, 2 * page_tokens);
    EXPECT_LT(pdf.messages, 3 * page_tokens);
}

TEST(RequestCount, LeavesOutTheBillingLine)
{
    const auto with = [](const std::string& system) {
        return count_with(hello, "\"system\":" + system + ",").system;
    };
    const std::string line = "x-anthropic-billing-header: cc_version=2.1; cch=abcde;";
    EXPECT_EQ(with(R"([{"type":"text","text":")" + line + R"("},{"type":"text","text":"Be brief."}])"),
        with(R"("Be brief.")"));
    EXPECT_EQ(with("\"" + line + R"(\nBe brief.")"), with(R"("Be brief.")"));
    EXPECT_EQ(with("\"" + line + "\""), 0U);
}

TEST(RequestCount, CountsDeferredToolsOnceTheyAreReferenced)
{
    const std::string tool =
        R"("tools":[{"name":"Fetch","description":"Gets a page","input_schema":{"type":"object"}%},)"
        R"({"name":"Read","input_schema":{"type":"object"}}],)";
    const auto tools = [&](const std::string& flag, const std::string& content) {
        auto text = tool;
        text.replace(text.find('%'), 1, flag);
        return count_with(content, text).tools;
    };
    const std::string deferred = R"(,"defer_loading":true)";
    const std::string reference = R"([{"type":"tool_result","tool_use_id":"t","content":)"
                                  R"([{"type":"tool_reference","tool_name":"Fetch"}]}])";
    EXPECT_LT(tools(deferred, hello), tools("", hello));
    EXPECT_EQ(tools(deferred, reference), tools("", hello));
}

TEST(RequestCount, CountsAllToolsWhereTheServerWouldSearchThem)
{
    const std::string tool =
        R"({"name":"Fetch","description":"Gets a page","input_schema":{"type":"object"},"defer_loading":true})";
    const std::string search =
        R"({"type":"tool_search_tool_regex_20251119","name":"tool_search_tool_regex"})";
    const auto only_search = count_with(hello, "\"tools\":[" + search + "],").tools;
    EXPECT_GT(count_with(hello, "\"tools\":[" + search + "," + tool + "],").tools, only_search);
    EXPECT_EQ(count_with(hello, "\"tools\":[" + tool + "],").tools, 0U);
    EXPECT_GT(
        count_with(hello, "\"tools\":[" + tool + R"(],"tool_choice":{"type":"tool","name":"Fetch"},)").tools,
        0U);
}

TEST(RequestCount, BeginsAnewAtACompaction)
{
    const auto with = [](const std::string& before) {
        return count_of(R"({"model":"m","messages":[{"role":"user","content":")" + before
            + R"("},{"role":"assistant","content":[{"type":"compaction","content":"They talked."}]},)"
              R"({"role":"user","content":"go on"}]})")
            .messages;
    };
    std::string long_text;
    for (int i = 0; i < 500; ++i)
        long_text += "many words ";
    EXPECT_EQ(with("short"), with(long_text));
}

TEST(RequestCount, NeverCountsLessForMore) // C1
{
    std::string messages = R"({"role":"user","content":"hello"})";
    std::uint64_t last = 0;
    for (int i = 0; i < 20; ++i) {
        const auto total = count_of(R"({"model":"m","messages":[)" + messages + "]}").total();
        EXPECT_GT(total, last);
        last = total;
        messages +=
            i % 2 == 0 ? R"(,{"role":"assistant","content":"fine"})" : R"(,{"role":"user","content":"more"})";
    }
}

TEST(RequestCount, IsNeverZero) // C2
{
    EXPECT_GE(count_with(R"("")").total(), 1U);
}

TEST(RequestCount, TakesAMegabyteInStride)
{
    std::string text;
    while (text.size() < (std::size_t { 1 } << 20))
        text += R"(for (const auto& item : items) {\n\tprocess(item, 42);\n}\n)";
    const auto start = std::chrono::steady_clock::now();
    EXPECT_GT(count_with("\"" + text + "\"").total(), 200000U);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)); // unoptimised, sanitized
}

} // namespace
} // namespace dragoman::tokens
