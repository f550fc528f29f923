// From an upstream's answer through the client's history back to the same upstream: what the model said must
// come back as it was said.
#include "support/answers.h"
#include "support/chat_call.h"

#include <random>

namespace dragoman::translate {
namespace {

using test::Json;

constexpr std::string_view tools =
    R"([{"name":"Read","input_schema":{"type":"object","properties":{}}},)"
    R"({"name":"mcp.files/write it","input_schema":{"type":"object","properties":{}}}])";

// A conversation of the client with one model, both sides of dragoman included.
class Conversation {
public:
    explicit Conversation(std::string model)
        : target_(test::chat_target(std::move(model)))
    {
        messages_.push_back({ { "role", "user" }, { "content", "Go on." } });
    }

    // The upstream's view of the conversation so far.
    Json sent()
    {
        const Json body = { { "model", "claude-x" }, { "max_tokens", 1000 }, { "stream", streams_ },
            { "messages", messages_ }, { "tools", Json::parse(tools) } };
        auto call = test::chat_call(body.dump(), target_);
        EXPECT_TRUE(call);
        plan_ = call->plan;
        return Json::parse(call->body.text());
    }

    // The upstream answers the request that was sent last, and the client answers all of its calls.
    void answer(const std::string& upstream)
    {
        ChatAnswer answer(plan_, ids_, document_);
        std::string out;
        EXPECT_TRUE(answer.feed(upstream, out));
        EXPECT_TRUE(answer.finish(out));
        const Json message = plan_.stream ? test::accumulate(out) : Json::parse(out);
        messages_.push_back({ { "role", "assistant" }, { "content", message["content"] } });
        Json results = Json::array();
        for (const Json& block : message["content"])
            if (block["type"] == "tool_use") {
                called_.push_back(block);
                results.push_back(
                    { { "type", "tool_result" }, { "tool_use_id", block["id"] }, { "content", "done" } });
            }
        if (results.empty())
            results.push_back({ { "type", "text" }, { "text", "And?" } });
        messages_.push_back({ { "role", "user" }, { "content", results } });
    }

    void stream(bool streams) { streams_ = streams; }
    const std::vector<Json>& called() const { return called_; }

private:
    route::Target target_;
    AnswerPlan plan_ {};
    json::Document document_ {};
    CountingIds ids_ {};
    bool streams_ = true;
    Json messages_ = Json::array();
    std::vector<Json> called_ {};
};

std::string delta(const Json& delta, const Json& finish = nullptr)
{
    return test::chunk({ { "id", "gen-1" },
        { "choices", { { { "index", 0 }, { "delta", delta }, { "finish_reason", finish } } } } });
}

std::string call(int index, const std::string& id, const std::string& name, const std::string& arguments)
{
    return delta({ { "tool_calls",
        { { { "index", index }, { "id", id }, { "type", "function" },
            { "function", { { "name", name }, { "arguments", arguments } } } } } } });
}

const Json& assistant(const Json& body, std::size_t which = 0)
{
    for (const Json& message : body["messages"])
        if (message["role"] == "assistant" && which-- == 0)
            return message;
    ADD_FAILURE() << "no such message";
    return body;
}

// The upstream's name of the second tool.
std::string odd_name(const Json& body) { return body["tools"][1]["function"]["name"]; }

TEST(RoundTrip, ReturnsReasoningTextCallsAndArguments)
{
    // P4, R29, S6
    Conversation conversation("openai/gpt-5.5");
    const std::string name = odd_name(conversation.sent());
    const std::string arguments = R"({"z":[1.0,true,null],"a":{"path":"C:\\x \"y\"","n":12345678901}})";
    conversation.answer(delta({ { "reasoning_details",
                            { { { "type", "reasoning.summary" }, { "summary", "First, " },
                                { "format", "openai-responses-v1" }, { "index", 0 } } } } })
        + delta({ { "reasoning_details",
            { { { "type", "reasoning.summary" }, { "summary", "é." }, { "index", 0 } } } } })
        + delta({ { "reasoning_details",
            { { { "type", "reasoning.encrypted" }, { "data", "gAAAA==" }, { "id", "rs_1" },
                { "format", "openai-responses-v1" }, { "index", 1 } } } } })
        + delta({ { "content", "I will write." } }) + call(0, "call_AbCdEfGh01", name, arguments)
        + call(1, "call_AbCdEfGh02", "Read", "{}") + delta(Json::object(), "tool_calls")
        + "data: [DONE]\n\n");
    ASSERT_EQ(conversation.called().size(), 2U);
    EXPECT_EQ(conversation.called()[0]["name"], "mcp.files/write it");

    const Json message = assistant(conversation.sent());
    EXPECT_EQ(message["content"], "I will write.");
    EXPECT_EQ(message["reasoning_details"].dump(),
        R"([{"type":"reasoning.summary","summary":"First, é.","format":"openai-responses-v1","index":0},)"
        R"({"type":"reasoning.encrypted","data":"gAAAA==","id":"rs_1","format":"openai-responses-v1","index":1}])");
    EXPECT_EQ(message["tool_calls"][0]["id"], "call_AbCdEfGh01");
    EXPECT_EQ(message["tool_calls"][0]["function"]["name"], name);
    EXPECT_EQ(message["tool_calls"][0]["function"]["arguments"], arguments);
    EXPECT_EQ(message["tool_calls"][1]["id"], "call_AbCdEfGh02");
    EXPECT_FALSE(message.contains("reasoning"));
}

TEST(RoundTrip, ReturnsSignaturesOfClaudeAsItsOwn)
{
    Conversation conversation("anthropic/claude-opus-5.5");
    conversation.sent();
    conversation.answer(delta({ { "reasoning_details",
                            { { { "type", "reasoning.text" }, { "text", "Hm." }, { "signature", "EqQBCg==" },
                                { "format", "anthropic-claude-v1" }, { "index", 0 } } } } })
        + delta({ { "content", "Yes." } }, "stop") + "data: [DONE]\n\n");
    EXPECT_EQ(assistant(conversation.sent())["reasoning_details"].dump(),
        R"([{"type":"reasoning.text","text":"Hm.","signature":"EqQBCg==","format":"anthropic-claude-v1","index":0}])");
}

TEST(RoundTrip, ReturnsStateThatGeminiTiesToACall)
{
    Conversation conversation("google/gemini-3-pro");
    conversation.sent();
    conversation.answer(
        delta({ { "tool_calls",
                    { { { "index", 0 }, { "id", "call_1234567890" }, { "type", "function" },
                        { "function", { { "name", "Read" }, { "arguments", "{}" } } } } } },
                  { "reasoning_details",
                      { { { "type", "reasoning.encrypted" }, { "data", "SIG" }, { "id", "call_1234567890" },
                          { "format", "google-gemini-v1" }, { "index", 0 } } } } },
            "tool_calls")
        + "data: [DONE]\n\n");
    const Json message = assistant(conversation.sent());
    EXPECT_EQ(message["reasoning_details"][0]["data"], "SIG");
    EXPECT_EQ(message["reasoning_details"][0]["id"], message["tool_calls"][0]["id"]);
}

TEST(RoundTrip, TiesStateOfGeminiToTheCallWhateverItsId)
{
    // Gemini counts its calls anew in each turn, and its ids hold the names of tools, which may be long.
    const std::string long_id = "tool_mcp__files__read_a_whole_directory_x1Y2z3";
    Conversation conversation("google/gemini-3-pro");
    for (const std::string& id : { std::string("tool_0_Read"), std::string("tool_0_Read"), long_id }) {
        conversation.sent();
        const Json detail { { "type", "reasoning.encrypted" }, { "data", "SIG" }, { "id", id },
            { "format", "google-gemini-v1" }, { "index", 0 } };
        conversation.answer(call(0, id, "Read", "{}")
            + delta({ { "reasoning_details", Json::array({ detail }) } }, "tool_calls") + "data: [DONE]\n\n");
    }
    const Json body = conversation.sent();
    std::set<std::string> ids;
    for (std::size_t turn = 0; turn < 3; ++turn) {
        const Json message = assistant(body, turn);
        ASSERT_EQ(message["reasoning_details"].size(), 1U);
        EXPECT_EQ(message["reasoning_details"][0]["id"], message["tool_calls"][0]["id"]);
        ids.insert(message["tool_calls"][0]["id"]);
    }
    EXPECT_EQ(ids.size(), 3U);
    EXPECT_TRUE(ids.contains("tool_0_Read"));
    EXPECT_TRUE(ids.contains(long_id));
}

TEST(RoundTrip, SpeaksToKimiInItsOwnIds)
{
    // R26, S13
    Conversation conversation("moonshotai/kimi-k2-thinking");
    conversation.sent();
    const std::string end = delta(Json::object(), "tool_calls") + "data: [DONE]\n\n";
    conversation.answer(
        call(0, "functions.Read:0", "Read", "{}") + call(1, "functions.Read:1", "Read", "{}") + end);
    conversation.sent();
    conversation.answer(call(0, "functions.Read:2", "Read", "{}") + end);
    const Json body = conversation.sent();
    EXPECT_EQ(assistant(body)["tool_calls"][0]["id"], "functions.Read:0");
    EXPECT_EQ(assistant(body)["tool_calls"][1]["id"], "functions.Read:1");
    EXPECT_EQ(assistant(body, 1)["tool_calls"][0]["id"], "functions.Read:2");
    for (const Json& block : conversation.called())
        EXPECT_EQ(block["id"].get<std::string>().find_first_not_of(
                      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"),
            std::string::npos);
}

TEST(RoundTrip, NeverUsesAnIdTwice)
{
    // S13
    for (const char* model : { "z-ai/glm-5", "moonshotai/kimi-k2", "mistralai/mistral-large" }) {
        Conversation conversation(model);
        const std::string end = delta(Json::object(), "tool_calls") + "data: [DONE]\n\n";
        for (int turn = 0; turn < 4; ++turn) {
            conversation.sent();
            conversation.stream(turn % 2 == 0);
            conversation.answer(
                call(0, "call_0", "Read", "{}") + call(1, "call_AbCdEfGh01", "Read", "{}") + end);
        }
        std::set<std::string> client;
        for (const Json& block : conversation.called())
            client.insert(block["id"]);
        EXPECT_EQ(client.size(), 8U) << model;
        std::set<std::string> upstream;
        const Json body = conversation.sent();
        for (std::size_t i = 0; i < 4; ++i)
            for (const Json& made : assistant(body, i)["tool_calls"])
                upstream.insert(made["id"]);
        EXPECT_EQ(upstream.size(), 8U) << model;
    }
}

TEST(RoundTrip, HoldsForWhateverAModelSays)
{
    // P1, P4
    const std::vector<std::string> words { "a", "é", "\n", "\"", "\\", "😀", "{", "</x>", " " };
    for (unsigned seed = 1; seed <= 60; ++seed) {
        std::mt19937 random(seed);
        auto text = [&] {
            std::string said = "w";
            for (auto count = random() % 6; count > 0; --count)
                said += words[random() % words.size()];
            return said + "w";
        };
        Conversation conversation(seed % 2 ? "z-ai/glm-5" : "openai/gpt-5.5");
        Json before = conversation.sent();
        for (int turn = 0; turn < 3; ++turn) {
            conversation.stream(random() % 2 == 0);
            before = conversation.sent();
            Json expected = Json::object();
            std::string upstream;
            if (random() % 2) {
                expected["data"] = text();
                upstream += delta({ { "reasoning_details",
                    { { { "type", "reasoning.encrypted" }, { "data", expected["data"] },
                        { "index", 0 } } } } });
            }
            expected["text"] = text();
            upstream += delta({ { "content", expected["text"] } });
            const bool calls = random() % 2;
            const std::string arguments = Json({ { text(), text() }, { "n", 1.5 } }).dump();
            if (calls)
                upstream += call(0, "call_00" + std::to_string(seed * 1000000 + static_cast<unsigned>(turn)),
                    odd_name(before), arguments);
            upstream += delta(Json::object(), calls ? "tool_calls" : "stop") + "data: [DONE]\n\n";
            conversation.answer(upstream);

            const Json body = conversation.sent();
            const Json message = assistant(body, static_cast<std::size_t>(turn));
            EXPECT_EQ(message["content"], expected["text"]);
            if (expected.contains("data"))
                EXPECT_EQ(message["reasoning_details"][0]["data"], expected["data"]);
            else
                EXPECT_FALSE(message.contains("reasoning_details"));
            if (calls) {
                EXPECT_EQ(message["tool_calls"][0]["function"]["arguments"], arguments);
                EXPECT_EQ(message["tool_calls"][0]["function"]["name"], odd_name(before));
            }
            const std::string shorter = before["messages"].dump();
            EXPECT_TRUE(body["messages"].dump().starts_with(shorter.substr(0, shorter.size() - 1)));
            EXPECT_EQ(body["tools"], before["tools"]);
        }
    }
}

} // namespace
} // namespace dragoman::translate
