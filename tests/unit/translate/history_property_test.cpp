#include "support/chat_call.h"
#include "support/generated_history.h"
#include "translate/envelope.h"
#include "translate/messages_request_edit.h"
#include "translate/responses_request.h"

#include <map>
#include <span>
#include <string>
#include <vector>

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

constexpr int long_conversation = 30; // turns

std::string translated(const std::string& body, const route::Target& target)
{
    json::Document document;
    auto request = anthropic::decode_request(document, body);
    if (!request)
        return request.error().message;
    auto call = target.is_messages() ? to_messages(document, *request, target, {}, {})
        : target.is_responses()      ? to_responses(*request, target, {}, {})
                                     : to_chat(*request, target, {}, {});
    return call ? call->body.text() : call.error().message;
}

// What stands between the brackets of the messages, or of the input.
std::string conversation_of(const std::string& body, const route::Target& target)
{
    const std::string head = target.is_responses() ? R"("input":[)" : R"("messages":[)";
    const std::size_t begin = body.find(head);
    if (begin == std::string::npos)
        return "";
    const std::string rest = body.substr(begin + head.size());
    if (!target.is_messages())
        return rest.substr(0, rest.size() - 2);
    // Here the client's own order of fields stays: the messages need not be the last.
    std::size_t depth = 1;
    bool quoted = false;
    std::size_t at = 0;
    for (; at < rest.size() && depth > 0; ++at) {
        if (quoted && rest[at] == '\\')
            ++at;
        else if (rest[at] == '"')
            quoted = !quoted;
        else if (!quoted && (rest[at] == '[' || rest[at] == '{'))
            ++depth;
        else if (!quoted && (rest[at] == ']' || rest[at] == '}'))
            --depth;
    }
    return rest.substr(0, at - 1);
}

// The requests of one conversation, turn by turn.
const std::vector<std::string>& requests_to(const std::string& model)
{
    static std::map<std::string, std::vector<std::string>> all;
    std::vector<std::string>& requests = all[model];
    if (!requests.empty())
        return requests;
    GeneratedHistory history(static_cast<unsigned>(all.size()), envelope_of(model));
    for (int turn = 0; turn < long_conversation; ++turn) {
        requests.push_back(history.request(false));
        history.add_turn();
    }
    return requests;
}

// The same history gives the same bytes, and those of a turn begin those of the next.
void expect_growing(const route::Target& target)
{
    if (target.is_messages() && target.has(route::Quirk::first_party))
        return; // the client's own bytes, in which a system message has two spellings
    std::string before;
    for (const std::string& request : requests_to(target.model)) {
        const std::string body = translated(request, target);
        ASSERT_EQ(body, translated(request, target));
        const std::string conversation = conversation_of(body, target);
        ASSERT_FALSE(conversation.empty()) << body;
        ASSERT_TRUE(conversation.starts_with(before)) << before << "\n" << conversation;
        before = conversation;
    }
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

// Every preset, with a model of its own and with one that thinks.
TEST(History, OfATurnIsThePrefixOfTheNextForEveryPresetAndDialect) // P1
{
    using Dialect = route::Target::Dialect;
    for (const config::Preset& preset : config::presets())
        for (const std::string& model : { std::string(preset.big), std::string("deepseek/deepseek-v3.2"),
                 std::string("gemini-3-pro"), std::string("magistral-medium") })
            for (Dialect dialect : { Dialect::chat, Dialect::messages, Dialect::responses }) {
                SCOPED_TRACE(std::string(preset.name) + " " + model);
                expect_growing(test::at(preset.name, test::unlisted(model.empty() ? "m" : model, dialect)));
            }
}

TEST(History, OfATurnIsThePrefixOfTheNextWithEachQuirk) // P1
{
    using Dialect = route::Target::Dialect;
    for (std::string_view name : route::quirk_names())
        for (Dialect dialect : { Dialect::chat, Dialect::messages, Dialect::responses }) {
            SCOPED_TRACE(name);
            route::Target target = test::unlisted("acme/model-1", dialect);
            target.quirks = { *route::quirk_of(name) };
            expect_growing(target);
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
