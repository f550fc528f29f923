// What one model signed or encrypted goes to no other, whatever dialects the two speak: a session changes its
// model between any two of them.
#include "anthropic/decode_request.h"
#include "support/targets.h"
#include "translate/envelope.h"
#include "translate/messages_request_edit.h"
#include "translate/request.h"
#include "translate/responses_request.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dragoman::translate {

namespace {

using Json = nlohmann::json;
using Dialect = route::Target::Dialect;

struct Place {
    std::string preset;
    std::string model;
    Dialect dialect;
};

const std::vector<Place> places {
    { "anthropic", "claude-opus-4-5", Dialect::messages },
    { "openrouter", "anthropic/claude-opus-5.5", Dialect::messages },
    { "openrouter", "anthropic/claude-opus-5.5", Dialect::chat },
    { "openrouter", "openai/gpt-5.5", Dialect::chat },
    { "openrouter", "openai/gpt-5.5", Dialect::messages },
    { "openrouter", "openai/gpt-5.5", Dialect::responses },
    { "openrouter", "google/gemini-3-pro", Dialect::chat },
    { "openrouter", "z-ai/glm-5", Dialect::chat },
    { "openai", "gpt-5.5", Dialect::responses },
    { "openai", "gpt-5.5", Dialect::chat },
    { "gemini", "gemini-3-pro", Dialect::chat },
    { "deepseek", "deepseek-v4-pro", Dialect::chat },
    { "deepseek", "deepseek-v4-pro", Dialect::messages },
    { "minimax", "MiniMax-M2.5", Dialect::chat },
    { "minimax", "MiniMax-M2.5", Dialect::messages },
    { "moonshot", "kimi-k2.5", Dialect::messages },
    { "zai", "glm-5", Dialect::messages },
    { "xai", "grok-4", Dialect::responses },
    { "mistral", "magistral-medium", Dialect::chat },
    { "vllm", "qwen3-8b", Dialect::responses },
    { "litellm", "claude-opus-4-5", Dialect::messages },
};

bool is_claude(const Place& place) { return place.model.find("claude") != std::string::npos; }

// What a thinking block holds that an answer of that place came with.
std::string carrier_of(const Place& place, const std::string& secret)
{
    if (is_claude(place))
        return secret;
    Envelope envelope { .provider = place.preset, .model = place.model };
    switch (place.dialect) {
    case Dialect::messages:
        envelope.dialect = messages_dialect;
        envelope.signature = secret;
        break;
    case Dialect::responses:
        envelope.dialect = responses_dialect;
        envelope.details = { R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":")" + secret
            + R"("})" };
        break;
    case Dialect::chat:
        envelope.dialect = chat_dialect;
        envelope.details = { R"({"type":"reasoning.encrypted","data":")" + secret
            + R"(","id":"call_12345678"})" };
    }
    return encode_envelope(envelope);
}

std::string sent(const std::string& carrier, const Place& place)
{
    const Json body = {
        { "model", "m" }, { "max_tokens", 4000 },
        { "thinking", { { "type", "enabled" }, { "budget_tokens", 2000 } } },
        { "messages",
            { { { "role", "user" }, { "content", "q" } },
                { { "role", "assistant" },
                    { "content",
                        { { { "type", "thinking" }, { "thinking", "I think." }, { "signature", carrier } },
                            { { "type", "redacted_thinking" }, { "data", carrier } },
                            { { "type", "text" }, { "text", "t" } },
                            { { "type", "tool_use" }, { "id", "call_12345678" }, { "name", "A" },
                                { "input", Json::object() } } } } },
                { { "role", "user" },
                    { "content", { { { "type", "tool_result" }, { "tool_use_id", "call_12345678" } } } } } } }
    };
    const std::string text = body.dump();
    json::Document document;
    auto request = anthropic::decode_request(document, text);
    EXPECT_TRUE(request);
    Options options;
    options.upstream_name = place.preset;
    const route::Target target = test::at(place.preset, test::unlisted(place.model, place.dialect));
    auto call = place.dialect == Dialect::messages ? to_messages(document, *request, target, {}, options)
        : place.dialect == Dialect::responses      ? to_responses(*request, target, {}, options)
                                                   : to_chat(*request, target, {}, options);
    EXPECT_TRUE(call) << call.error().message;
    return call->body.text();
}

TEST(Provenance, IsKeptBetweenAnyTwoModels)
{
    const std::string secret = "c2VjcmV0c2VjcmV0";
    std::size_t replayed = 0;
    for (const Place& from : places)
        for (const Place& to : places) {
            const std::string body = sent(carrier_of(from, secret), to);
            const std::string pair =
                from.preset + " " + from.model + " -> " + to.preset + " " + to.model + "\n" + body;
            EXPECT_EQ(body.find(envelope_prefix), std::string::npos) << pair;
            const bool same = route::model_family(from.model) == route::model_family(to.model);
            if (!same)
                EXPECT_EQ(body.find(secret), std::string::npos) << pair;
            else if (&from == &to)
                replayed += body.find(secret) != std::string::npos ? 1 : 0;
        }
    EXPECT_GE(replayed, 14U) << "it does go back to whose it is";
}

} // namespace
} // namespace dragoman::translate
