// Every bound in the program, each with its reason. Sizes are in bytes unless the name says otherwise.
#pragma once

#include <chrono>
#include <cstddef>

namespace dragoman::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t KiB = 1024;
inline constexpr std::size_t MiB = 1024 * KiB;

// What a client may send. Anthropic's own API stops at 32 MB; deeper JSON than this is nobody's request.
inline constexpr std::size_t request_body = 32 * MiB; // decoded; configurable
inline constexpr std::size_t request_bodies_in_memory = 512 * MiB;
inline constexpr std::size_t json_depth = 512;
inline constexpr std::size_t messages = 100'000; // Anthropic's own bound
inline constexpr std::size_t blocks = 100'000; // of one message: a block costs more memory than its text
inline constexpr std::size_t tools = 10'000;
inline constexpr std::size_t unknown_fields = 1'000; // at the top level of a request
inline constexpr std::size_t http_head = 64 * KiB;
inline constexpr std::size_t http_fields = 100;
inline constexpr std::size_t decompression_ratio = 100;
inline constexpr std::size_t drained_body = 64 * KiB; // read and dropped to keep a refused connection alive
inline constexpr std::size_t pipelined = 64 * KiB; // bytes of further requests held while one is answered
inline constexpr auto client_head_time = 10s; // in total, not per byte
inline constexpr std::size_t client_body_rate = 500; // bytes a second, measured over client_body_window
inline constexpr auto client_body_window = 30s;
inline constexpr auto client_idle = 120s; // between requests; configurable

// What an upstream may send.
inline constexpr std::size_t sse_event = 64 * MiB; // pictures travel in one event
inline constexpr std::size_t whole_answer = 64 * MiB;
inline constexpr std::size_t interim_answers = 16; // 1xx in front of the real one
inline constexpr std::size_t unreadable_events = 5; // in a row, then the stream is broken

// Waiting. The client (Claude Code) gives up after 600 s of its own.
inline constexpr auto resolve_time = 5s;
inline constexpr auto connect_time = 5s; // an address, TLS included; configurable
inline constexpr auto happy_eyeballs_delay = 250ms;
inline constexpr auto first_byte = 600s;
inline constexpr auto stream_silence = 120s;
inline constexpr auto stream_total = 60min;
inline constexpr auto ping_after = 10s;
inline constexpr auto commit_after = 8s;
inline constexpr auto usage_after_finish = 5s; // the usage chunk may trail the finish reason
inline constexpr auto client_write_stall = 120s;
inline constexpr std::size_t client_buffer = 256 * KiB; // then the upstream is not read any more

// Upstreams that fail.
inline constexpr int breaker_failures = 5; // in a row
inline constexpr auto breaker_rest = 30s; // then one request may try
inline constexpr std::size_t long_context = 60'000; // tokens, from which a conversation counts as long

// Ending.
inline constexpr auto drain_terminate = 30s;
inline constexpr auto drain_interrupt = 5s;

// What an answer may grow to inside dragoman.
inline constexpr std::size_t error_message = 2 * KiB;
inline constexpr std::size_t unknown_block_text = 4 * KiB;
inline constexpr std::size_t blank_tool_arguments = 16 * KiB; // a model that emits nothing but white space
inline constexpr std::size_t log_field = 1 * KiB;

// Counting tokens. Of each part of a conversation that was counted 24 bytes are kept, so 3 MiB at most: about
// sixty long conversations. What is new is counted where the request is served up to a size that takes half a
// millisecond, and in the background beyond it; a body over a megabyte takes longer than that to read.
inline constexpr std::size_t remembered_counts = 131'072; // parts
inline constexpr std::size_t remembered_part_min = 16; // bytes; shorter ones are counted as fast as found
inline constexpr std::size_t counted_on_the_loop = 16 * KiB; // that are new
inline constexpr std::size_t counted_body_on_the_loop = 1 * MiB;

// Retries that translate to the same bytes are answered from memory for this long.
inline constexpr auto refusal_memory = 10s;

inline constexpr int default_max_tokens = 8192;
inline constexpr int retry_after_max_s = 60; // more makes clients give up at once

} // namespace dragoman::limits
