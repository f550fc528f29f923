// What the core costs without any network: requests of several sizes, streams of several kinds, counting.
#include "anthropic/decode_request.h"
#include "base/id_source.h"
#include "json/escape.h"
#include "tokens/request_count.h"
#include "translate/chat_answer.h"
#include "translate/messages_request_edit.h"
#include "translate/request.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace {

using namespace dragoman;

std::string tool(int i)
{
    return fmt::format(
        R"({{"name":"Tool{}","description":"{}","input_schema":{{"$schema":"https://json-schema.org/)"
        R"(draft/2020-12/schema","type":"object","properties":{{"path":{{"type":"string"}},)"
        R"("limit":{{"type":"integer","exclusiveMinimum":0}}}},"required":["path"]}}}})",
        i, std::string(300, 'd'));
}

// A coding session: system blocks, tools, and turns of a call and its result until `bytes` are there.
std::string request_body(std::size_t bytes)
{
    std::string tools;
    for (int i = 0; i < 18; ++i)
        tools += (i ? "," : "") + tool(i);
    std::string body =
        fmt::format(R"({{"model":"claude-sonnet-4-5","max_tokens":32000,"stream":true,"thinking":)"
                    R"({{"type":"adaptive"}},"system":[{{"type":"text","text":"{}"}}],"tools":[{}],)"
                    R"("messages":[{{"role":"user","content":"Fix the bug"}})",
            std::string(8000, 's'), tools);
    const std::string code =
        json::escape("    if (value == \"x\") {\n        return compute(value);\n    }\n");
    for (int turn = 0; body.size() < bytes; ++turn) {
        std::string result;
        while (result.size() < 2000)
            result += code;
        body += fmt::format(R"(,{{"role":"assistant","content":[{{"type":"text","text":"Let me look."}},)"
                            R"({{"type":"tool_use","id":"toolu_{0:024}","name":"Tool1","input":)"
                            R"({{"path":"/src/file{0}.cpp","limit":100}}}}]}},)"
                            R"({{"role":"user","content":[{{"type":"tool_result",)"
                            R"("tool_use_id":"toolu_{0:024}","content":"{1}"}}]}})",
            turn, result);
    }
    return body + "]}";
}

route::Target target()
{
    auto facts = std::make_shared<route::ModelFacts>();
    facts->id = "openai/gpt-oss-120b";
    return { .model = "openai/gpt-oss-120b", .facts = facts };
}

std::size_t size_of(const benchmark::State& state) { return static_cast<std::size_t>(state.range(0)) * 1024; }

void set_bytes(benchmark::State& state, const std::string& body)
{
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void translate_request(benchmark::State& state)
{
    const std::string body = request_body(size_of(state));
    const route::Target chat = target();
    json::Document document;
    for (auto _ : state) {
        auto request = anthropic::decode_request(document, body);
        auto call = translate::to_chat(*request, chat, {}, {});
        benchmark::DoNotOptimize(call->body.data());
    }
    set_bytes(state, body);
}

void edit_request(benchmark::State& state)
{
    const std::string body = request_body(size_of(state));
    json::Document document;
    route::Target claude = target();
    claude.model = "anthropic/claude-sonnet-4.5";
    claude.dialect = route::Target::Dialect::messages;
    for (auto _ : state) {
        auto request = anthropic::decode_request(document, body);
        auto call =
            translate::to_messages(body, *request, claude, translate::MessagesProfile::openrouter, {}, {});
        benchmark::DoNotOptimize(call->body.data());
    }
    set_bytes(state, body);
}

void count_request(benchmark::State& state)
{
    const std::string body = request_body(size_of(state));
    json::Document document;
    for (auto _ : state) {
        auto request = anthropic::decode_request(document, body);
        benchmark::DoNotOptimize(tokens::count_request(*request).total());
    }
    set_bytes(state, body);
}

std::string chunk(std::string_view delta)
{
    return fmt::format(
        R"(data: {{"id":"gen-1763000000-abcdefghijklmnop","provider":"Groq","model":"openai/gpt-oss-120b",)"
        R"("object":"chat.completion.chunk","created":1763000000,"choices":[{{"index":0,"delta":{},)"
        R"("finish_reason":null,"native_finish_reason":null,"logprobs":null}}]}})"
        "\n\n",
        delta);
}

void translate_stream(benchmark::State& state, const std::string& delta)
{
    const std::string event = chunk(delta);
    CountingIds ids;
    translate::AnswerPlan plan { .stream = true, .client_model = "claude-sonnet-4-5" };
    std::string out;
    constexpr int events = 500;
    for (auto _ : state) {
        translate::ChatAnswer answer(plan, ids);
        for (int i = 0; i < events; ++i) {
            out.clear();
            if (!answer.feed(event, out))
                state.SkipWithError("refused");
        }
    }
    state.SetItemsProcessed(state.iterations() * events);
}

} // namespace

BENCHMARK(translate_request)->Arg(16)->Arg(60)->Arg(300)->Arg(1024)->Unit(benchmark::kMicrosecond);
BENCHMARK(edit_request)->Arg(60)->Arg(300)->Unit(benchmark::kMicrosecond);
BENCHMARK(count_request)->Arg(60)->Arg(300)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(translate_stream, text, R"({"role":"assistant","content":" word"})");
BENCHMARK_CAPTURE(translate_stream, thinking,
    R"({"role":"assistant","content":"","reasoning":" hm","reasoning_details":[{"type":"reasoning.text",)"
    R"("text":" hm","format":"unknown","index":0}]})");

BENCHMARK_MAIN();
