// Properties of the input that goes to the Responses API, for conversations that nobody has had.
#include "support/generated_history.h"
#include "support/responses_call.h"
#include "translate/envelope.h"

#include <set>

namespace dragoman::translate {

namespace {

using test::Json;

std::string envelope_of(const std::string& model)
{
    return encode_envelope({ .dialect = std::string(responses_dialect),
        .provider = "openrouter",
        .model = model,
        .details = { R"({"type":"reasoning","id":"rs_1","encrypted_content":"gAAA","summary":[]})" } });
}

// The whole body up to the end of its input, without the field that follows the room that is left.
std::string stable_part(std::string body)
{
    EXPECT_TRUE(body.ends_with("]}"));
    body.resize(body.size() - 2);
    const std::size_t begin = body.find(R"("max_output_tokens":)");
    body.erase(begin, body.find(',', begin) + 1 - begin);
    return body;
}

std::string sent(const test::GeneratedHistory& history, const route::Target& target, bool marked)
{
    auto call = test::responses_call(history.request(marked), target);
    EXPECT_TRUE(call) << call.error().message;
    return call ? call->body.text() : "";
}

// What the API refuses: calls without output or output without a call, reasoning that leads to nothing, items
// without content.
void expect_legal(const Json& input)
{
    std::set<std::string> called, answered;
    std::string before;
    for (const Json& item : input) {
        const std::string type = item["type"];
        if (before == "reasoning") {
            EXPECT_TRUE(type == "function_call" || type == "reasoning"
                || (type == "message" && item["role"] == "assistant"))
                << input;
        }
        if (type == "function_call") {
            EXPECT_TRUE(called.insert(item["call_id"]).second) << input;
            EXPECT_TRUE(Json::parse(item["arguments"].get<std::string>()).is_object());
        } else if (type == "function_call_output") {
            EXPECT_TRUE(called.contains(item["call_id"])) << input;
            EXPECT_TRUE(answered.insert(item["call_id"]).second) << input;
            EXPECT_FALSE(item["output"].empty());
        } else if (type == "message") {
            EXPECT_FALSE(item["content"].empty());
        }
        before = type;
    }
    EXPECT_NE(before, "reasoning");
    EXPECT_EQ(called, answered);
}

} // namespace

TEST(ResponsesHistory, OfATurnIsThePrefixOfTheNext)
{
    for (const char* model : { "gpt-5.1", "gpt-4.1", "qwen3-coder" }) {
        const route::Target target = test::responses_target(model);
        for (unsigned seed = 0; seed < 6; ++seed) {
            test::GeneratedHistory history(seed, envelope_of(model));
            std::string before;
            for (int turn = 0; turn < 30; ++turn) {
                const std::string body = stable_part(sent(history, target, false));
                ASSERT_EQ(stable_part(sent(history, target, true)), body) << model << " seed " << seed;
                ASSERT_TRUE(body.starts_with(before)) << model << " seed " << seed << " turn " << turn << "\n"
                                                      << before << "\n"
                                                      << body;
                before = body;
                history.add_turn();
            }
        }
    }
}

TEST(ResponsesHistory, IsAlwaysWhatTheApiAccepts)
{
    std::size_t reasoning = 0;
    for (unsigned seed = 100; seed < 130; ++seed) {
        test::GeneratedHistory history(seed, envelope_of("gpt-5.1"));
        for (int turn = 0; turn < 10; ++turn)
            history.add_turn();
        const Json body = Json::parse(sent(history, test::responses_target("gpt-5.1"), true));
        expect_legal(body["input"]);
        for (const Json& item : body["input"])
            reasoning += item["type"] == "reasoning" ? 1 : 0;
    }
    EXPECT_GT(reasoning, 0u);
}

} // namespace dragoman::translate
