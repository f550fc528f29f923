// Turns the events of a Responses answer into the blocks of a Messages answer.
//
// Everything that both dialects have in common (one block at a time, parallel calls that interleave, stop
// sequences, the end) is StreamTranslator's, which is told each event as the chunk it amounts to. What is
// told apart here is what only this dialect has: items, which may come as deltas, whole, or both; reasoning
// items, which have to come back unchanged in front of what they led to; searches.
//
// A reasoning item is sealed when the next item begins, since some servers complete it late, and since the
// name of what follows belongs to it: `id` of the call or message, `phase` of the message.
// https://platform.openai.com/docs/api-reference/responses-streaming
#pragma once

#include "openai/responses_event.h"
#include "translate/answer.h"
#include "translate/answer_plan.h"
#include "translate/stream_translator.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace dragoman::translate {

class ResponsesTranslator {
public:
    // All three must outlive this.
    ResponsesTranslator(const AnswerPlan& plan, StreamTranslator& blocks, AnswerFacts& facts)
        : plan_(plan)
        , blocks_(blocks)
        , facts_(facts)
    {
    }

    Result<void> take(const openai::ResponsesEvent& event);

private:
    using Item = openai::ResponsesItem;

    // What came of one item so far.
    struct Progress {
        Item::Kind kind = Item::Kind::other;
        bool streamed = false; // some of its content came as deltas
        bool done = false;
        bool summary = false; // of reasoning: the deltas are of its summary, not of its content
        std::int64_t part = 0;
        std::string arguments {}; // escaped, as far as they came
    };
    struct Source {
        std::string url, title; // escaped
    };

    std::int64_t slot_of(const openai::ResponsesEvent& event);
    std::int64_t slot_at_the_end(std::size_t position, const Item& item);
    std::optional<std::int64_t> known_slot(json::RawString id) const;
    std::optional<std::int64_t> open_slot(Item::Kind kind, bool newest) const;
    std::int64_t free_slot() const;
    void remember(json::RawString id, std::int64_t slot);

    Result<void> begin_item(std::int64_t index, const Item& item);
    Result<void> end_item(std::int64_t index, const Item& item);
    Result<void> end_call(const Item& item, Progress& progress, std::int64_t index);
    Result<void> say_message(const Item& item);
    void keep_reasoning(const Item& item);
    void keep_search(const Item& item);
    Result<void> seal_reasoning(const Item* next);

    Result<void> text(json::RawString delta, openai::ContentPart::Kind kind, std::int64_t index);
    Result<void> thought(json::RawString delta, bool summary, std::int64_t part, std::int64_t index);
    Result<void> arguments(json::RawString delta, std::int64_t index);
    Result<void> finish(const openai::ResponsesBody& body);
    Result<void> tell_end(const openai::ResponsesBody& body);
    Result<void> end_items(std::span<const Item> output);
    void late_reasoning(const openai::ResponsesBody& body);
    void add_sources(std::span<const openai::Citation> citations);

    openai::ChatChoice& fresh_choice();
    Result<void> tell(openai::ChatChunk chunk);

    const AnswerPlan& plan_;
    StreamTranslator& blocks_;
    AnswerFacts& facts_;
    openai::ChatChoice choice_;
    bool surrogates_ = false;
    std::map<std::int64_t, Progress> items_; // by their place in the output
    std::unordered_map<std::string, std::int64_t> slots_; // by the ids of items that came, and of their calls
    bool without_index_ = false; // the server says by ids alone which item it means
    std::string open_reasoning_; // the item as it began, until it is done
    std::vector<std::string> hidden_; // items that go back as they are, until the next item begins
    std::unordered_set<std::string> incomplete_reasoning_; // ids of items that came without their content
    std::vector<Source> sources_;
    std::uint64_t searches_ = 0;
};

} // namespace dragoman::translate
