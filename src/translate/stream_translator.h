// Turns the chunks of a Chat Completions answer into the blocks of a Messages answer.
//
// The same object serves every form: chunks of a stream or one whole completion come in, and a MessageOutput
// decides whether events or one JSON object come out. Order within a chunk is thinking, text, tool calls; all
// else follows from MessageBlocks (grammar) and ToolCallSlots (parallel calls). No I/O, no clock.
// https://platform.openai.com/docs/api-reference/chat/streaming
#pragma once

#include "anthropic/message_output.h"
#include "base/id_source.h"
#include "base/result.h"
#include "openai/chat_chunk.h"
#include "translate/answer.h"
#include "translate/answer_plan.h"
#include "translate/citations.h"
#include "translate/closing_tag.h"
#include "translate/message_blocks.h"
#include "translate/stop_reason.h"
#include "translate/text_filter.h"
#include "translate/text_tool_calls.h"
#include "translate/tool_call_slots.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dragoman::translate {

class StreamTranslator {
public:
    // All four must outlive this.
    StreamTranslator(
        const AnswerPlan& plan, IdSource& ids, anthropic::MessageOutput& output, AnswerFacts& facts);

    // Appends the blocks that follow from one more chunk. An Error is the upstream's failure, whole.
    Result<void> take(const openai::ChatChunk& chunk);

    // The upstream begins another item: what is open is closed, and reasoning without text gets its block.
    void next_item();

    // The upstream said that this is all.
    void on_end_marker() { end_marker_ = true; }

    // What the answer's search results are shown as the answer to; the plan's query otherwise. Plain UTF-8.
    void searched_for(std::string query) { search_query_ = std::move(query); }

    // Appends the rest of the message, once. An Error if the upstream ended too early.
    Result<void> finish();

    // message_start, so that the client sees signs of life.
    void start() { blocks_.start(); }

    // After an Error: closes an open text block, whose text is then worth keeping.
    void break_off();

    bool has_substance() const { return substance_; }
    bool has_open_block() const { return blocks_.open() != MessageBlocks::Open::none; }
    bool has_finish_reason() const { return finish_.seen(); }
    // There was no room for the rest of it, or nobody wants it.
    bool is_cut_off() const
    {
        return finish_.kind() == FinishKind::length || finish_.kind() == FinishKind::window_full
            || filter_.stopped();
    }
    bool done() const { return end_marker_ || usage_after_finish_ || filter_.stopped().has_value(); }

private:
    // What one of several choices delivered first, no other may deliver too: servers that split one message
    // over two choices are joined, and the second of two alternatives is ignored.
    struct Owner {
        std::optional<std::int64_t> choice {};
        bool admits(std::int64_t index);
    };

    void note_facts(const openai::ChatChunk& chunk);
    Result<void> take_choice(const openai::ChatChoice& choice);
    Result<void> take_body(const openai::ChatChoice& choice);
    void take_reasoning(const openai::ChatChoice& choice);
    void take_content(const openai::ChatChoice& choice);
    void take_part(const openai::ContentPart& part);
    Result<void> take_tool_calls(const openai::ChatChoice& choice);
    void take_finish(const openai::ChatChoice& choice);
    void take_usage(const openai::ChatChunk& chunk);

    void text(json::RawString delta);
    void say(json::RawString delta);
    void deliver(const std::vector<TextToolCalls::Piece>& pieces);
    void write_text(json::RawString delta);
    void thinking(json::RawString delta, std::string_view field);
    void write_thinking(json::RawString delta, std::string_view field);
    void inline_thinking(json::RawString delta);
    void end_thought();
    void image(json::RawString url);
    void flush_text(bool cut_off = false);

    Result<void> check_finish() const;
    std::optional<Error> silent_overflow(const Usage& usage) const;
    void write_footer();
    void write_search();
    const std::string& search_query() const
    {
        return search_query_.empty() ? plan_.web_search_query : search_query_;
    }
    Usage final_usage() const;
    anthropic::MessageEnd message_end(const Usage& usage);
    std::string_view stop_reason(const Usage& usage) const;
    bool window_is_full(const Usage& usage) const;

    const AnswerPlan& plan_;
    IdSource& ids_;
    AnswerFacts& facts_;
    MessageBlocks blocks_;
    TextFilter filter_;
    ClosingTag closing_tag_;
    std::unique_ptr<TextToolCalls> recovery_; // null: nothing is looked for
    ToolCallSlots tools_;
    Citations citations_;
    FinishReason finish_;
    std::optional<openai::ChatUsage> usage_;
    Owner reasoning_owner_, content_owner_, tool_owner_;
    std::string thought_head_; // of what came by itself, where thoughts may stand in the text, too
    std::optional<bool> repeats_thought_; // the text does it
    std::string refusal_; // escaped
    std::string service_tier_;
    std::optional<std::string> stop_sequence_;
    std::string search_query_;
    std::uint64_t searches_ = 0;
    bool refused_ = false;
    bool substance_ = false;
    bool body_before_ = false; // content came with an earlier chunk
    bool end_marker_ = false;
    bool usage_after_finish_ = false;
    bool finished_ = false;
};

} // namespace dragoman::translate
