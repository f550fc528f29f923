// The tokens of a request's prompt: everything that is billed as input. No network, no model; an estimate by
// the o200k vocabulary which tokens/calibration.h brings near to what an upstream really bills.
//
// Counted: system, the tools that are shown to the model (deferred ones once they are referenced or called),
// every block of every message from the last compaction on, an answer schema, and a little for the marks that
// chat templates put around them. Not counted: signatures, ids, cache marks, and Claude Code's billing line,
// none of which reach a model as text.
//
// More content never counts as less. What the memory knows costs next to nothing; the rest takes about 8 ms
// for a megabyte, which does not belong on an event loop.
#pragma once

#include "anthropic/messages_request.h"
#include "tokens/count_memory.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace dragoman::tokens {

struct RequestCount {
    std::uint64_t system = 0;
    std::uint64_t tools = 0;
    std::uint64_t messages = 0;

    std::uint64_t total() const { return system + tools + messages; } // at least 1
};

// What of a request the upstream is sent at all.
struct Sent {
    bool pictures = true; // false: the model reads text only, a short note stands for each
};

RequestCount count_request(const anthropic::MessagesRequest& request, const Sent& sent = {});
RequestCount count_request(const anthropic::MessagesRequest& request, const Sent& sent, CountMemory& memory);

// Gives up, with nullopt, once more than `new_bytes_max` bytes had to be counted that the memory does not
// know.
std::optional<RequestCount> count_if_short(const anthropic::MessagesRequest& request, const Sent& sent,
    CountMemory& memory, std::size_t new_bytes_max);

} // namespace dragoman::tokens
