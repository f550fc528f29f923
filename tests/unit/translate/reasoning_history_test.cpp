#include "support/decoded_request.h"
#include "translate/envelope.h"
#include "translate/reasoning_history.h"

#include <array>

namespace dragoman::translate {
namespace {

using test::DecodedRequest;
using test::target_for;

std::string sealed(std::string_view model, std::initializer_list<std::string_view> details)
{
    std::vector<json::RawValue> raw;
    for (std::string_view detail : details)
        raw.push_back({ detail });
    return encode_envelope("openrouter", model, raw);
}

std::string thinking(std::string_view text, std::string_view signature)
{
    return R"({"type":"thinking","thinking":")" + std::string(text) + R"(","signature":")"
        + std::string(signature) + R"("})";
}

// What the assistant message with these blocks gives back to `model`.
std::string replayed(
    const std::string& blocks, const std::string& model, std::string_view preset = "openrouter")
{
    const DecodedRequest request(
        R"({"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[)" + blocks + "]}]}");
    const route::Target target = test::at(preset, target_for(model));
    const ReasoningHistory history(*request, target);
    std::vector<const anthropic::Block*> pointers;
    for (const anthropic::Block& block : request->messages[0].blocks)
        pointers.push_back(&block);
    return test::written([&](json::Writer& json) { append_reasoning(json, history.of(pointers)); });
}

TEST(ReasoningHistory, ReturnsDetailsUnchangedToTheSameFamily)
{
    // R29
    const std::string blocks =
        thinking("a", sealed("openai/gpt-5.5", { R"({"type":"reasoning.summary","summary":"\u00e9"})" }))
        + R"(,{"type":"text","text":"x"},{"type":"redacted_thinking","data":")"
        + sealed("openai/gpt-5.5-2026-03-05", { R"({"type":"reasoning.encrypted","data":"Z","id":"rs_1"})" })
        + "\"}";
    EXPECT_EQ(replayed(blocks, "openai/gpt-5.5-mini:nitro"),
        R"({"reasoning_details":[{"type":"reasoning.summary","summary":"\u00e9"},)"
        R"({"type":"reasoning.encrypted","data":"Z","id":"rs_1"}]})");
}

TEST(ReasoningHistory, DropsWhatAnotherFamilyThought)
{
    // R35, R37
    const std::string gpt =
        thinking("a", sealed("openai/gpt-5.5", { R"({"type":"reasoning.encrypted","data":"Z"})" }));
    for (const char* model : { "anthropic/claude-opus-5.5", "google/gemini-3-pro", "deepseek/deepseek-v4",
             "openai/gpt-oss-120b", "x-ai/grok-5" })
        EXPECT_EQ(replayed(gpt, model), "{}") << model;
    EXPECT_EQ(replayed(thinking("a", "EqQBCgIYAhIk"), "openai/gpt-5.5"), "{}");
    EXPECT_EQ(replayed(R"({"type":"redacted_thinking","data":"EqQB"})", "openai/gpt-5.5"), "{}");
}

TEST(ReasoningHistory, LooksAtTheFormatToo)
{
    // R35: another vendor's model had answered in its place.
    const std::string other = thinking("a",
        sealed("anthropic/claude-opus-5.5",
            { R"({"type":"reasoning.encrypted","data":"Z","format":"openai-responses-v1"})" }));
    EXPECT_EQ(replayed(other, "anthropic/claude-opus-5.5"), "{}");
    const std::string routed = thinking("a",
        sealed("openrouter/auto", { R"({"type":"reasoning.text","text":"t","format":"google-gemini-v1"})" }));
    EXPECT_EQ(replayed(routed, "openrouter/auto"), "{}");
}

TEST(ReasoningHistory, GivesClaudeItsOwnSignaturesBack)
{
    EXPECT_EQ(replayed(thinking("let me", "EqQB") + R"(,{"type":"redacted_thinking","data":"Enc"})",
                  "~anthropic/claude-opus-latest"),
        R"({"reasoning_details":[{"type":"reasoning.text","text":"let me","signature":"EqQB",)"
        R"("format":"anthropic-claude-v1","index":0},)"
        R"({"type":"reasoning.encrypted","data":"Enc","format":"anthropic-claude-v1","index":1}]})");
}

TEST(ReasoningHistory, NeverSendsAnEmptyReasoning)
{
    // R36
    EXPECT_EQ(replayed(thinking("", ""), "deepseek/deepseek-v4"), "{}");
    EXPECT_EQ(replayed(thinking(" \\n", ""), "deepseek/deepseek-v4"), "{}");
    EXPECT_EQ(replayed(thinking("", sealed("qwen/qwen3", {})), "qwen/qwen3"), "{}");
    // The text was hidden from the client, the details carry it.
    EXPECT_EQ(replayed(thinking("", sealed("qwen/qwen3", { R"({"type":"reasoning.text","text":"T"})" })),
                  "qwen/qwen3"),
        R"({"reasoning_details":[{"type":"reasoning.text","text":"T"}]})");
}

TEST(ReasoningHistory, GivesUnsignedTextToOpenModelsOnly)
{
    EXPECT_EQ(replayed(thinking("so\\ud83d", ""), "deepseek/deepseek-v4"), R"({"reasoning":"so\ufffd"})");
    EXPECT_EQ(replayed(thinking("so", ""), "openai/gpt-oss-20b"), R"({"reasoning":"so"})");
    EXPECT_EQ(replayed(thinking("so", ""), "MiniMax-M2.5", "minimax"), R"({"reasoning_content":"so"})")
        << "the other field is a router's";
    for (const char* model : { "anthropic/claude-opus-5.5", "google/gemini-3-pro", "openai/gpt-5.5" })
        EXPECT_EQ(replayed(thinking("so", ""), model), "{}") << model;
}

TEST(ReasoningHistory, FillsTheFieldThatAnUpstreamReads)
{
    const std::string plain = encode_envelope(
        { .dialect = "compat", .provider = "home", .model = "deepseek-chat", .field = "reasoning_content" });
    EXPECT_EQ(replayed(thinking("hm", plain), "deepseek-chat", "vllm"), R"({"reasoning_content":"hm"})");
    EXPECT_EQ(replayed(thinking("hm", ""), "deepseek-chat", "vllm"), R"({"reasoning_content":"hm"})");
    EXPECT_EQ(replayed(thinking("hm", plain), "kimi-k2.5", "vllm"), "{}") << "another model's thought";
    EXPECT_EQ(replayed(thinking("hm", "EqQB"), "deepseek-chat", "vllm"), "{}") << "Claude's thought";
    EXPECT_EQ(replayed(thinking("hm", plain), "deepseek-chat", "together"), "{}") << "nobody reads it";
}

TEST(ReasoningHistory, SurvivesAForgedEnvelope)
{
    EXPECT_EQ(replayed(thinking("a", "dgm1.AAAA"), "openai/gpt-5.5"), "{}");
}

std::vector<bool> kept_with(const std::string& edit)
{
    const std::string assistant =
        R"({"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":""},)"
        R"({"type":"tool_use","id":"a","name":"n","input":{}}]})";
    const std::string result =
        R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"r"},{"type":"text","text":"x"}]})";
    const std::string question = R"({"role":"user","content":"q"})";
    const DecodedRequest request(R"({"model":"m","max_tokens":9,"messages":[)" + question + "," + assistant
        + "," + result + "," + assistant + "," + question + "," + assistant + "," + question
        + R"(],"context_management":{"edits":[)" + edit + "]}}");
    const ReasoningHistory history(*request, target_for("z-ai/glm-5"));
    return { history.keeps(1), history.keeps(3), history.keeps(5) };
}

TEST(ReasoningHistory, HonoursTheClientsWishToForget)
{
    // R60
    using Kept = std::vector<bool>;
    const std::string clear = R"({"type":"clear_thinking_20251015")";
    EXPECT_EQ(kept_with(clear + R"(,"keep":"all"})"), (Kept { true, true, true }));
    EXPECT_EQ(
        kept_with(clear + R"(,"keep":{"type":"thinking_turns","value":1}})"), (Kept { false, false, true }));
    EXPECT_EQ(
        kept_with(clear + R"(,"keep":{"type":"thinking_turns","value":2}})"), (Kept { true, true, true }));
    EXPECT_EQ(kept_with(clear + "}"), (Kept { false, false, true }));
    EXPECT_EQ(kept_with(R"({"type":"clear_tool_uses_20250919"})"), (Kept { true, true, true }));
    EXPECT_EQ(kept_with(""), (Kept { true, true, true }));
}

TEST(ReasoningHistory, TellsFamiliesApart)
{
    EXPECT_EQ(route::model_family("~anthropic/claude-opus-latest"),
        route::model_family("anthropic/claude-haiku-5.5:beta"));
    EXPECT_EQ(route::model_family("openai/o3"), route::model_family("openai/gpt-5.5"));
    EXPECT_NE(route::model_family("openai/gpt-oss-120b"), route::model_family("openai/gpt-5.5"));
    EXPECT_NE(route::model_family("google/gemma-4"), route::model_family("google/gemini-3-pro"));
    EXPECT_NE(route::model_family("qwen/qwen3"), route::model_family("z-ai/glm-5"));
}

} // namespace
} // namespace dragoman::translate
