#include "gateway/demo_model.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace dragoman::gateway {

namespace {

using nlohmann::json;

json request(std::string text)
{
    return { { "stream", true },
        { "messages", json::array({ { { "role", "user" }, { "content", text } } }) } };
}

json bash() { return json::array({ { { "type", "function" }, { "function", { { "name", "Bash" } } } } }); }

struct Heard {
    std::string text, thought, command, finish;
    bool usage = false;
};

Heard hear(const json& body)
{
    auto answer = demo_answer(body.dump());
    EXPECT_TRUE(answer);
    Heard heard;
    for (const std::string& part : answer->parts) {
        if (part == "[DONE]")
            continue;
        json chunk = json::parse(part);
        heard.usage |= chunk.contains("usage");
        for (const json& choice : chunk["choices"]) {
            const json& delta = choice["delta"];
            heard.text += delta.value("content", "");
            heard.thought += delta.value("reasoning", "");
            if (delta.contains("tool_calls"))
                heard.command = json::parse(
                    delta["tool_calls"][0]["function"]["arguments"].get<std::string>())["command"];
            if (choice["finish_reason"].is_string())
                heard.finish = choice["finish_reason"];
        }
    }
    EXPECT_EQ(answer->parts.back(), "[DONE]");
    return heard;
}

} // namespace

TEST(DemoModel, ThinksAndSaysWhatItIs)
{
    Heard heard = hear(request("Hello"));
    EXPECT_FALSE(heard.thought.empty());
    EXPECT_NE(heard.text.find("OPENROUTER_API_KEY"), std::string::npos);
    EXPECT_EQ(heard.finish, "stop");
    EXPECT_TRUE(heard.usage);
}

TEST(DemoModel, CallsBashWhenAskedAboutFilesAndTellsWhatCameBack)
{
    json body = request("Which files are here?");
    body["tools"] = bash();
    Heard first = hear(body);
    EXPECT_EQ(first.command, "ls");
    EXPECT_EQ(first.finish, "tool_calls");
    body["messages"].push_back(
        { { "role", "tool" }, { "tool_call_id", "call_demo" }, { "content", "Makefile\nREADME.md" } });
    Heard second = hear(body);
    EXPECT_TRUE(second.command.empty());
    EXPECT_NE(second.text.find("README.md"), std::string::npos);
}

TEST(DemoModel, AnswersWholeAndStructured)
{
    json body = request("Name it");
    body["stream"] = false;
    body["response_format"] = { { "type", "json_schema" },
        { "json_schema", { { "schema", { { "required", json::array({ "title" }) } } } } } };
    auto answer = demo_answer(body.dump());
    ASSERT_TRUE(answer);
    json whole = json::parse(answer->parts.at(0));
    json title = json::parse(whole["choices"][0]["message"]["content"].get<std::string>());
    EXPECT_EQ(title["title"], "A demonstration");
    EXPECT_EQ(whole["choices"][0]["finish_reason"], "stop");
}

TEST(DemoModel, RefusesWhatIsNoRequest)
{
    EXPECT_FALSE(demo_answer("nonsense"));
    EXPECT_FALSE(demo_answer("[]"));
    EXPECT_TRUE(json::accept(demo_models()));
}

} // namespace dragoman::gateway
