#include "answer.h"

#include <fmt/format.h>

#include <array>

namespace bench {

namespace {

constexpr std::array<std::string_view, 8> words { "reads the file, ", "finds the cause, ",
    "the old name \\\"a\\\" ", "(three places), ", "and its tests; ", "caf\\u00e9, na\xc3\xafve, ",
    "then\\nit changes ", "what it must. " };

} // namespace

std::string delta_text(unsigned n) { return std::string(words[n % words.size()]); }

std::string whole_text(std::size_t size)
{
    std::string text;
    for (unsigned n = 0; text.size() < size; ++n)
        text += words[n % words.size()];
    return text;
}

// The deltas go round; each tool's first one opens its object, its last one closes it.
std::vector<ToolDelta> tool_deltas(unsigned count)
{
    std::vector<ToolDelta> deltas;
    for (unsigned n = 0; n < count; ++n) {
        std::string text = "sed -n 1,40p src ";
        if (n < tool_count)
            text = R"({\"command\":\")";
        else if (n + tool_count >= count)
            text = R"(\"})";
        deltas.push_back({ .tool = n % tool_count, .text = std::move(text) });
    }
    return deltas;
}

StreamBuilder::StreamBuilder(const Workload& workload)
    : paced_(workload.pace_ms != 0)
{
    answer_.pace_ms = workload.pace_ms;
    answer_.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n";
}

void StreamBuilder::event(std::string_view text)
{
    answer_.bytes += fmt::format("{:x}\r\n{}\r\n", text.size(), text);
    ++events_;
}

void StreamBuilder::end_step()
{
    if (!paced_)
        return;
    const std::size_t begin = answer_.steps.empty() ? 0 : answer_.steps.back().end;
    const std::size_t mark = answer_.bytes.find(blank_stamp, begin);
    const std::size_t stamp = mark == std::string::npos ? mark : mark + 1;
    answer_.steps.push_back({ .end = answer_.bytes.size(), .stamp = stamp, .events = events_ });
}

Answer StreamBuilder::finish()
{
    answer_.bytes += "0\r\n\r\n";
    if (answer_.steps.empty())
        answer_.steps.push_back({});
    answer_.steps.back().end = answer_.bytes.size();
    answer_.steps.back().events = events_;
    return std::move(answer_);
}

Answer json_answer(std::string_view status, std::string_view body)
{
    Answer answer;
    answer.bytes =
        fmt::format("HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status,
            body.size(), body);
    answer.steps.push_back({ .end = answer.bytes.size() });
    return answer;
}

Answer make_answer(const Workload& workload, Dialect dialect)
{
    const bool chat = dialect == Dialect::chat;
    if (workload.kind == Workload::Kind::whole)
        return json_answer("200 OK", chat ? whole_chat(workload) : whole_message(workload));
    StreamBuilder stream(workload);
    chat ? write_chat(stream, workload) : write_messages(stream, workload);
    return stream.finish();
}

std::string models_body()
{
    std::string entries;
    for (const std::string_view name : { "whole-2k", "whole-20k", "text-20-10", "text-500-10", "text-500-0",
             "think-200-10", "think-200-0", "tools-100-10", "tools-100-0" }) {
        entries +=
            fmt::format(R"({}{{"id":"bench/{}","name":"Bench: {}","context_length":100000000,)"
                        R"("architecture":{{"input_modalities":["text","image","file"],)"
                        R"("output_modalities":["text"]}},"pricing":{{"prompt":"0","completion":"0"}},)"
                        R"("top_provider":{{"context_length":100000000,"max_completion_tokens":128000}},)"
                        R"("supported_parameters":["tools","tool_choice","reasoning","include_reasoning",)"
                        R"("max_tokens","temperature","stop","top_p"]}})",
                entries.empty() ? "" : ",", name, name);
    }
    return R"({"data":[)" + entries + "]}";
}

} // namespace bench
