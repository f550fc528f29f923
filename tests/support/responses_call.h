// A request of the Messages API, translated for a model behind the Responses API.
#pragma once

#include "support/chat_call.h"
#include "translate/responses_request.h"

namespace dragoman::test {

// A model of which no list says anything.
inline route::Target responses_target(std::string model)
{
    return elsewhere(unlisted(std::move(model), route::Target::Dialect::responses));
}

inline Result<translate::UpstreamCall> responses_call(std::string_view body, const route::Target& target,
    const translate::ClientHeaders& headers = {}, const translate::Options& options = {})
{
    json::Document document;
    ASSIGN_OR_RETURN(request, anthropic::decode_request(document, body));
    return settled(translate::to_responses(request, target, headers, options));
}

// The body that goes upstream; a failed test when it is refused or no JSON.
inline Json responses_json(std::string_view body, const route::Target& target)
{
    auto call = responses_call(body, target);
    EXPECT_TRUE(call) << call.error().message;
    if (!call)
        return Json::object();
    EXPECT_TRUE(Json::accept(call->body.text())) << call->body.text();
    return Json::parse(call->body.text(), nullptr, false);
}

// A request for one word, with further fields.
inline Json responses_request(std::string_view fields, const route::Target& target)
{
    std::string body = R"({"model":"claude","max_tokens":1000,"messages":[{"role":"user","content":"Hi"}])";
    return responses_json(body.append(fields.empty() ? "" : ",").append(fields).append("}"), target);
}

// The input items of a conversation, given as the inside of "messages":[...].
inline Json responses_input(std::string_view messages, const route::Target& target)
{
    std::string body = R"({"model":"claude","max_tokens":1000,"messages":[)";
    Json sent = responses_json(body.append(messages).append("]}"), target);
    return sent.contains("input") ? sent["input"] : Json::array();
}

} // namespace dragoman::test
