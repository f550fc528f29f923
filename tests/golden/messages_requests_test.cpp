// Requests passed through to upstreams that speak Messages, byte for byte.
//
// messages/requests/NAME.anthropic.json is what the client sends; NAME.PROFILE.messages.json what goes
// upstream.
#include "anthropic/decode_request.h"
#include "support/golden_files.h"
#include "support/targets.h"
#include "translate/messages_request_edit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace dragoman::translate {

namespace {

const std::filesystem::path folder = std::filesystem::path(TESTS_DIR) / "golden" / "messages" / "requests";

struct Endpoint {
    std::string name;
    std::string_view preset;
    std::string model;
    bool known = false;
};

const std::vector<Endpoint> endpoints {
    { "anthropic", "anthropic", "claude-sonnet-5-5" },
    { "openrouter", "openrouter", "anthropic/claude-sonnet-5.5", true },
    { "openrouter-gpt", "openrouter", "openai/gpt-4o", true },
    { "other", "deepseek", "deepseek-chat" },
};

route::Target target_of(const Endpoint& endpoint)
{
    route::ModelFacts facts { .id = endpoint.model, .known = endpoint.known };
    if (endpoint.known) {
        facts.context_length = 200000;
        facts.max_output = 64000;
        facts.supported_parameters = std::vector<std::string> { "tools" };
        facts.has_reasoning = endpoint.model.starts_with("anthropic/");
    }
    return test::at(endpoint.preset,
        { .model = endpoint.model,
            .facts = std::make_shared<route::ModelFacts>(facts),
            .dialect = route::Target::Dialect::messages });
}

std::string sent(const std::string& body, const Endpoint& endpoint)
{
    json::Document document;
    auto request = anthropic::decode_request(document, body);
    if (!request)
        return "!! " + request.error().message;
    auto call = to_messages(document, *request, target_of(endpoint), {}, {});
    return call ? call->body.text() : "!! " + call.error().message;
}

std::vector<std::filesystem::path> requests()
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().string().ends_with(".anthropic.json"))
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

TEST(MessagesRequests, GoUpstreamInExactlyTheseBytes)
{
    ASSERT_GE(requests().size(), 8U);
    for (const auto& file : requests())
        for (const Endpoint& endpoint : endpoints) {
            const std::string name = file.stem().stem().string();
            tests::expect_golden(folder / (name + "." + endpoint.name + ".messages.json"),
                sent(tests::read_file(file), endpoint));
        }
}

TEST(MessagesRequests, AreAlwaysWholeJson)
{
    for (const auto& file : requests())
        for (const Endpoint& endpoint : endpoints) {
            const std::string body = sent(tests::read_file(file), endpoint);
            EXPECT_TRUE(nlohmann::json::accept(body)) << file << ' ' << endpoint.name << '\n' << body;
        }
}

TEST(MessagesRequests, StayWholeJsonWhateverIsInThem) // P5
{
    std::mt19937 random(1); // NOLINT: the same bytes every time
    const std::string_view pieces[] = { "null", "{}", "[]", "\"\"", "0", "true", "\"\\ud83d\"" };
    for (const auto& file : requests()) {
        const auto original = nlohmann::ordered_json::parse(tests::read_file(file), nullptr, false);
        if (original.is_discarded())
            continue; // half a surrogate pair, which this parser refuses
        const auto flat = original.flatten();
        for (const auto& [path, value] : flat.items()) {
            const std::string_view piece = pieces[random() % std::size(pieces)];
            const std::string body = original.dump();
            const std::string spelled = value.dump();
            const std::size_t at = body.find(spelled);
            if (at == std::string::npos)
                continue;
            const std::string mutated = std::string(body).replace(at, spelled.size(), piece);
            for (const Endpoint& endpoint : endpoints) {
                const std::string out = sent(mutated, endpoint);
                EXPECT_TRUE(out.starts_with("!! ") || nlohmann::json::accept(out)) << mutated << '\n' << out;
            }
        }
    }
}

} // namespace dragoman::translate
