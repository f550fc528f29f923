#include "support/chat_call.h"
#include "support/generated_history.h"
#include "translate/envelope.h"

#include <span>

namespace dragoman::translate {

namespace {

using test::GeneratedHistory;
using test::Json;

std::string envelope_of(const std::string& model)
{
    static const std::string details = R"({"type":"reasoning.text","text":"x","index":0})";
    const json::RawValue detail { details };
    return encode_envelope("openrouter", model, std::span(&detail, 1));
}

std::string without_marks(std::string text)
{
    constexpr std::string_view mark = R"(,"cache_control":{"type":"ephemeral"})";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at))
        text.erase(at, mark.size());
    return text;
}

// What chat upstreams refuse: results out of place, empty messages, two of a kind in a row.
void expect_legal(const Json& messages)
{
    std::vector<std::string> open;
    std::string before;
    for (const Json& message : messages) {
        std::string role = message["role"];
        if (role == "tool") {
            ASSERT_FALSE(open.empty());
            EXPECT_EQ(message["tool_call_id"], open.front());
            open.erase(open.begin());
        } else {
            ASSERT_TRUE(open.empty()) << "unanswered call " << open.front();
            EXPECT_TRUE(role == "system" || role != before) << message;
        }
        if (message.contains("tool_calls"))
            for (const Json& call : message["tool_calls"])
                open.push_back(call["id"]);
        bool empty = message["content"].is_null() || message["content"].empty() || message["content"] == "";
        EXPECT_TRUE(!empty || message.contains("tool_calls")) << message;
        before = role;
    }
    EXPECT_TRUE(open.empty());
}

} // namespace

TEST(History, OfATurnIsThePrefixOfTheNext) // P1
{
    for (const char* model : { "openai/gpt-5", "deepseek/deepseek-v3.2", "anthropic/claude-sonnet-4.5",
             "google/gemini-2.5-pro", "mistralai/mistral-large" }) {
        route::Target target = test::chat_target(model);
        for (unsigned seed = 0; seed < 8; ++seed) {
            GeneratedHistory history(seed, envelope_of(model));
            std::string before;
            for (int turn = 0; turn < 8; ++turn) {
                std::string plain = test::messages_text(test::chat_body(history.request(false), target));
                std::string marked = test::messages_text(test::chat_body(history.request(true), target));
                ASSERT_FALSE(plain.empty());
                ASSERT_EQ(without_marks(marked), plain) << model << " seed " << seed;
                ASSERT_TRUE(plain.starts_with(before)) << model << " seed " << seed << "\n"
                                                       << before << "\n"
                                                       << plain;
                before = plain;
                history.add_turn();
            }
        }
    }
}

TEST(History, IsAlwaysWhatChatUpstreamsAccept) // field bugs 13, 14, 15
{
    for (const char* model : { "openai/gpt-5", "deepseek/deepseek-v3.2", "anthropic/claude-sonnet-4.5" })
        for (unsigned seed = 100; seed < 120; ++seed) {
            GeneratedHistory history(seed, envelope_of(model));
            for (int turn = 0; turn < 5; ++turn)
                history.add_turn();
            Json sent = test::chat_json(history.request(true), test::chat_target(model));
            expect_legal(sent["messages"]);
        }
}

} // namespace dragoman::translate
