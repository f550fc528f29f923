// Answers in the shape of Anthropic's Messages API.
#include "answer.h"

#include <fmt/format.h>

namespace bench {

namespace {

class MessagesStream {
public:
    explicit MessagesStream(StreamBuilder& out)
        : out_(out)
    {
    }

    void event(std::string_view type, std::string_view members = "")
    {
        out_.event(fmt::format("event: {0}\ndata: {{\"type\":\"{0}\"{1}}}\n\n", type, members));
    }

    void begin(const Workload& workload)
    {
        event("message_start",
            fmt::format(
                R"(,"message":{{"id":"msg_bench0000000000000000","type":"message","role":"assistant",)"
                R"("model":"bench/{}","content":[],"stop_reason":null,"stop_sequence":null,)"
                R"("usage":{{"input_tokens":1000,"cache_creation_input_tokens":0,)"
                R"("cache_read_input_tokens":800,"output_tokens":1}}}})",
                name_of(workload)));
    }

    void block_start(std::string_view block)
    {
        event("content_block_start", fmt::format(R"(,"index":{},"content_block":{})", index_, block));
    }

    void delta(std::string_view type, std::string_view name, std::string_view text)
    {
        event("content_block_delta",
            fmt::format(R"(,"index":{},"delta":{{"type":"{}","{}":"{}"}})", index_, type, name, text));
    }

    void text(std::string_view text) { delta("text_delta", "text", fmt::format("{}{}", blank_stamp, text)); }

    void block_stop() { event("content_block_stop", fmt::format(R"(,"index":{})", index_++)); }

    void end(std::string_view reason)
    {
        event("message_delta",
            fmt::format(
                R"(,"delta":{{"stop_reason":"{}","stop_sequence":null}},"usage":{{"output_tokens":500}})",
                reason));
        event("message_stop");
        out_.end_step();
    }

private:
    StreamBuilder& out_;
    unsigned index_ = 0;
};

// This API sends one block after the other.
void write_tools(StreamBuilder& out, MessagesStream& messages, unsigned count)
{
    const std::vector<ToolDelta> deltas = tool_deltas(count);
    unsigned sent = 0;
    for (unsigned tool = 0; tool < tool_count; ++tool) {
        messages.block_start(fmt::format(
            R"({{"type":"tool_use","id":"toolu_bench00000000000{}","name":"Bash","input":{{}}}})", tool));
        for (unsigned n = tool; n < count; n += tool_count, ++sent) {
            messages.delta("input_json_delta", "partial_json", deltas[n].text);
            if (sent + 1 < count)
                out.end_step();
        }
        messages.block_stop();
    }
    messages.end("tool_use");
}

} // namespace

// The end goes out together with the last delta.
void write_messages(StreamBuilder& out, const Workload& workload)
{
    MessagesStream messages(out);
    messages.begin(workload);
    if (workload.kind == Workload::Kind::tools)
        return write_tools(out, messages, workload.size);
    const bool thinks = workload.kind == Workload::Kind::think;
    messages.block_start(
        thinks ? R"({"type":"thinking","thinking":"","signature":""})" : R"({"type":"text","text":""})");
    for (unsigned n = 0; n < workload.size; ++n) {
        if (n != 0)
            out.end_step();
        thinks ? messages.delta("thinking_delta", "thinking", delta_text(n)) : messages.text(delta_text(n));
    }
    if (thinks) {
        messages.delta("signature_delta", "signature", "YmVuY2g=");
        messages.block_stop();
        messages.block_start(R"({"type":"text","text":""})");
        messages.text("Done.");
    }
    messages.block_stop();
    messages.end("end_turn");
}

std::string whole_message(const Workload& workload)
{
    return fmt::format(
        R"({{"id":"msg_bench0000000000000000","type":"message","role":"assistant","model":"bench/{}",)"
        R"("content":[{{"type":"text","text":"{}"}}],"stop_reason":"end_turn","stop_sequence":null,)"
        R"("usage":{{"input_tokens":1000,"cache_creation_input_tokens":0,)"
        R"("cache_read_input_tokens":800,"output_tokens":500}}}})",
        name_of(workload), whole_text(workload.size));
}

} // namespace bench
