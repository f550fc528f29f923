// Writes the server-sent events of a streamed Messages answer.
// https://docs.anthropic.com/en/api/messages-streaming
//
// Each call appends to the buffer that is current (write_to) and knows nothing about order. The index of a
// block is the number of blocks that were stopped before it. Clients merge the usage of message_start and
// message_delta and let a zero of the latter lose, so message_start says zero and the end says everything.
#pragma once

#include "anthropic/message_output.h"

#include <string>

namespace dragoman::anthropic {

class MessageEventWriter final : public MessageOutput {
public:
    // `out` must outlive the calls that follow.
    void write_to(std::string& out) { out_ = &out; }

    void message_start(std::string_view id, std::string_view model) override; // and a ping
    void text_start() override;
    void text_delta(json::RawString text) override;
    void thinking_start() override;
    void thinking_delta(json::RawString text) override;
    void signature_delta(json::RawString signature) override;
    void tool_use_start(std::string_view id, json::RawString name) override;
    void input_json_delta(json::RawString partial_json) override;
    void block_stop() override;
    void redacted_thinking(json::RawString data) override;
    void web_search(std::string_view id, std::string_view query) override;
    void web_search_results(std::string_view id, std::span<const WebSearchResult> results) override;
    void web_search_failed(std::string_view id, std::string_view error_code) override;
    void message_end(const MessageEnd& end) override; // message_delta and message_stop

private:
    template <class... Parts> void event(std::string_view name, const Parts&... data);

    std::string* out_ = nullptr;
    std::uint32_t index_ = 0;
};

} // namespace dragoman::anthropic
