// What counting tokens costs: texts of several kinds, a conversation at first sight, and one that grows.
#include "anthropic/decode_request.h"
#include "base/keyed_hash.h"
#include "json/escape.h"
#include "tokens/encoder.h"
#include "tokens/request_count.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <random>
#include <string>

namespace {

using namespace dragoman;

constexpr std::size_t text_bytes = 300 * 1024;

class Texts {
public:
    std::string prose(std::size_t bytes)
    {
        std::string text;
        while (text.size() < bytes)
            text += fmt::format("{}{}", word(), below(12) == 0 ? ". " : " ");
        return text;
    }

    // As the Read tool shows it.
    std::string code(std::size_t bytes)
    {
        std::string text;
        for (int line = 1; text.size() < bytes; ++line) {
            text += fmt::format("{:6}\t", line);
            switch (below(5)) {
            case 0:
                text += fmt::format("    if ({} == \"{}\") {{\n", word(), word());
                break;
            case 1:
                text += fmt::format("        return {}({}, {});\n", word(), word(), below(10000));
                break;
            case 2:
                text += "    }\n\n";
                break;
            case 3:
                text += fmt::format(
                    "\tconst auto& {}_{} = table.at({});  // naïve\n", word(), word(), below(100));
                break;
            default:
                text +=
                    fmt::format("  \"{}\": [{}, {}.5, null], “{}”\n", word(), below(1000), below(10), word());
            }
        }
        return text;
    }

    // Base64, hashes, minified names: nothing that the vocabulary knows.
    std::string noise(std::size_t bytes)
    {
        constexpr std::string_view letters =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        std::string text;
        while (text.size() < bytes)
            text += letters[below(letters.size())];
        return text;
    }

    // Small letters without sense, `size` to a word: what merging takes longest for.
    std::string gibberish(std::size_t bytes, std::size_t size)
    {
        std::string text;
        while (text.size() < bytes) {
            for (std::size_t i = 0; i < size; ++i)
                text += static_cast<char>('a' + below(26));
            text += ' ';
        }
        return text;
    }

    std::string conversation(std::size_t bytes, std::string_view last)
    {
        std::string body = fmt::format(R"({{"model":"m","system":[{{"type":"text","text":"{}"}}],"tools":[)",
            json::escape(prose(14000)));
        for (int i = 0; i < 40; ++i)
            body += fmt::format(R"({}{{"name":"Tool{}","description":"{}","input_schema":{{"type":"object",)"
                                R"("properties":{{"path":{{"type":"string","description":"{}"}}}}}}}})",
                i == 0 ? "" : ",", i, prose(900), prose(200));
        body += R"(],"messages":[{"role":"user","content":"Find out why the test fails."})";
        for (int turn = 0; body.size() < bytes; ++turn)
            body += fmt::format(R"(,{{"role":"assistant","content":[{{"type":"text","text":"{1}"}},)"
                                R"({{"type":"tool_use","id":"toolu_{0:024}","name":"Tool1","input":)"
                                R"({{"path":"/src/file{0}.cpp","limit":100}}}}]}},)"
                                R"({{"role":"user","content":[{{"type":"tool_result",)"
                                R"("tool_use_id":"toolu_{0:024}","content":"{2}"}}]}})",
                turn, prose(200), json::escape(code(300 + below(5000))));
        return body + fmt::format(R"(,{{"role":"user","content":"{}"}}]}})", last);
    }

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    std::string_view word()
    {
        static constexpr std::array<std::string_view, 32> words { "the", "file", "reads", "each", "line",
            "returns", "what", "it", "finds", "caller", "decide", "whether", "empty", "answer", "error",
            "unless", "std::string_view", "getUserName", "HTTPServer", "x", "value", "config", "snapshot",
            "Größe", "implementation", "initialize", "__init__", "self", "dragoman", "calibration", "i",
            "of" };
        return words[below(words.size())];
    }

    std::mt19937 random_ { 7 };
};

void encode(benchmark::State& state, const std::string& text)
{
    std::size_t tokens = 0;
    for (auto _ : state)
        tokens += tokens::count(text);
    state.SetItemsProcessed(static_cast<std::int64_t>(tokens));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void first_time(benchmark::State& state)
{
    const std::string body = Texts().conversation(text_bytes, "Go on.");
    json::Document document;
    const auto request = anthropic::decode_request(document, body);
    for (auto _ : state) {
        tokens::CountMemory memory;
        benchmark::DoNotOptimize(tokens::count_request(*request, {}, memory).total());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void one_message_added(benchmark::State& state)
{
    std::string body = Texts().conversation(text_bytes, "Go on: #########.");
    const std::size_t number = body.find("#########");
    json::Document document;
    tokens::CountMemory memory;
    int round = 0;
    for (auto _ : state) {
        body.replace(number, 9, fmt::format("{:09}", ++round));
        const auto request = anthropic::decode_request(document, body);
        benchmark::DoNotOptimize(tokens::count_if_short(*request, {}, memory, text_bytes)->total());
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void keyed_hash(benchmark::State& state)
{
    const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
    const KeyedHash hash;
    for (auto _ : state)
        benchmark::DoNotOptimize(hash(text));
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

} // namespace

BENCHMARK_CAPTURE(encode, prose, Texts().prose(text_bytes))->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode, code, Texts().code(text_bytes))->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode, noise, Texts().noise(text_bytes))->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode, gibberish_12, Texts().gibberish(text_bytes, 12))->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode, gibberish_90, Texts().gibberish(text_bytes, 90))->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(encode, gibberish_9000, Texts().gibberish(text_bytes, 9000))->Unit(benchmark::kMicrosecond);
BENCHMARK(first_time)->Unit(benchmark::kMicrosecond);
BENCHMARK(one_message_added)->Unit(benchmark::kMicrosecond);
BENCHMARK(keyed_hash)->Arg(100)->Arg(300 * 1024);

BENCHMARK_MAIN();
