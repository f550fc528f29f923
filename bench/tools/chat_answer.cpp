// Answers in the shape of OpenRouter's Chat Completions.
#include "answer.h"

#include <fmt/format.h>

namespace bench {

namespace {

constexpr std::string_view usage =
    R"("usage":{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,"cost":0.0015,)"
    R"("prompt_tokens_details":{"cached_tokens":800},"completion_tokens_details":{"reasoning_tokens":100}})";

// The members that open every chunk and every whole answer.
std::string opening(const Workload& workload, std::string_view object)
{
    return fmt::format(
        R"({{"id":"gen-1750000000-benchAnswer0000000000","provider":"Bench","model":"bench/{}",)"
        R"("object":"{}","created":1750000000,"choices":[{{"index":0,)",
        name_of(workload), object);
}

class ChatStream {
public:
    ChatStream(StreamBuilder& out, const Workload& workload)
        : out_(out)
        , opening_("data: " + opening(workload, "chat.completion.chunk"))
    {
    }

    void delta(std::string_view members, std::string_view finish = "null", std::string_view after = "")
    {
        out_.event(
            fmt::format(R"({}"delta":{{"role":"assistant",{}}},"finish_reason":{},"native_finish_reason":{},)"
                        R"("logprobs":null}}]{}}})"
                        "\n\n",
                opening_, members, finish, finish, after));
    }

    void text(std::string_view text) { delta(fmt::format(R"("content":"{}{}")", blank_stamp, text)); }

    void thinking(std::string_view text)
    {
        delta(fmt::format(R"("content":"","reasoning":"{0}","reasoning_details":[{{"type":"reasoning.text",)"
                          R"("text":"{0}","format":"unknown","index":0}}])",
            text));
    }

    void tool_begin(unsigned tool)
    {
        delta(fmt::format(R"("content":null,"tool_calls":[{{"index":{0},"id":"call_bench00000000000{0}",)"
                          R"("type":"function","function":{{"name":"Bash","arguments":""}}}}])",
            tool));
    }

    void tool(const ToolDelta& part)
    {
        delta(fmt::format(R"("content":null,"tool_calls":[{{"index":{},"type":"function",)"
                          R"("function":{{"arguments":"{}"}}}}])",
            part.tool, part.text));
    }

    void end(std::string_view reason)
    {
        delta(R"("content":"")", reason);
        delta(R"("content":"")", "null", fmt::format(",{}", usage));
        out_.event("data: [DONE]\n\n");
        out_.end_step();
    }

private:
    StreamBuilder& out_;
    std::string opening_;
};

} // namespace

// The end goes out together with the last delta.
void write_chat(StreamBuilder& out, const Workload& workload)
{
    ChatStream chat(out, workload);
    const auto step_before = [&](unsigned n) { n != 0 ? out.end_step() : void(); };
    if (workload.kind == Workload::Kind::tools) {
        for (unsigned tool = 0; tool < tool_count; ++tool)
            chat.tool_begin(tool);
        unsigned n = 0;
        for (const ToolDelta& part : tool_deltas(workload.size)) {
            step_before(n++);
            chat.tool(part);
        }
        return chat.end(R"("tool_calls")");
    }
    const bool thinks = workload.kind == Workload::Kind::think;
    for (unsigned n = 0; n < workload.size; ++n) {
        step_before(n);
        thinks ? chat.thinking(delta_text(n)) : chat.text(delta_text(n));
    }
    if (thinks)
        chat.text("Done.");
    chat.end(R"("stop")");
}

std::string whole_chat(const Workload& workload)
{
    return fmt::format(
        R"({}"message":{{"role":"assistant","content":"{}","refusal":null}},"finish_reason":"stop",)"
        R"("native_finish_reason":"stop","logprobs":null}}],{}}})",
        opening(workload, "chat.completion"), whole_text(workload.size), usage);
}

} // namespace bench
