// The content of one answer, told in order: start, blocks one after the other, the end.
//
// Two forms are written from the same telling: a stream of events (MessageEventWriter) and one JSON object
// (MessageWriter). That is what makes both forms of an answer equal. Nothing here knows what may follow what;
// order is the teller's business. https://docs.anthropic.com/en/api/messages
#pragma once

#include "json/raw.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace dragoman::anthropic {

// Whoever reads `usage` wants four numbers; the rest appears only if it is known.
struct MessageUsage {
    std::uint64_t input_tokens = 0;
    std::uint64_t output_tokens = 0;
    std::uint64_t cache_creation_input_tokens = 0;
    std::uint64_t cache_read_input_tokens = 0;
    bool cache_creation_1h = false; // which lifetime the creation counts for
    std::optional<std::uint64_t> thinking_tokens {};
    std::optional<std::uint64_t> web_search_requests {};
    std::string_view service_tier {}; // empty: not known
};

struct MessageEnd {
    std::string_view stop_reason {};
    std::optional<std::string_view> stop_sequence {}; // plain UTF-8
    std::optional<json::RawString> refusal_explanation {}; // becomes stop_details
    MessageUsage usage {};
};

struct WebSearchResult {
    json::RawString url {};
    json::RawString title {};
};

class MessageOutput {
public:
    virtual ~MessageOutput() = default;

    virtual void message_start(std::string_view id, std::string_view model) = 0;

    virtual void text_start() = 0;
    virtual void text_delta(json::RawString text) = 0;
    virtual void thinking_start() = 0;
    virtual void thinking_delta(json::RawString text) = 0;
    virtual void signature_delta(json::RawString signature) = 0; // once, the last before block_stop
    virtual void tool_use_start(std::string_view id, json::RawString name) = 0;
    virtual void input_json_delta(json::RawString partial_json) = 0;
    virtual void block_stop() = 0;

    // Blocks without deltas.
    virtual void redacted_thinking(json::RawString data) = 0;
    virtual void web_search(std::string_view id, std::string_view query) = 0;
    virtual void web_search_results(std::string_view id, std::span<const WebSearchResult> results) = 0;
    virtual void web_search_failed(std::string_view id, std::string_view error_code) = 0;

    virtual void message_end(const MessageEnd& end) = 0;
};

} // namespace dragoman::anthropic
