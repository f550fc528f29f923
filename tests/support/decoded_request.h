// A Messages request written as JSON in a test, decoded, together with the text that its views point into.
#pragma once

#include "anthropic/decode_request.h"
#include "anthropic/messages_request.h"
#include "json/document.h"
#include "json/writer.h"
#include "route/model_facts.h"
#include "support/targets.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace dragoman::test {

class DecodedRequest {
public:
    explicit DecodedRequest(std::string body)
        : body_(std::make_unique<std::string>(std::move(body)))
    {
        json::Document document;
        auto decoded = anthropic::decode_request(document, *body_);
        if (!decoded)
            throw std::runtime_error(decoded.error().message);
        request_ = std::move(*decoded);
    }

    // The fields of `fields` added to a request that is otherwise the smallest there is.
    static DecodedRequest with(const std::string& fields)
    {
        return DecodedRequest(
            R"({"model":"claude-x","max_tokens":1000,"messages":[{"role":"user","content":"hi"}])"
            + (fields.empty() ? "" : "," + fields) + "}");
    }

    const anthropic::MessagesRequest& operator*() const { return request_; }
    const anthropic::MessagesRequest* operator->() const { return &request_; }

private:
    std::unique_ptr<std::string> body_;
    anthropic::MessagesRequest request_ {};
};

// A model that is asked through OpenRouter.
inline route::Target target_for(std::string model, route::ModelFacts facts = {})
{
    facts.id = model;
    return at("openrouter",
        { .model = std::move(model), .facts = std::make_shared<const route::ModelFacts>(std::move(facts)) });
}

// Facts of a model that supports these parameters and no others.
inline route::ModelFacts supporting(std::vector<std::string> parameters)
{
    route::ModelFacts facts;
    facts.known = true;
    facts.supported_parameters = std::move(parameters);
    return facts;
}

// The text of an object whose fields `write(Writer&)` writes.
template <class Write> std::string written(Write write)
{
    std::string text;
    json::Writer json(text);
    json.begin_object();
    write(json);
    json.end_object();
    return text;
}

template <class Write> nlohmann::json written_json(Write write)
{
    return nlohmann::json::parse(written(std::move(write)));
}

} // namespace dragoman::test
