// requests/NAME.anthropic.json, and those of responses/requests, become responses/requests/NAME.TARGET.json
// to the byte, for every target. UPDATE_GOLDEN=1 writes the files anew instead of comparing.
#include "support/golden_files.h"
#include "support/responses_call.h"

#include <filesystem>
#include <functional>
#include <map>

namespace dragoman {

namespace {

namespace fs = std::filesystem;

const fs::path golden = fs::path(TESTS_DIR) / "golden";
constexpr std::string_view input_suffix = ".anthropic.json";

route::Target known_target(std::string model, const std::function<void(route::ModelFacts&)>& describe)
{
    route::Target target = test::responses_target(std::move(model));
    route::ModelFacts facts = *target.facts;
    facts.known = true;
    describe(facts);
    target.facts = std::make_shared<route::ModelFacts>(facts);
    return test::elsewhere(target);
}

// One of each kind that is treated differently.
std::map<std::string, route::Target> targets()
{
    std::map<std::string, route::Target> result;
    result["gpt"] = test::at("openai", test::responses_target("gpt-5.1"));
    result["plain"] = test::at("openai", test::responses_target("gpt-4.1-mini"));
    result["local"] = known_target("qwen3-coder", [](route::ModelFacts& facts) {
        facts.context_length = 32'768;
        facts.input_image = false;
        facts.input_file = false;
    });
    result["openrouter"] = known_target("openai/gpt-5.1", [](route::ModelFacts& facts) {
        facts.context_length = 400'000;
        facts.max_output = 128'000;
        facts.has_reasoning = true;
        facts.reasoning.supported_efforts = { "none", "low", "medium", "high" };
        facts.supported_parameters = { { "max_tokens", "reasoning", "tools", "tool_choice", "response_format",
            "structured_outputs", "seed" } };
    });
    result["openrouter"] = test::at("openrouter", result["openrouter"]);
    return result;
}

std::map<std::string, fs::path> inputs()
{
    std::map<std::string, fs::path> result;
    for (const fs::path& folder : { golden / "requests", golden / "responses" / "requests" })
        for (const auto& entry : fs::directory_iterator(folder)) {
            std::string file = entry.path().filename();
            if (file.ends_with(input_suffix))
                result[file.substr(0, file.size() - input_suffix.size())] = entry.path();
        }
    return result;
}

std::string translated(const fs::path& path, const route::Target& target)
{
    translate::ClientHeaders headers { .session_id = "5f4dcc3b-5aa7-65d6-1d83-27deb882cf99" };
    translate::Options options { .upstream_name = "openai" };
    auto call = test::responses_call(tests::read_file(path), target, headers, options);
    EXPECT_TRUE(call) << path << ": " << call.error().message;
    return call ? call->body.text() + "\n" : "";
}

} // namespace

TEST(ResponsesRequests, BecomeTheirGoldenBytes)
{
    EXPECT_GE(inputs().size(), 8u);
    for (const auto& [name, path] : inputs())
        for (const auto& [target_name, target] : targets()) {
            const std::string sent = translated(path, target);
            EXPECT_TRUE(test::Json::accept(sent)) << name;
            EXPECT_EQ(sent, translated(path, target)) << name;
            tests::expect_golden(
                golden / "responses" / "requests" / (name + "." + target_name + ".json"), sent);
        }
}

} // namespace dragoman
