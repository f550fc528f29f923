#include "support/chat_call.h"
#include "translate/envelope.h"

#include <algorithm>
#include <random>
#include <span>

namespace dragoman::translate {

namespace {

using test::Json;

// A random conversation as a client would send it, turn after turn. What a client changes between turns is
// decided when a request is made of it: where the cache marks stand, and how the newest system message is
// spelled.
class History {
public:
    History(unsigned seed, const std::string& model)
        : random_(seed)
    {
        static const std::string details = R"({"type":"reasoning.text","text":"x","index":0})";
        const json::RawValue detail { details };
        envelope_ = encode_envelope("openrouter", model, std::span(&detail, 1));
        add_user_side();
    }

    void add_turn()
    {
        add_assistant();
        add_user_side();
    }

    // The request at this point of the conversation.
    std::string request(bool marked) const
    {
        Json messages = messages_;
        for (std::size_t i = 0; i < messages.size(); ++i) {
            bool newest = i + 1 == messages.size();
            if (messages[i]["role"] == "system" && !newest)
                messages[i]["content"] = messages[i]["content"][0]["text"];
        }
        if (marked && messages.back()["content"].is_array() && !messages.back()["content"].empty())
            messages.back()["content"].back()["cache_control"] = { { "type", "ephemeral" } };
        Json body = { { "model", "claude" }, { "max_tokens", 1000 },
            { "system", { { { "type", "text" }, { "text", "You help." } } } }, { "messages", messages } };
        return body.dump();
    }

private:
    bool chance(int percent) { return std::uniform_int_distribution<>(0, 99)(random_) < percent; }
    int up_to(int most) { return std::uniform_int_distribution<>(0, most)(random_); }

    std::string words()
    {
        static const std::vector<std::string> all = { "plain", "zwei Wörter", "line\nbreak", "quote\" and \\",
            "😀", "<tag>", "Error: no", " pad " };
        return all[static_cast<std::size_t>(up_to(static_cast<int>(all.size()) - 1))]
            + std::to_string(counter_++);
    }

    Json text() { return { { "type", "text" }, { "text", words() } }; }

    Json image()
    {
        return { { "type", "image" },
            { "source",
                { { "type", "base64" }, { "media_type", "image/png" }, { "data", "iVBORw0KGgoAAAAN" } } } };
    }

    void add_assistant()
    {
        Json blocks = Json::array();
        if (chance(30))
            blocks.push_back({ { "type", "thinking" }, { "thinking", words() },
                { "signature", chance(60) ? envelope_ : "sig" } });
        if (chance(70))
            blocks.push_back(text());
        calls_.clear();
        for (int calls = chance(60) ? 1 + up_to(2) : 0; calls > 0; --calls) {
            calls_.push_back("toolu_" + std::to_string(counter_++));
            blocks.push_back({ { "type", "tool_use" }, { "id", calls_.back() }, { "name", "Bash" },
                { "input", { { "z", words() }, { "a", counter_ } } } });
        }
        if (calls_.empty() && chance(20))
            blocks.push_back(text());
        if (blocks.empty() || blocks.back()["type"] == "thinking")
            blocks.push_back(text());
        messages_.push_back({ { "role", "assistant" }, { "content", blocks } });
    }

    void add_user_side()
    {
        Json blocks = Json::array();
        std::shuffle(calls_.begin(), calls_.end(), random_);
        for (const std::string& id : calls_)
            if (chance(90))
                blocks.push_back(result(id));
        calls_.clear();
        if (blocks.empty() || chance(30))
            blocks.push_back(text());
        if (chance(10))
            blocks.push_back(image());
        if (chance(5))
            blocks.push_back(result("gone"));
        messages_.push_back({ { "role", "user" }, { "content", blocks } });
        if (chance(15))
            messages_.push_back({ { "role", "user" }, { "content", words() } });
        if (chance(40))
            messages_.push_back({ { "role", "system" }, { "content", Json::array({ text() }) } });
    }

    Json result(const std::string& id)
    {
        Json block = { { "type", "tool_result" }, { "tool_use_id", id }, { "is_error", chance(20) } };
        if (chance(40))
            block["content"] = words();
        else if (chance(80))
            block["content"] =
                chance(50) ? Json::array({ text(), image() }) : Json::array({ text(), text() });
        return block;
    }

    std::mt19937 random_;
    std::string envelope_ {};
    Json messages_ = Json::array();
    std::vector<std::string> calls_ {};
    int counter_ = 0;
};

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
            History history(seed, model);
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
            History history(seed, model);
            for (int turn = 0; turn < 5; ++turn)
                history.add_turn();
            Json sent = test::chat_json(history.request(true), test::chat_target(model));
            expect_legal(sent["messages"]);
        }
}

} // namespace dragoman::translate
