#include "support/decoded_request.h"
#include "support/targets.h"
#include "translate/thinking_request.h"

namespace dragoman::translate {
namespace {

using test::DecodedRequest;
using test::target_for;

route::ModelFacts thinking_model(std::vector<std::string> efforts = {})
{
    route::ModelFacts facts;
    facts.known = true;
    facts.has_reasoning = true;
    facts.reasoning.supported_efforts = std::move(efforts);
    return facts;
}

std::string sent(const std::string& fields, const route::ModelFacts& facts = {},
    const std::string& model = "z-ai/glm-5", std::uint64_t max_tokens = 1000, const Options& options = {})
{
    const DecodedRequest request = DecodedRequest::with(fields);
    const auto target = target_for(model, facts);
    return test::written([&](json::Writer& json) {
        append_reasoning_request(json, reasoning_request(*request, target, options, max_tokens), target);
    });
}

const std::string adaptive = R"("thinking":{"type":"adaptive"})";

std::string effort(const std::string& word) { return R"("output_config":{"effort":")" + word + "\"}"; }

std::string budget(int tokens)
{
    return R"("thinking":{"type":"enabled","budget_tokens":)" + std::to_string(tokens) + "}";
}

TEST(ThinkingRequest, TakesTheEffortThatIsAskedFor)
{
    // R51
    for (const char* word : { "low", "medium", "high", "xhigh", "max" })
        EXPECT_EQ(
            sent(adaptive + "," + effort(word)), R"({"reasoning":{"effort":")" + std::string(word) + "\"}}");
    EXPECT_EQ(sent(adaptive), R"({"reasoning":{"enabled":true}})");
    EXPECT_EQ(sent(adaptive + "," + effort("heroic")), R"({"reasoning":{"enabled":true}})");
}

TEST(ThinkingRequest, KnowsThreeEffortsWhereThereAreThree)
{
    const auto to_glm = [](const std::string& fields) {
        const DecodedRequest request = DecodedRequest::with(fields);
        const route::Target target = test::at("zai", { .model = "glm-5.3" });
        return test::written([&](json::Writer& json) {
            append_reasoning_request(json, reasoning_request(*request, target, {}, 1000), target);
        });
    };
    const std::string on = R"({"thinking":{"type":"enabled","clear_thinking":false})";
    for (const auto& [asked, told] : { std::pair("minimal", "low"), { "low", "low" }, { "medium", "low" },
             { "high", "high" }, { "xhigh", "high" }, { "max", "max" } })
        EXPECT_EQ(to_glm(adaptive + "," + effort(asked)),
            on + R"(,"reasoning_effort":")" + std::string(told) + "\"}");
    EXPECT_EQ(to_glm(adaptive), on + "}") << "its own";
    EXPECT_EQ(to_glm(R"("thinking":{"type":"disabled"})"), on + R"(,"reasoning_effort":"low"})")
        << "the least, since it cannot be switched off";
}

TEST(ThinkingRequest, ClampsToWhatTheModelLists)
{
    // R51
    const auto facts = thinking_model({ "low", "medium", "high" });
    EXPECT_EQ(sent(adaptive + "," + effort("max"), facts), R"({"reasoning":{"effort":"high"}})");
    EXPECT_EQ(sent(adaptive + "," + effort("low"), thinking_model({ "medium" })),
        R"({"reasoning":{"effort":"medium"}})");
}

TEST(ThinkingRequest, TurnsABudgetIntoAnEffort)
{
    // R50: by its share of max_tokens, which is 1000 here.
    EXPECT_EQ(sent(budget(999)), R"({"reasoning":{"effort":"xhigh"}})");
    EXPECT_EQ(sent(budget(700)), R"({"reasoning":{"effort":"high"}})");
    EXPECT_EQ(sent(budget(400)), R"({"reasoning":{"effort":"medium"}})");
    EXPECT_EQ(sent(budget(100)), R"({"reasoning":{"effort":"low"}})");
    EXPECT_EQ(sent(budget(999), thinking_model({ "low", "high" })), R"({"reasoning":{"effort":"high"}})");
    EXPECT_EQ(sent(budget(999) + "," + effort("low")), R"({"reasoning":{"effort":"low"}})");
}

TEST(ThinkingRequest, KeepsABudgetWhereTheModelTakesOne)
{
    // R50
    auto facts = thinking_model();
    facts.reasoning.supports_max_tokens = true;
    EXPECT_EQ(sent(budget(4000), facts, "z-ai/glm-5", 8000), R"({"reasoning":{"max_tokens":4000}})");
    EXPECT_EQ(sent(budget(63999), facts, "z-ai/glm-5", 10000), R"({"reasoning":{"max_tokens":8000}})");
    EXPECT_EQ(sent(budget(63999), facts, "z-ai/glm-5", 1000), R"({"reasoning":{"effort":"low"}})");
    EXPECT_EQ(sent(budget(63999), facts, "z-ai/glm-5", 1100), R"({"reasoning":{"effort":"low"}})")
        << "1024 of them would leave next to nothing";
}

TEST(ThinkingRequest, LetsDisabledWin)
{
    // R52
    const std::string off = R"("thinking":{"type":"disabled"},)" + effort("high");
    EXPECT_EQ(sent(off), R"({"reasoning":{"effort":"none"}})");
    EXPECT_EQ(sent(off, {}, "anthropic/claude-opus-5.5"), R"({"reasoning":{"enabled":false}})");
    EXPECT_EQ(sent(R"("thinking":{"type":"between_tools"})"), R"({"reasoning":{"effort":"none"}})");
    auto mandatory = thinking_model({ "minimal", "low", "high" });
    mandatory.reasoning.mandatory = true;
    EXPECT_EQ(sent(off, mandatory), R"({"reasoning":{"effort":"minimal"}})");
    mandatory.reasoning.supported_efforts = { "low", "high" };
    EXPECT_EQ(sent(off, mandatory), "{}");
}

TEST(ThinkingRequest, SaysNothingWhenNothingIsSaid)
{
    // R53
    EXPECT_EQ(sent(""), "{}");
    EXPECT_EQ(sent(effort("medium")), R"({"reasoning":{"effort":"medium"}})");
    EXPECT_EQ(sent("", {}, "z-ai/glm-5", 1000, { .absent_thinking_off = true }),
        R"({"reasoning":{"effort":"none"}})");
}

TEST(ThinkingRequest, SaysNothingToModelsThatDoNotThink)
{
    EXPECT_EQ(sent(adaptive + "," + effort("high"), test::supporting({ "tools" })), "{}");
}

TEST(ThinkingRequest, AsksOpenAiForASummary)
{
    EXPECT_EQ(sent(adaptive + "," + effort("high"), {}, "openai/gpt-5.5"),
        R"({"reasoning":{"effort":"high","summary":"auto"}})");
    EXPECT_EQ(sent(adaptive + "," + effort("high"), {}, "openai/gpt-oss-120b"),
        R"({"reasoning":{"effort":"high"}})");
    EXPECT_EQ(sent(R"("thinking":{"type":"disabled"})", {}, "openai/gpt-5.5"),
        R"({"reasoning":{"effort":"none"}})");
}

TEST(ThinkingRequest, FollowsTheLastEffortOfTheConversation)
{
    const DecodedRequest request(
        R"({"model":"m","max_tokens":9,"output_config":{"effort":"high"},"messages":[{"role":"user","content":"x"},)"
        R"({"role":"system","content":"a","output_config":{"effort":"low"}},{"role":"system","content":"b",)"
        R"("output_config":{"effort":"medium"}},{"role":"system","content":"c"}]})");
    EXPECT_EQ(reasoning_request(*request, target_for("x/y"), {}, 9),
        (ReasoningRequest { .kind = ReasoningRequest::Kind::effort, .effort = "medium" }));
}

TEST(ThinkingRequest, SpeaksPlainlyElsewhere)
{
    auto elsewhere = [](const std::string& model) {
        const route::Target target = test::elsewhere(target_for(model));
        return test::written([&](json::Writer& json) {
            append_reasoning_request(
                json, { .kind = ReasoningRequest::Kind::effort, .effort = "max" }, target);
        });
    };
    EXPECT_EQ(elsewhere("gpt-5.5"), R"({"reasoning_effort":"xhigh"})");
    EXPECT_EQ(elsewhere("gpt-5-mini"), R"({"reasoning_effort":"high"})");
    EXPECT_EQ(elsewhere("gpt-4o"), "{}");
}

TEST(ThinkingRequest, KnowsWhenThoughtsAreToBeHidden)
{
    EXPECT_TRUE(
        hides_thinking(*DecodedRequest::with(R"("thinking":{"type":"adaptive","display":"omitted"})")));
    EXPECT_FALSE(
        hides_thinking(*DecodedRequest::with(R"("thinking":{"type":"adaptive","display":"updates"})")));
    EXPECT_FALSE(hides_thinking(*DecodedRequest::with("")));
}

} // namespace
} // namespace dragoman::translate
