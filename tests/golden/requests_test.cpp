// requests/NAME.anthropic.json, as a client sends it, becomes requests/NAME.TARGET.openai.json to the byte,
// for every target that has such a file. UPDATE_GOLDEN=1 writes the files anew instead of comparing, and for
// a NAME that has none yet it writes one for every target.
#include "support/chat_call.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

namespace dragoman {

namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(TESTS_DIR) / "golden" / "requests";
constexpr std::string_view input_suffix = ".anthropic.json";

route::Target known_target(std::string model, const std::function<void(route::ModelFacts&)>& describe)
{
    route::Target target = test::chat_target(std::move(model));
    route::ModelFacts facts = *target.facts;
    facts.known = true;
    facts.has_reasoning = true;
    describe(facts);
    target.facts = std::make_shared<route::ModelFacts>(facts);
    return test::at("openrouter", target);
}

// One of each kind that is treated differently.
std::map<std::string, route::Target> targets()
{
    std::map<std::string, route::Target> result;
    result["unlisted"] = test::chat_target("vendor/unlisted-model");
    result["gpt"] = known_target("openai/gpt-5.1", [](route::ModelFacts& facts) {
        facts.context_length = 400'000;
        facts.max_output = 128'000;
        facts.reasoning.supported_efforts = { "none", "low", "medium", "high" };
        facts.supported_parameters = { { "max_tokens", "reasoning", "tools", "tool_choice", "stop",
            "response_format", "structured_outputs", "seed" } };
    });
    result["oss"] = known_target("openai/gpt-oss-120b", [](route::ModelFacts& facts) {
        facts.context_length = 131'072;
        facts.max_output = 32'768;
        facts.input_image = false;
        facts.input_file = false;
        facts.reasoning.supported_efforts = { "low", "medium", "high" };
        facts.reasoning.mandatory = true;
    });
    result["claude"] = known_target("anthropic/claude-sonnet-4.5", [](route::ModelFacts& facts) {
        facts.context_length = 1'000'000;
        facts.max_output = 64'000;
        facts.reasoning.supports_max_tokens = true;
    });
    result["gemini"] = known_target("google/gemini-2.5-pro", [](route::ModelFacts& facts) {
        facts.context_length = 1'048'576;
        facts.max_output = 65'536;
    });
    result["deepseek"] = known_target("deepseek/deepseek-v3.2", [](route::ModelFacts& facts) {
        facts.context_length = 163'840;
        facts.max_output = 65'536;
        facts.input_image = false;
    });
    return result;
}

std::string read(const fs::path& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

std::vector<std::string> names()
{
    std::vector<std::string> result;
    for (const auto& entry : fs::directory_iterator(folder)) {
        std::string file = entry.path().filename();
        if (file.ends_with(input_suffix))
            result.push_back(file.substr(0, file.size() - input_suffix.size()));
    }
    return result;
}

fs::path golden_path(const std::string& name, const std::string& target)
{
    return folder / (name + "." + target + ".openai.json");
}

bool has_golden(const std::string& name)
{
    for (const auto& [target, unused] : targets())
        if (fs::exists(golden_path(name, target)))
            return true;
    return false;
}

std::string translated(const std::string& name, const route::Target& target)
{
    translate::ClientHeaders headers { .session_id = "5f4dcc3b-5aa7-65d6-1d83-27deb882cf99" };
    auto call = test::chat_call(read(folder / (name + std::string(input_suffix))), target, headers);
    EXPECT_TRUE(call) << name << ": " << call.error().message;
    return call ? call->body.text() + "\n" : "";
}

} // namespace

TEST(Requests, BecomeTheirGoldenBytes)
{
    const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
    int compared = 0;
    for (const std::string& name : names()) {
        const bool fresh = !has_golden(name);
        for (const auto& [target_name, target] : targets()) {
            fs::path golden = golden_path(name, target_name);
            if (!fs::exists(golden) && !(update && fresh))
                continue;
            std::string sent = translated(name, target);
            EXPECT_TRUE(test::Json::accept(sent)) << golden;
            if (update)
                std::ofstream(golden, std::ios::binary) << sent;
            else
                EXPECT_EQ(sent, read(golden)) << golden;
            ++compared;
        }
    }
    EXPECT_GE(compared, 10);
}

TEST(Requests, TranslateToTheSameBytesEveryTime) // R49
{
    for (const std::string& name : names())
        for (const auto& [target_name, target] : targets())
            EXPECT_EQ(translated(name, target), translated(name, target)) << name << " for " << target_name;
}

} // namespace dragoman
