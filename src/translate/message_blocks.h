// Keeps the grammar of a Messages answer: one block open at a time, thinking closed by its signature, no
// block for nothing but white space.
//
//   message_start (block_start block_delta* block_stop)* message_delta message_stop
//
// Deltas of any kind may come in any order; the blocks follow from them. What would open a block but is blank
// is held back until something visible follows, and forgotten otherwise: models like to send line ends
// between their thinking and their tool calls, and clients flag blocks that show nothing.
#pragma once

#include "anthropic/message_output.h"
#include "base/id_source.h"
#include "openai/chat_chunk.h"
#include "translate/answer_plan.h"
#include "translate/reasoning_merge.h"
#include "translate/surrogate_joiner.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dragoman::translate {

class MessageBlocks {
public:
    enum class Open : std::uint8_t { none, text, thinking, tool_use };

    // All three must outlive this.
    MessageBlocks(anthropic::MessageOutput& output, const AnswerPlan& plan, IdSource& ids);

    // message_start, once.
    void start();
    bool started() const { return started_; }

    void text(json::RawString delta);
    void thinking(json::RawString delta, std::string_view field);
    void detail(const openai::ReasoningDetail& detail) { reasoning_.add(detail); }

    void tool_use(std::string_view id, json::RawString name);
    void tool_input(json::RawString delta);

    // Closes the open block.
    void close();
    // Closes the open block and brings what reasoning is left over.
    void finish();

    Open open() const { return open_; }
    bool has_blocks() const { return has_blocks_; }
    bool has_tools() const { return has_tools_; }
    bool has_text() const { return has_text_; }
    std::uint64_t output_bytes() const { return output_bytes_; }

    // Before the content of the first chunk that holds surrogate escapes.
    void look_for_surrogates() { joiner_.look(); }

    // For blocks without deltas: closes the open one first.
    anthropic::MessageOutput& next_block();

private:
    void begin(Open kind);
    void bring_reasoning();
    void write(json::RawString delta);

    anthropic::MessageOutput& output_;
    const AnswerPlan& plan_;
    IdSource& ids_;
    ReasoningMerge reasoning_;
    SurrogateJoiner joiner_;
    Open open_ = Open::none;
    bool started_ = false;
    bool has_blocks_ = false;
    bool has_tools_ = false;
    bool has_text_ = false;
    std::string blank_text_;
    std::string blank_thinking_;
    std::uint64_t output_bytes_ = 0;
};

} // namespace dragoman::translate
