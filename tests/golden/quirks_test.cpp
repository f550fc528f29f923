// Every quirk has an effect, and this is it: quirks.json holds, for each of them, the difference (RFC 6902)
// that it makes to what goes upstream, or to what the answer is read by. UPDATE_GOLDEN=1 writes it anew.
#include "support/chat_call.h"
#include "support/golden_files.h"
#include "support/responses_call.h"
#include "translate/envelope.h"
#include "translate/messages_request_edit.h"

#include <functional>
#include <map>

namespace dragoman {

namespace {

using enum route::Quirk;
using route::Quirk;
using route::Quirks;
using Dialect = route::Target::Dialect;
using Value = nlohmann::json;
using Change = std::function<void(test::Json&)>;

const std::string model = "acme/model-1";

// What else the quirk needs to show itself.
struct Setting {
    Quirks beside {};
    Change change = [](test::Json&) { };
    Dialect dialect = Dialect::chat;
};

test::Json tool(const std::string& name)
{
    return { { "name", name }, { "description", "Does it." }, { "input_schema", { { "type", "object" } } } };
}

test::Json call(const std::string& id, const std::string& name)
{
    return { { "type", "tool_use" }, { "id", id }, { "name", name }, { "input", { { "path", "a" } } } };
}

test::Json result(const std::string& id)
{
    return { { "type", "tool_result" }, { "tool_use_id", id }, { "content", "done" } };
}

std::string envelope(std::vector<std::string> details)
{
    return translate::encode_envelope({ .dialect = std::string(translate::chat_dialect),
        .provider = "acme",
        .model = model,
        .details = std::move(details),
        .field = "reasoning_content" });
}

test::Json thinking(const std::string& text, const std::string& signature)
{
    return { { "type", "thinking" }, { "thinking", text }, { "signature", signature } };
}

const std::string wrapped_id = "toolu_AAAAAAAAAA_ZnVuY3Rpb25zLlJlYWQ6MA"; // functions.Read:0

// A request with something for everybody.
test::Json request()
{
    test::Json schema = test::Json::parse(R"({"$schema":"https://json-schema.org/draft/2020-12/schema",
        "type":"object","properties":{"path":{"type":"string","format":"uri"},
        "format":{"type":"string"},"$id":{"type":"integer","$comment":"a property of this name"},
        "default":{"type":"string","anyOf":[{"minLength":1},{"type":"string","const":""}]},
        "more":{"type":"object","properties":{"type":{"type":"string"}}}},"required":["path"]})");
    const test::Json mark = { { "type", "ephemeral" } };
    test::Json body = { { "model", "claude" }, { "max_tokens", 30000 }, { "stream", true },
        { "temperature", 0.5 }, { "top_p", 0.9 }, { "top_k", 40 }, { "stop_sequences", { "END" } },
        { "speed", "fast" }, { "thinking", { { "type", "adaptive" } } },
        { "output_config",
            { { "effort", "high" },
                { "format", { { "type", "json_schema" }, { "schema", tool("")["input_schema"] } } } } },
        { "metadata", { { "user_id", R"({"device_id":"ab","session_id":"5f4d"})" } } },
        { "provider", { { "order", { "x" } } } },
        { "system", { { { "type", "text" }, { "text", "You help." }, { "cache_control", mark } } } },
        { "tool_choice", { { "type", "any" }, { "disable_parallel_tool_use", true } } } };
    test::Json strict = tool("Read");
    strict["input_schema"] = schema;
    test::Json closed = tool("2fast");
    closed["strict"] = true;
    closed["input_schema"] = { { "type", "object" }, { "properties", test::Json::object() },
        { "required", test::Json::array() }, { "additionalProperties", false } };
    body["tools"] = { strict, closed, { { "type", "web_search_20250305" }, { "name", "web_search" } } };
    test::Json image = { { "type", "image" },
        { "source",
            { { "type", "base64" }, { "media_type", "image/png" }, { "data", "iVBORw0KGgoAAAAN" } } } };
    test::Json file = { { "type", "document" },
        { "source", { { "type", "base64" }, { "media_type", "application/pdf" }, { "data", "JVBERi0=" } } } };
    test::Json question = { { "type", "text" }, { "text", "Look." } };
    const std::string detail = R"({"type":"reasoning.encrypted","data":"c2ln","id":"functions.Read:0"})";
    test::Json thought = thinking("Well.", envelope({ detail }));
    body["messages"] = { { { "role", "user" }, { "content", { question, image, file } } },
        { { "role", "assistant" },
            { "content",
                { thought, { { "type", "text" }, { "text", "I read." } }, call(wrapped_id, "Read"),
                    call(std::string(50, 'x'), "2fast") } } },
        { { "role", "user" }, { "content", { result(wrapped_id), result(std::string(50, 'x')), question } } },
        { { "role", "assistant" }, { "content", { call("call_00000001", "Read") } } },
        { { "role", "user" }, { "content", { result("call_00000001") } } },
        { { "role", "system" }, { "content", "Mind the time." } },
        { { "role", "assistant" }, { "content", "It says: " } } };
    return body;
}

Change set(std::string name, test::Json value)
{
    return [=](test::Json& body) { body[name] = value; };
}

Change effort(std::string word)
{
    return [=](test::Json& body) { body["output_config"]["effort"] = word; };
}

const Change not_thinking = [](test::Json& body) {
    body["thinking"] = { { "type", "disabled" } };
    body["output_config"].erase("effort");
};

const Change history_of_thoughts = [](test::Json& body) {
    body["messages"] = test::Json::array();
    body["messages"].push_back({ { "role", "user" }, { "content", "Go." } });
    body["messages"].push_back({ { "role", "assistant" },
        { "content",
            { thinking("Mine.", envelope({})), thinking("Unsigned.", ""),
                { { "type", "text" }, { "text", "Gone." } } } } });
    body["messages"].push_back({ { "role", "user" }, { "content", "On." } });
};

const Change many = [](test::Json& body) {
    for (int i = 0; i < 130; ++i)
        body["tools"].push_back(tool("t" + std::to_string(i)));
};

const Change alternatives = [](test::Json& body) {
    body["tools"][0]["input_schema"] = test::Json::parse(
        R"({"type":"object","anyOf":[{"properties":{"a":{"type":"string"}},"required":["a"]},
            {"properties":{"b":{"type":"string"}}}]})");
};

const Change deferred = [](test::Json& body) {
    body["tools"][0]["defer_loading"] = true;
    body["messages"][4]["content"][0]["content"] =
        test::Json::array({ { { "type", "tool_reference" }, { "tool_name", "Read" } } });
};

Setting in_messages(Change change = [](test::Json&) { })
{
    return { .change = std::move(change), .dialect = Dialect::messages };
}

// For those that do not show themselves in a plain chat request.
std::map<Quirk, Setting> settings()
{
    std::map<Quirk, Setting> all;
    all[limit_from_16] = { .change = set("max_tokens", 8) };
    all[no_reasoning] = { .beside = { reasoning_effort } };
    all[no_effort] = { .beside = { reasoning_effort } };
    for (Quirk least : { effort_none, effort_minimal, effort_low })
        all[least] = { .beside = { reasoning_effort }, .change = not_thinking };
    all[effort_default] = { .beside = { reasoning_effort } };
    all[effort_xhigh] = { .beside = { reasoning_effort }, .change = effort("xhigh") };
    all[effort_max] = { .beside = { reasoning_effort }, .change = effort("max") };
    all[off_by_switch] = { .beside = { reasoning_object }, .change = not_thinking };
    all[reasoning_summary] = { .beside = { reasoning_object } };
    all[clear_thinking] = { .beside = { thinking_object } };
    all[adaptive_thinking] = { .beside = { thinking_object } };
    all[always_thinks] = { .beside = { thinking_object }, .change = not_thinking };
    all[no_effort_with_tools] = { .beside = { reasoning_effort, effort_none } };
    all[template_thinking] = { .change = [](test::Json& body) { body["messages"].erase(6); } };
    all[no_forced_tool] = {};
    all[any_strict] = { .beside = { strict_tools },
        .change = [](test::Json& body) { body["tools"][0]["strict"] = true; } };
    all[tools_for_calls] = { .change = [](test::Json& body) { body.erase("tools"); } };
    all[many_tools] = { .change = many };
    all[plain_root_schemas] = { .change = alternatives };
    all[strict_schemas] = { .change = [](test::Json& body) {
        body["tools"][0]["input_schema"]["properties"].erase("default"); // of which the types are not said
    } };
    all[no_search] = { .dialect = Dialect::responses };
    all[silent_overflow] = { .change = [](test::Json& body) {
        body["messages"][0]["content"] =
            test::Json::array({ { { "type", "text" }, { "text", std::string(9000, 'a') } } });
    } };
    all[no_thoughts_back] = { .beside = { reasoning_content_back } };
    all[system_first] = in_messages();
    all[no_cache_marks] = in_messages();
    all[first_party] = in_messages();
    all[vendor_messages] = in_messages();
    all[signed_thinking] = in_messages(history_of_thoughts);
    all[keep_thinking] = in_messages(history_of_thoughts);
    all[context_edits] = in_messages(set("context_management",
        test::Json::parse(R"({"edits":[{"type":"clear_thinking_20251015","keep":"all"}]})")));
    all[tool_references] = in_messages(deferred);
    all[effort_low_high_max] = { .beside = { reasoning_effort }, .change = effort("medium") };
    all[regex_tool_search] = in_messages([](test::Json& body) {
        body["tools"].push_back(
            { { "type", "tool_search_tool_bm25_20251119" }, { "name", "tool_search_tool_bm25" } });
    });
    all[regex_tool_search].beside = { tool_references };
    for (Quirk more : { effort_config, server_search, server_tools })
        all[more] = { .beside = { vendor_messages }, .dialect = Dialect::messages };
    return all;
}

Value plan_of(const translate::AnswerPlan& plan)
{
    return { { "inline_think", plan.inline_think }, { "opened_think", plan.inline_think_opened },
        { "text_tool_calls", plan.text_tool_calls }, { "coerce_arguments", plan.coerce_arguments },
        { "tool_schemas", plan.tool_schemas.size() },
        { "stop_sequences_upstream", plan.stop_sequences_upstream } };
}

Result<translate::UpstreamCall> translated(const std::string& body, const route::Target& target)
{
    const translate::ClientHeaders headers { .anthropic_beta = "effort-2025-11-24" };
    json::Document document;
    ASSIGN_OR_RETURN(decoded, anthropic::decode_request(document, body));
    if (target.dialect == Dialect::messages)
        return test::settled(translate::to_messages(document, decoded, target, headers, {}));
    if (target.dialect == Dialect::responses)
        return test::settled(translate::to_responses(decoded, target, headers, {}));
    return test::settled(translate::to_chat(decoded, target, headers, {}));
}

// All that the quirk could change.
Value outcome(const test::Json& body, const Quirks& quirks, Dialect dialect)
{
    route::Target target = test::unlisted(model, dialect);
    route::ModelFacts facts = *target.facts;
    facts.known = facts.has_reasoning = true;
    facts.context_length = 100000;
    if (body["messages"][0]["content"].is_array() && body["messages"][0]["content"].size() == 1)
        facts.context_length = 2000;
    target.facts = std::make_shared<route::ModelFacts>(facts);
    target.quirks = quirks;
    auto call = translated(body.dump(), target);
    if (!call)
        return { { "error", call.error().message } };
    Value fields = Value::object();
    for (const auto& [name, value] : call->fields)
        fields[name] = value;
    return { { "body", Value::parse(call->body.text()) }, { "fields", fields },
        { "plan", plan_of(call->plan) } };
}

Value effect_of(Quirk quirk)
{
    const auto all = settings();
    const auto own = all.find(quirk);
    const Setting setting = own == all.end() ? Setting {} : own->second;
    test::Json body = request();
    setting.change(body);
    return Value::diff(outcome(body, setting.beside, setting.dialect),
        outcome(body, setting.beside | Quirks { quirk }, setting.dialect));
}

} // namespace

TEST(Quirks, HaveExactlyTheseEffects)
{
    test::Json effects = test::Json::object();
    for (std::string_view name : route::quirk_names()) {
        const Value effect = effect_of(*route::quirk_of(name));
        EXPECT_FALSE(effect.empty()) << name << " does nothing";
        test::Json lines = test::Json::array();
        for (const Value& one : effect)
            lines.push_back(one.dump());
        effects[std::string(name)] = lines;
    }
    tests::expect_golden(
        std::filesystem::path(TESTS_DIR) / "golden" / "quirks.json", effects.dump(1, ' ', false) + "\n");
}

} // namespace dragoman
