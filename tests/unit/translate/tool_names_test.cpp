#include "support/decoded_request.h"
#include "translate/tool_names.h"

#include <set>

namespace dragoman::translate {
namespace {

using test::DecodedRequest;
using test::target_for;

DecodedRequest declaring(const std::vector<std::string>& names)
{
    nlohmann::json tools = nlohmann::json::array();
    for (const std::string& name : names)
        tools.push_back({ { "name", name }, { "input_schema", { { "type", "object" } } } });
    return DecodedRequest::with("\"tools\":" + tools.dump());
}

std::string upstream_name(const std::string& name, const std::string& model = "z-ai/glm-5")
{
    const DecodedRequest request = declaring({ name });
    return ToolNames(*request, target_for(model)).upstream(request->tools[0].name);
}

TEST(ToolNames, LeavesGoodNamesAlone)
{
    for (const std::string& name :
        { std::string("Bash"), std::string("mcp__git-hub__list_1"), std::string(64, 'a') })
        EXPECT_EQ(upstream_name(name), name);
}

TEST(ToolNames, ReplacesAndShortensButKeepsNamesApart)
{
    // R28
    const std::string common = "mcp__plugin_" + std::string(60, 'x');
    const std::vector<std::string> names { common + "_read", common + "_write", "a.b", "a/b", "a b",
        "caf\xC3\xA9" };
    const DecodedRequest request = declaring(names);
    const ToolNames mapped(*request, target_for("z-ai/glm-5"));
    std::set<std::string> distinct;
    for (const std::string& name : names) {
        const std::string upstream = mapped.upstream({ name });
        EXPECT_LE(upstream.size(), 64U);
        EXPECT_FALSE(upstream.empty());
        EXPECT_EQ(
            upstream.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"),
            std::string::npos)
            << upstream;
        distinct.insert(upstream);
    }
    EXPECT_EQ(distinct.size(), names.size());
    EXPECT_TRUE(mapped.upstream({ "a.b" }).starts_with("a_b_"));
    EXPECT_EQ(mapped.upstream({ "caf\xC3\xA9" }).substr(0, 5), "caf__");
}

TEST(ToolNames, DependsOnTheNameAlone)
{
    // R28, P1: what is declared beside it makes no difference.
    const DecodedRequest alone = declaring({ "a.b" });
    const DecodedRequest later = declaring({ "x.y", "Bash", "a.b", "a/b" });
    const auto target = target_for("z-ai/glm-5");
    EXPECT_EQ(ToolNames(*alone, target).upstream({ "a.b" }), ToolNames(*later, target).upstream({ "a.b" }));
}

TEST(ToolNames, TellsTheAnswerTheWayBack)
{
    const DecodedRequest request(
        R"({"model":"m","max_tokens":9,"messages":[{"role":"assistant","content":[)"
        R"({"type":"tool_use","id":"a","name":"old.tool","input":{}}]}],)"
        R"("tools":[{"name":"Bash","input_schema":{}},{"name":"x.y","input_schema":{}},)"
        R"({"name":"DeferredToolPlaceholder","defer_loading":true,"input_schema":{}}]})");
    ToolNames names(*request, target_for("z-ai/glm-5"));
    const std::string declared = names.upstream({ "x.y" });
    const std::string called = names.upstream({ "old.tool" });
    AnswerPlan plan;
    std::move(names).describe(plan);
    EXPECT_EQ(plan.declared_tools, (std::vector<std::string> { "Bash", "x.y" }));
    EXPECT_EQ(plan.client_tool_names.size(), 2U);
    EXPECT_EQ(plan.client_tool_names.at(declared), "x.y");
    EXPECT_EQ(plan.client_tool_names.at(called), "old.tool");
}

TEST(ToolNames, HasNothingToTellWhereAllNamesStay)
{
    const DecodedRequest request = declaring({ "Bash", "Read", "Bash" });
    AnswerPlan plan;
    ToolNames(*request, target_for("z-ai/glm-5")).describe(plan);
    EXPECT_EQ(plan.declared_tools, (std::vector<std::string> { "Bash", "Read" }));
    EXPECT_TRUE(plan.client_tool_names.empty());
}

// What is asked for may be a name that nobody declared.
TEST(ToolNames, OneThatMustChangeMakesNoDifferenceToTheOthers)
{
    const DecodedRequest fine = declaring({ "Bash" });
    const DecodedRequest mixed = declaring({ "Bash", "a.b" });
    const auto target = target_for("z-ai/glm-5");
    for (const char* name : { "Bash", "Read", "c.d" })
        EXPECT_EQ(ToolNames(*fine, target).upstream({ name }), ToolNames(*mixed, target).upstream({ name }));
}

TEST(ToolNames, BeginsWithALetterForGoogle)
{
    EXPECT_EQ(upstream_name("1st"), "1st");
    EXPECT_TRUE(upstream_name("1st", "google/gemini-3-pro").starts_with("_1st_"));
    EXPECT_TRUE(upstream_name("-x", "google/gemini-3-pro").starts_with("_-x_"));
    EXPECT_EQ(upstream_name("_x", "google/gemini-3-pro"), "_x");
}

TEST(ToolNames, ReadsEscapedNamesAsWhatTheyMean)
{
    const DecodedRequest request =
        DecodedRequest::with(R"("tools":[{"name":"B\u0061sh","input_schema":{}}])");
    EXPECT_EQ(ToolNames(*request, target_for("z-ai/glm-5")).upstream(request->tools[0].name), "Bash");
}

} // namespace
} // namespace dragoman::translate
