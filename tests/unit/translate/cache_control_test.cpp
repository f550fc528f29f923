#include "support/decoded_request.h"
#include "translate/cache_control.h"

namespace dragoman::translate {
namespace {

using test::DecodedRequest;
using test::target_for;

const std::string mark = R"("cache_control":{"type":"ephemeral"})";

std::string text(const std::string& text, bool marked = true)
{
    return R"({"type":"text","text":")" + text + "\"" + (marked ? "," + mark : "") + "}";
}

std::string tool(const std::string& name)
{
    return R"({"name":")" + name + R"(","input_schema":{},)" + mark + "}";
}

TEST(CacheControl, IsForModelsThatCacheOnRequest)
{
    // R10
    for (const char* model : { "anthropic/claude-opus-5.5", "~anthropic/claude-opus-latest",
             "google/gemini-3-pro", "qwen/qwen3-max", "qwen/qwen3-coder-plus" })
        EXPECT_TRUE(takes_cache_control(target_for(model))) << model;
    for (const char* model :
        { "openai/gpt-5.5", "openai/gpt-oss-120b", "google/gemma-4", "qwen/qwen3-32b", "z-ai/glm-5" })
        EXPECT_FALSE(takes_cache_control(target_for(model))) << model;
    EXPECT_FALSE(takes_cache_control(test::elsewhere(target_for("anthropic/claude-opus-5.5"))));
}

TEST(CacheControl, KeepsFourMarksAtMost)
{
    // R11
    const DecodedRequest request("{\"model\":\"m\",\"max_tokens\":9,\"tools\":[" + tool("a") + "," + tool("b")
        + "],\"system\":[" + text("s1") + "," + text("s2")
        + "],\"messages\":[{\"role\":\"user\",\"content\":[" + text("u1") + "," + text("u2") + ","
        + text("u3") + "]}]}");
    const CacheMarks marks(*request, target_for("anthropic/claude-opus-5.5"));
    EXPECT_FALSE(marks.keeps(request->tools[0].cache_control));
    EXPECT_TRUE(marks.keeps(request->tools[1].cache_control));
    EXPECT_FALSE(marks.keeps(request->system[0].cache_control));
    EXPECT_TRUE(marks.keeps(request->system[1].cache_control));
    EXPECT_FALSE(marks.keeps(request->messages[0].blocks[0].cache_control));
    EXPECT_TRUE(marks.keeps(request->messages[0].blocks[1].cache_control));
    EXPECT_TRUE(marks.keeps(request->messages[0].blocks[2].cache_control));

    const CacheMarks none(*request, target_for("openai/gpt-5.5"));
    EXPECT_FALSE(none.keeps(request->messages[0].blocks[2].cache_control));
}

TEST(CacheControl, CountsNoMarkThatCannotBeSet)
{
    // R11: blank texts, deferred tools.
    const DecodedRequest request(
        R"({"model":"m","max_tokens":9,"tools":[{"name":"d","defer_loading":true,"input_schema":{},)" + mark
        + "}],\"messages\":[{\"role\":\"user\",\"content\":[" + text("1") + "," + text("2") + "," + text("3")
        + "," + text("4") + "," + text(" ")
        + R"(]},{"role":"assistant","content":[{"type":"tool_use","id":"i","name":"d2","input":{},)" + mark
        + "}]}]}");
    const CacheMarks marks(*request, target_for("anthropic/claude-opus-5.5"));
    for (int i = 0; i < 4; ++i)
        EXPECT_TRUE(marks.keeps(request->messages[0].blocks[static_cast<std::size_t>(i)].cache_control)) << i;
    EXPECT_FALSE(marks.keeps(request->messages[0].blocks[4].cache_control));
    EXPECT_FALSE(marks.keeps(request->tools[0].cache_control));
}

TEST(CacheControl, LeavesOneOfTheFourToTheAutomaticMark)
{
    const DecodedRequest request("{\"model\":\"m\",\"max_tokens\":9," + mark
        + ",\"messages\":[{\"role\":\"user\",\"content\":[" + text("1") + "," + text("2") + "," + text("3")
        + "," + text("4") + "]}]}");
    const CacheMarks marks(*request, target_for("anthropic/claude-opus-5.5"));
    EXPECT_TRUE(marks.automatic());
    EXPECT_FALSE(marks.keeps(request->messages[0].blocks[0].cache_control));
    EXPECT_TRUE(marks.keeps(request->messages[0].blocks[1].cache_control));
}

TEST(CacheControl, SeesMarksInsideToolResultsAndSystemMessages)
{
    const DecodedRequest request(
        R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"i","content":[)"
        + text("r") + "]," + mark + "}]},{\"role\":\"system\",\"content\":[" + text("s") + "]}]}");
    const CacheMarks marks(*request, target_for("google/gemini-3-pro"));
    EXPECT_TRUE(marks.keeps(request->messages[0].blocks[0].cache_control));
    EXPECT_TRUE(marks.keeps(request->messages[0].blocks[0].content[0].cache_control));
    EXPECT_TRUE(marks.keeps(request->messages[1].blocks[0].cache_control));
}

TEST(CacheControl, WritesTypeAndLifetimeOnly)
{
    // R10
    auto written_mark = [](const std::string& cache_control) {
        const DecodedRequest request = DecodedRequest::with("\"cache_control\":" + cache_control);
        return test::written([&](json::Writer& json) { append_cache_control(json, request->cache_control); });
    };
    EXPECT_EQ(written_mark(R"({"scope":"global","ttl":"1h","type":"ephemeral"})"),
        R"({"cache_control":{"type":"ephemeral","ttl":"1h"}})");
    EXPECT_EQ(written_mark(R"({"type":"ephemeral"})"), R"({"cache_control":{"type":"ephemeral"}})");
    EXPECT_EQ(
        written_mark(R"({"type":"ephemeral","ttl":"2d"})"), R"({"cache_control":{"type":"ephemeral"}})");
    EXPECT_EQ(test::written([](json::Writer& json) { append_cache_control(json, {}); }), "{}");
}

TEST(CacheControl, KnowsWhenEveryMarkIsForAnHour)
{
    const std::string hour = R"("cache_control":{"type":"ephemeral","ttl":"1h"})";
    const auto claude = target_for("anthropic/claude-opus-5.5");
    const DecodedRequest all("{\"model\":\"m\",\"max_tokens\":9," + hour
        + ",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
    EXPECT_TRUE(CacheMarks(*all, claude).all_for_an_hour());
    const DecodedRequest mixed("{\"model\":\"m\",\"max_tokens\":9," + hour
        + ",\"messages\":[{\"role\":\"user\",\"content\":[" + text("x") + "]}]}");
    EXPECT_FALSE(CacheMarks(*mixed, claude).all_for_an_hour());
    EXPECT_FALSE(CacheMarks(*DecodedRequest::with(""), claude).all_for_an_hour());
}

} // namespace
} // namespace dragoman::translate
