// What the core costs without any network: whole requests, chunks of streams, counting; and, to hold it
// against, simdjson's own walk over the same bytes.
//
//     python3 bench/workloads.py FOLDER && translate_bench FOLDER/*.json [--benchmark_filter=…]
//
// BENCH_ROUNDS=N in the environment fixes how often each is done, for those who count instructions.
#include "anthropic/decode_request.h"
#include "base/id_source.h"
#include "config/presets.h"
#include "route/model_quirks.h"
#include "simdjson_walk.h"
#include "tokens/request_count.h"
#include "translate/chat_answer.h"
#include "translate/messages_request_edit.h"
#include "translate/request.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace dragoman;

constexpr int chunks_of_a_stream = 500;

route::Target target(std::string model, route::Target::Dialect dialect)
{
    auto facts = std::make_shared<route::ModelFacts>();
    facts->id = model;
    route::Target target { .model = model, .facts = facts, .dialect = dialect };
    target.quirks = route::quirks_of_model(config::preset_of("openrouter")->quirks, target);
    return target;
}

void set_bytes(benchmark::State& state, const std::string& body)
{
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * body.size()));
}

void translate_request(benchmark::State& state, const std::string& body)
{
    const route::Target chat = target("openai/gpt-oss-120b", route::Target::Dialect::chat);
    json::Document document;
    std::string room; // as a worker keeps it
    for (auto _ : state) {
        room.clear();
        auto request = anthropic::decode_request(document, body);
        auto call = translate::to_chat(*request, chat, {}, {}, std::move(room));
        benchmark::DoNotOptimize(call->body.own.data());
        room = std::move(call->body.own);
    }
    set_bytes(state, body);
}

void edit_request(benchmark::State& state, const std::string& body)
{
    const route::Target claude = target("anthropic/claude-sonnet-4.5", route::Target::Dialect::messages);
    json::Document document;
    for (auto _ : state) {
        auto request = anthropic::decode_request(document, body);
        auto call = translate::to_messages(document, *request, claude, {}, {});
        benchmark::DoNotOptimize(call->body.own.data());
    }
    set_bytes(state, body);
}

void count_request(benchmark::State& state, const std::string& body)
{
    json::Document document;
    std::uint64_t counted = 0;
    for (auto _ : state) {
        auto request = anthropic::decode_request(document, body);
        counted += tokens::count_request(*request).total();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(counted));
}

// The bytes need simdjson's padding behind them; the walk is to be compared, not the copying.
void walk(benchmark::State& state, const std::string& body)
{
    bench::SimdjsonWalk walk;
    std::string padded = body;
    padded.reserve(body.size() + bench::SimdjsonWalk::padding);
    state.SetLabel(walk.kernel());
    std::size_t seen = 0;
    for (auto _ : state) {
        seen = walk.values(padded);
        benchmark::DoNotOptimize(seen);
    }
    if (seen == 0)
        state.SkipWithError("not walked to its end");
    state.counters["values"] = static_cast<double>(seen);
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

void translate_stream(benchmark::State& state, const std::string& first_delta, const std::string& delta)
{
    const std::string first = chunk(first_delta);
    const std::string event = chunk(delta);
    CountingIds ids;
    translate::AnswerPlan plan { .stream = true, .client_model = "claude-sonnet-4-5" };
    json::Document document;
    std::string out;
    for (auto _ : state) {
        translate::ChatAnswer answer(plan, ids, document);
        for (int n = 0; n < chunks_of_a_stream; ++n) {
            out.clear();
            if (!answer.feed(n == 0 ? first : event, out) || out.empty())
                state.SkipWithError("refused, or kept back");
        }
    }
    state.SetItemsProcessed(state.iterations() * chunks_of_a_stream);
    state.counters["chunks"] = chunks_of_a_stream;
}

template <class... Rest> void add(const std::string& name, auto* measure, const Rest&... rest)
{
    auto* added = benchmark::RegisterBenchmark(name.c_str(), measure, rest...);
    if (const char* rounds = std::getenv("BENCH_ROUNDS"))
        added->Iterations(std::max(1, std::atoi(rounds)));
}

void register_streams()
{
    const std::string text = R"({"role":"assistant","content":" word"})";
    const std::string thinking =
        R"({"role":"assistant","content":"","reasoning":" hm","reasoning_details":[{"type":"reasoning.text",)"
        R"("text":" hm","format":"unknown","index":0}]})";
    const std::string tool_begin =
        R"({"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_abcdefghijklmnop0001",)"
        R"("type":"function","function":{"name":"Bash","arguments":"{\"command\":\""}}]})";
    const std::string tool =
        R"({"role":"assistant","content":null,"tool_calls":[{"index":0,"type":"function",)"
        R"("function":{"arguments":" src"}}]})";
    add("chunk/text", translate_stream, text, text);
    add("chunk/thinking", translate_stream, thinking, thinking);
    add("chunk/tools", translate_stream, tool_begin, tool);
}

// "1k-openai-gpt-oss-120b.json" is measured under the name of "1k".
void register_body(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    const std::string body { std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>() };
    const std::string stem = file.stem();
    const std::string size = stem.substr(0, stem.find('-'));
    add("translate/" + size, translate_request, body);
    add("edit/" + size, edit_request, body);
    add("count/" + size, count_request, body);
    add("walk/" + size, walk, body);
}

bool is_request(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    const std::string body { std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>() };
    json::Document document;
    return anthropic::decode_request(document, body).has_value();
}

} // namespace

int main(int argc, char** argv)
{
    benchmark::Initialize(&argc, argv);
    for (int n = 1; n < argc; ++n) {
        if (!is_request(argv[n])) {
            fmt::print(stderr,
                "translate_bench: {} is no request, nor a flag that starts with --benchmark_\n", argv[n]);
            return 2;
        }
        register_body(argv[n]);
    }
    register_streams();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
