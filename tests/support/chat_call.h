// A request of the Messages API, translated for one upstream model, for tests that look at what is sent.
#pragma once

#include "anthropic/decode_request.h"
#include "support/targets.h"
#include "translate/request.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace dragoman::test {

using Json = nlohmann::ordered_json;

// A model that is asked through OpenRouter and of which no list says anything.
inline route::Target chat_target(std::string model) { return at("openrouter", unlisted(std::move(model))); }

// The same, known to take text only.
inline route::Target text_only_target(std::string model)
{
    route::Target target = chat_target(std::move(model));
    route::ModelFacts facts = *target.facts;
    facts.known = true;
    facts.input_image = false;
    facts.input_file = false;
    target.facts = std::make_shared<route::ModelFacts>(facts);
    return target;
}

// Borrows nothing any more: most tests give a request that is gone a moment later.
inline Result<translate::UpstreamCall> settled(Result<translate::UpstreamCall> call)
{
    if (call)
        call->body = json::Pieces(call->body.text());
    return call;
}

inline Result<translate::UpstreamCall> chat_call(std::string_view body, const route::Target& target,
    const translate::ClientHeaders& headers = {}, const translate::Options& options = {})
{
    json::Document document;
    ASSIGN_OR_RETURN(request, anthropic::decode_request(document, body));
    return settled(translate::to_chat(request, target, headers, options));
}

// The body that goes upstream; a failed test when it is refused or no JSON.
inline std::string chat_body(std::string_view body, const route::Target& target)
{
    auto call = chat_call(body, target);
    EXPECT_TRUE(call) << call.error().message;
    if (!call)
        return "{}";
    EXPECT_TRUE(Json::accept(call->body.text())) << call->body.text();
    return call->body.text();
}

inline Json chat_json(std::string_view body, const route::Target& target)
{
    return Json::parse(chat_body(body, target), nullptr, false);
}

// The messages of a conversation, given as the inside of "messages":[...].
inline Json chat_messages(
    std::string_view messages, const route::Target& target, std::string_view further_fields = "")
{
    std::string body = R"({"model":"claude","max_tokens":100)";
    body.append(further_fields).append(R"(,"messages":[)").append(messages).append("]}");
    Json sent = chat_json(body, target);
    return sent.contains("messages") ? sent["messages"] : Json::array();
}

inline Json chat_messages(
    std::string_view messages, std::string model = "openai/gpt-5", std::string_view further_fields = "")
{
    return chat_messages(messages, chat_target(std::move(model)), further_fields);
}

// What stands between the brackets of "messages":[...], to the byte.
inline std::string messages_text(const std::string& body)
{
    std::size_t begin = body.find(R"("messages":[)");
    if (begin == std::string::npos || !body.ends_with("]}"))
        return "";
    return body.substr(begin + 12, body.size() - begin - 14);
}

} // namespace dragoman::test
