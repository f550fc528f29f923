// An answer as bytes made once: its head, its chunks, and where each of its steps ends.
#pragma once

#include "stamp.h"
#include "workload.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class Dialect : std::uint8_t { chat, messages };

struct Step {
    std::size_t end = 0; // of its bytes
    std::size_t stamp = std::string::npos; // where its digits stand
    unsigned events = 0; // so far
};

struct Answer {
    std::string bytes;
    std::vector<Step> steps;
    unsigned pace_ms = 0;
};

Answer make_answer(const Workload& workload, Dialect dialect);

// A whole answer of JSON.
Answer json_answer(std::string_view status, std::string_view body);

// The list of the models that name the usual workloads, in OpenRouter's shape.
std::string models_body();

// Collects the events of a stream: chunk by chunk, step by step.
class StreamBuilder {
public:
    explicit StreamBuilder(const Workload& workload);

    void event(std::string_view text); // as it stands on the wire, with its empty line
    void end_step();
    Answer finish();

private:
    Answer answer_;
    unsigned events_ = 0;
    bool paced_;
};

// The texts of the workloads, fit for a JSON string.
std::string delta_text(unsigned n);
std::string whole_text(std::size_t size);

// One delta of one tool's arguments: together they are {"command":"…"}.
struct ToolDelta {
    unsigned tool = 0;
    std::string text; // escaped for the string that it stands in
};
constexpr unsigned tool_count = 3;
std::vector<ToolDelta> tool_deltas(unsigned count);

void write_chat(StreamBuilder& out, const Workload& workload);
void write_messages(StreamBuilder& out, const Workload& workload);
std::string whole_chat(const Workload& workload);
std::string whole_message(const Workload& workload);

} // namespace bench
