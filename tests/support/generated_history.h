// Conversations that nobody has had, for properties that hold for all of them.
#pragma once

#include "support/chat_call.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace dragoman::test {

// A random conversation as a client would send it, turn after turn. What a client changes between turns is
// decided when a request is made of it: where the cache marks stand, and how the newest system message is
// spelled.
class GeneratedHistory {
public:
    // `envelope`: the signature of thinking that the upstream may see again.
    GeneratedHistory(unsigned seed, std::string envelope)
        : random_(seed)
        , envelope_(std::move(envelope))
    {
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

} // namespace dragoman::test
