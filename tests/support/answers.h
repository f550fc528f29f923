// Runs an upstream's bytes through an Answer, cut as a test wishes, and puts streamed answers together again.
#pragma once

#include "sse/decoder.h"
#include "translate/chat_answer.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace dragoman::test {

struct Outcome {
    std::string out {};
    std::optional<Error> error {};
    translate::AnswerFacts facts {};
};

inline translate::AnswerPlan default_plan()
{
    translate::AnswerPlan plan;
    plan.stream = true;
    plan.client_model = "claude-sonnet-4-5";
    plan.upstream_model = "vendor/model";
    plan.upstream_name = "openrouter";
    plan.declared_tools = { "Bash", "Read", "mcp__notes__add" };
    plan.estimated_input = 1000;
    return plan;
}

// As the gateway does it: until the answer is done, then finish(); after an Error, break_off() if the client
// has something already.
template <class Answer = translate::ChatAnswer>
Outcome run_pieces(const translate::AnswerPlan& plan, const std::vector<std::string_view>& pieces)
{
    CountingIds ids;
    json::Document document;
    Answer answer(plan, ids, document);
    Outcome outcome;
    Result<void> result;
    for (std::string_view piece : pieces) {
        if (!result || answer.done())
            break;
        result = answer.feed(piece, outcome.out);
    }
    if (result)
        result = answer.finish(outcome.out);
    if (!result) {
        outcome.error = result.error();
        if (!outcome.out.empty())
            answer.break_off(outcome.out);
    }
    outcome.facts = answer.facts();
    return outcome;
}

template <class Answer = translate::ChatAnswer>
Outcome run(const translate::AnswerPlan& plan, std::string_view upstream, std::size_t step = 0)
{
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < upstream.size(); at += step ? step : upstream.size())
        pieces.push_back(upstream.substr(at, step ? step : upstream.size()));
    return run_pieces<Answer>(plan, pieces);
}

template <class Answer = translate::ChatAnswer>
Outcome run_cut_at(const translate::AnswerPlan& plan, std::string_view upstream, std::size_t cut)
{
    return run_pieces<Answer>(plan, { upstream.substr(0, cut), upstream.substr(cut) });
}

// What a client of the SDK holds after the last event: the message that the stream stands for. Arguments that
// are no JSON are kept as a string.
inline nlohmann::ordered_json accumulate(std::string_view stream)
{
    using Json = nlohmann::ordered_json;
    sse::Decoder decoder;
    decoder.feed(stream);
    Json message;
    std::string arguments;
    while (auto event = decoder.next()) {
        Json data = Json::parse(event->data);
        std::string type = data["type"];
        if (type == "message_start") {
            message = data["message"];
        } else if (type == "content_block_start") {
            message["content"].push_back(data["content_block"]);
            arguments.clear();
        } else if (type == "content_block_delta") {
            Json& block = message["content"].back();
            Json& delta = data["delta"];
            if (delta["type"] == "text_delta")
                block["text"] = block["text"].get<std::string>() + delta["text"].get<std::string>();
            else if (delta["type"] == "thinking_delta")
                block["thinking"] =
                    block["thinking"].get<std::string>() + delta["thinking"].get<std::string>();
            else if (delta["type"] == "signature_delta")
                block["signature"] = delta["signature"];
            else
                arguments += delta["partial_json"].get<std::string>();
        } else if (type == "content_block_stop") {
            Json& block = message["content"].back();
            if (block.contains("input") && !arguments.empty()) {
                Json input = Json::parse(arguments, nullptr, false);
                block["input"] = input.is_discarded() ? Json(arguments) : input;
            }
        } else if (type == "message_delta") {
            for (auto& [key, value] : data["delta"].items())
                message[key] = value;
            message["usage"] = data["usage"];
        }
    }
    return message;
}

// One event of an upstream's stream.
inline std::string chunk(const nlohmann::ordered_json& json) { return "data: " + json.dump() + "\n\n"; }

inline std::string read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// Fields of an AnswerPlan, for goldens that need another than the default one.
inline translate::AnswerPlan plan_of(const nlohmann::json& json, translate::AnswerPlan plan = default_plan())
{
    auto set = [&](const char* name, auto& field) {
        if (json.contains(name))
            json.at(name).get_to(field);
    };
    set("stream", plan.stream);
    set("client_tool_names", plan.client_tool_names);
    set("declared_tools", plan.declared_tools);
    set("stop_sequences", plan.stop_sequences);
    set("stop_sequences_upstream", plan.stop_sequences_upstream);
    set("hide_thinking", plan.hide_thinking);
    set("prewarm", plan.prewarm);
    set("web_search", plan.web_search);
    set("web_search_query", plan.web_search_query);
    set("sources_footer", plan.sources_footer);
    set("cache_ttl_1h", plan.cache_ttl_1h);
    set("inline_think", plan.inline_think);
    set("inline_think_opened", plan.inline_think_opened);
    set("text_tool_calls", plan.text_tool_calls);
    set("coerce_arguments", plan.coerce_arguments);
    set("tool_schemas", plan.tool_schemas);
    set("estimated_input", plan.estimated_input);
    if (json.contains("used_tool_ids"))
        for (const auto& id : json.at("used_tool_ids"))
            plan.used_tool_ids.insert(id.get<std::string>());
    if (json.contains("context_length"))
        plan.context_length = json.at("context_length").get<std::uint64_t>();
    return plan;
}

} // namespace dragoman::test
