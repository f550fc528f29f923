#include "support/decoded_request.h"
#include "translate/tool_ids.h"

#include <random>

namespace dragoman::translate {
namespace {

using test::DecodedRequest;
using test::target_for;

// A history in which each id was called and answered.
DecodedRequest history(const std::vector<std::string>& ids)
{
    nlohmann::json messages = nlohmann::json::array();
    for (const std::string& id : ids) {
        messages.push_back({ { "role", "assistant" },
            { "content",
                { { { "type", "tool_use" }, { "id", id }, { "name", "n" },
                    { "input", nlohmann::json::object() } } } } });
        messages.push_back({ { "role", "user" },
            { "content", { { { "type", "tool_result" }, { "tool_use_id", id }, { "content", "r" } } } } });
    }
    return DecodedRequest(
        nlohmann::json { { "model", "m" }, { "max_tokens", 9 }, { "messages", messages } }.dump());
}

std::vector<std::string> shown(const std::vector<std::string>& ids, const std::string& model)
{
    const DecodedRequest request = history(ids);
    const ToolIds mapped(*request, target_for(model));
    std::vector<std::string> upstream;
    for (const anthropic::Message& message : request->messages)
        if (message.role == anthropic::Role::assistant)
            upstream.emplace_back(mapped.upstream(message.blocks[0].id));
        else
            EXPECT_EQ(mapped.upstream(message.blocks[0].id), upstream.back());
    return upstream;
}

TEST(ToolIds, KeepsWhatEveryUpstreamTakes)
{
    const std::vector<std::string> good { "toolu_01AbCdEf", "call_abc-1", std::string(64, 'x') };
    EXPECT_EQ(shown(good, "openai/gpt-oss-120b"), good);
}

TEST(ToolIds, MapsOddIdsToShortOnesThatNeverCollide)
{
    // R26
    const std::vector<std::string> odd { "functions.Bash:0", "functions.Bash:1", "functions Bash 0",
        "functions_Bash_0", "", std::string(80, 'a'), std::string(80, 'a') + "b", "a|b", "a b",
        "\xF0\x9F\x94\xA7" };
    const auto upstream = shown(odd, "z-ai/glm-5");
    EXPECT_EQ(std::set<std::string>(upstream.begin(), upstream.end()).size(), odd.size());
    for (const std::string& id : upstream) {
        EXPECT_LE(id.size(), 64U);
        EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"),
            std::string::npos)
            << id;
    }
    EXPECT_EQ(upstream[3], "functions_Bash_0");
    EXPECT_EQ(upstream[0].size(), 29U);
    EXPECT_TRUE(upstream[0].starts_with("call_"));
    EXPECT_EQ(shown(odd, "z-ai/glm-5"), upstream);
}

TEST(ToolIds, GivesKimiItsOwnIdsBack)
{
    // R26
    CountingIds ids;
    const std::string first = client_tool_id("functions.Read:0", {}, ids);
    const std::string second = client_tool_id("functions.Read:1", {}, ids);
    EXPECT_EQ(shown({ first, second, "toolu_01AbCdEfGh" }, "moonshotai/kimi-k2-thinking"),
        (std::vector<std::string> { "functions.Read:0", "functions.Read:1", "toolu_01AbCdEfGh" }));
    EXPECT_EQ(shown({ first }, "z-ai/glm-5"), std::vector { first });
}

// The id does not fit into a client's with the tool's name in it, so the name is taken from the call.
TEST(ToolIds, GivesKimiItsOwnIdsBackWhateverTheToolIsCalled)
{
    CountingIds ids;
    const std::string name = "mcp__github__search_issues_and_pull_requests";
    const std::string own = "functions." + name + ":12";
    const std::string client = client_tool_id(own, {}, ids, name);
    EXPECT_LE(client.size(), 64U);
    EXPECT_EQ(client.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"),
        std::string::npos);
    EXPECT_EQ(wrapped_tool_id(client, { name }), own);
    EXPECT_FALSE(wrapped_tool_id(client)) << "nobody knows the name";
    const nlohmann::json call = { { "type", "tool_use" }, { "id", client }, { "name", name },
        { "input", nlohmann::json::object() } };
    const nlohmann::json result = { { "type", "tool_result" }, { "tool_use_id", client } };
    const nlohmann::json messages = { { { "role", "assistant" }, { "content", { call } } },
        { { "role", "user" }, { "content", { result } } } };
    const DecodedRequest request(
        nlohmann::json { { "model", "m" }, { "max_tokens", 9 }, { "messages", messages } }.dump());
    EXPECT_EQ(ToolIds(*request, target_for("moonshotai/kimi-k2-thinking")).upstream({ client }), own);
    EXPECT_EQ(ToolIds(*request, target_for("z-ai/glm-5")).upstream({ client }), client);
}

TEST(ToolIds, ShowsAnOriginalThatTwoIdsWrapOnlyOnce)
{
    CountingIds ids;
    const std::string first = client_tool_id("functions.Read:0", {}, ids);
    const std::string again = client_tool_id("functions.Read:0", {}, ids);
    ASSERT_NE(first, again);
    EXPECT_EQ(shown({ first, again }, "moonshotai/kimi-k3"),
        (std::vector<std::string> { "functions.Read:0", again }));
}

TEST(ToolIds, UsesNineCharactersForMistral)
{
    // R27
    const auto upstream =
        shown({ "toolu_01AbCdEf", "Ab3dEf6hI", "functions.X:0", "Ab3dEf6h-" }, "mistralai/mistral-large");
    EXPECT_EQ(std::set<std::string>(upstream.begin(), upstream.end()).size(), 4U);
    EXPECT_EQ(upstream[1], "Ab3dEf6hI");
    for (const std::string& id : upstream) {
        EXPECT_EQ(id.size(), 9U);
        EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
            std::string::npos);
    }
}

TEST(ToolIds, ShortensForOpenAi)
{
    const route::Target target = test::at("openai", target_for("gpt-5.5"));
    const std::string long_id(50, 'x');
    const DecodedRequest request = history({ long_id, std::string(40, 'y') });
    const ToolIds ids(*request, target);
    EXPECT_LE(ids.upstream({ long_id }).size(), 40U);
    EXPECT_EQ(ids.upstream({ std::string(40, 'y') }), std::string(40, 'y'));
}

TEST(ToolIds, TellsWhichIdsAreTaken)
{
    const DecodedRequest request = history({ "call_12345678", "odd id" });
    const ToolIds ids(*request, target_for("z-ai/glm-5"));
    const TakenIds used = ids.used();
    for (const std::string_view id :
        { std::string_view("call_12345678"), std::string_view("odd id"), ids.upstream({ "odd id" }) })
        EXPECT_TRUE(used.contains(id)) << id;
    EXPECT_FALSE(used.contains("odd"));
    EXPECT_FALSE(used.contains(""));
    EXPECT_FALSE(used.contains("id"));
}

TEST(ClientToolId, PassesGoodOnesOn)
{
    CountingIds ids;
    for (const char* id :
        { "call_abcdefgh", "toolu_01AbCdEfGh", "chatcmpl-tool-0123456789abcdef", "fc_0123456789" })
        EXPECT_EQ(client_tool_id(id, {}, ids), id);
}

TEST(ClientToolId, WrapsBadOnesAndRepeats)
{
    // S13
    CountingIds ids;
    TakenIds used { "call_abcdefgh" };
    for (const char* id : { "call_0", "functions.Read:0", "call_abcdefgh", "0", "call_with space1", "|x|" }) {
        const std::string client = client_tool_id(id, used, ids);
        EXPECT_LE(client.size(), 64U);
        EXPECT_EQ(
            client.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"),
            std::string::npos);
        EXPECT_EQ(wrapped_tool_id(client), id);
        EXPECT_FALSE(used.contains(client));
        used.insert(client);
    }
}

TEST(ClientToolId, MakesUpAnIdWhereNothingCanBeWrapped)
{
    // S13
    CountingIds ids;
    const std::string made = client_tool_id("", {}, ids);
    EXPECT_EQ(made.size(), 30U);
    EXPECT_NE(made, client_tool_id("", {}, ids));
    const std::string too_long = client_tool_id(std::string(48, '.'), {}, ids);
    EXPECT_EQ(too_long.size(), 30U);
    EXPECT_FALSE(wrapped_tool_id(too_long));
    const std::string with_zero = client_tool_id(std::string("a\0b", 3), {}, ids);
    EXPECT_EQ(with_zero.size(), 30U);
    EXPECT_FALSE(wrapped_tool_id(with_zero, { "x" }));
}

TEST(ClientToolId, NeverPassesOnWhatLooksWrapped)
{
    CountingIds ids;
    const std::string sly = "toolu_0123456789_YWJj";
    const std::string client = client_tool_id(sly, {}, ids);
    EXPECT_NE(client, sly);
    EXPECT_EQ(wrapped_tool_id(client), sly);
}

TEST(WrappedToolId, LeavesForeignIdsAlone)
{
    for (const char* id :
        { "toolu_01A09q90qw90lq917835lq9", "toolu_vrtx_01A09q90qw90lq9178", "toolu_bdrk_01A09q90qw90lq9",
            "call_0123456789_YWJj", "toolu_0123456789_", "toolu_0123456789_!" })
        EXPECT_FALSE(wrapped_tool_id(id)) << id;
}

TEST(ToolIds, KeepsDifferentIdsApartWhateverTheyAre)
{
    // P4
    std::mt19937 random(7);
    const std::string alphabet = "ab0:._-| \xC3\xA9";
    for (int round = 0; round < 40; ++round) {
        std::set<std::string> distinct;
        for (int i = 0; i < 12; ++i) {
            std::string id;
            for (auto size = random() % 5; size > 0; --size)
                id += alphabet[random() % 9];
            distinct.insert(id);
        }
        const std::vector<std::string> ids(distinct.begin(), distinct.end());
        for (const char* model : { "z-ai/glm-5", "moonshotai/kimi-k2", "mistralai/x" }) {
            const auto upstream = shown(ids, model);
            EXPECT_EQ(std::set<std::string>(upstream.begin(), upstream.end()).size(), ids.size());
        }
    }
}

} // namespace
} // namespace dragoman::translate
