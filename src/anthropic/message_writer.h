// Writes a whole Messages answer as one JSON object. https://docs.anthropic.com/en/api/messages
//
// Memory: the message as it grows. A tool's input arrives as pieces of escaped JSON text; here it must become
// an object, and how text that is no object becomes one is a decision, so it is passed in.
#pragma once

#include "anthropic/message_output.h"
#include "base/recycled.h"
#include "json/writer.h"

#include <cstddef>
#include <functional>
#include <string>

namespace dragoman::anthropic {

class MessageWriter final : public MessageOutput {
public:
    // Gives the JSON object that `arguments`, plain UTF-8, stands for.
    using ToInput = std::function<std::string(std::string_view arguments)>;

    explicit MessageWriter(ToInput to_input)
        : to_input_(std::move(to_input))
    {
    }

    ~MessageWriter() override { recycled::give(text_); }
    MessageWriter(const MessageWriter&) = delete;
    MessageWriter& operator=(const MessageWriter&) = delete;

    // Makes room, before message_start(), for about so many bytes of content.
    void expect(std::size_t bytes);

    // The message, once message_end() was told. Valid as long as this.
    const std::string& text() const { return text_; }

    void message_start(std::string_view id, std::string_view model) override;
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
    void message_end(const MessageEnd& end) override;

private:
    enum class Block : std::uint8_t { none, text, thinking, tool_use };

    std::string& next_block();

    ToInput to_input_;
    std::string text_;
    bool has_blocks_ = false;
    Block open_ = Block::none;
    std::string signature_;
    std::string arguments_; // escaped
};

} // namespace dragoman::anthropic
