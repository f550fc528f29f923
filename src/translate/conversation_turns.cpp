#include "translate/conversation_turns.h"

#include "json/escape.h"
#include "translate/block_text.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::BlockType;
using anthropic::Message;
using anthropic::Role;

struct Position {
    std::size_t message = 0;
    std::size_t block = 0;
};

// A summary stands for everything before it; the last one counts.
Position find_start(const std::vector<Message>& messages)
{
    for (std::size_t m = messages.size(); m-- > 0;)
        for (std::size_t b = messages[m].blocks.size(); b-- > 0;) {
            const Block& block = messages[m].blocks[b];
            if (block.type == BlockType::compaction && speaks(block, Role::user))
                return { m, b };
        }
    return {};
}

// Position of the last message in which a person said something.
std::size_t last_user_text(const std::vector<Message>& messages)
{
    for (std::size_t m = messages.size(); m-- > 0;) {
        if (messages[m].role != Role::user)
            continue;
        for (const Block& block : messages[m].blocks)
            if (block.type == BlockType::text && speaks(block, Role::user))
                return m;
    }
    return 0;
}

bool is_thinking(const Block& block)
{
    return block.type == BlockType::thinking || block.type == BlockType::redacted_thinking;
}

// The calls of one turn, at the end of those of all turns.
class AnswersById {
public:
    explicit AnswersById(std::vector<Answered>& answers)
        : answers_(answers)
        , begin_(answers.size())
    {
    }

    std::span<Answered> all() { return std::span(answers_).subspan(begin_); }

    void add(const Block* call)
    {
        answers_.push_back({ .call = call });
        if (all().size() == few_max)
            for (const Answered& answer : all())
                places_.try_emplace(answer.call->id.escaped, places_.size());
        else if (all().size() > few_max)
            places_.try_emplace(call->id.escaped, places_.size());
    }

    Answered* find(json::RawString id)
    {
        if (all().size() >= few_max) {
            const auto place = places_.find(id.escaped);
            return place == places_.end() ? nullptr : &all()[place->second];
        }
        for (Answered& answer : all())
            if (answer.call->id == id)
                return &answer;
        return nullptr;
    }

private:
    static constexpr std::size_t few_max = 8; // fewer are looked through

    std::vector<Answered>& answers_;
    std::size_t begin_;
    std::unordered_map<std::string_view, std::size_t> places_ {};
};

class TurnFinder {
public:
    TurnFinder(const anthropic::MessagesRequest& request, Notes& notes)
        : messages_(request.messages)
        , notes_(notes)
    {
    }

    Turns find();

private:
    void add_message(std::size_t position, std::size_t first_block);
    void add(const Block* block, Role role, std::size_t message);
    void make_room();
    void pair_results();
    void pair_results_of(Turn& assistant, Turn& turn);

    const std::vector<Message>& messages_;
    Notes& notes_;
    Turns found_ {};
};

Turns TurnFinder::find()
{
    make_room();
    Position start = find_start(messages_);
    std::size_t user_text = last_user_text(messages_);
    for (std::size_t m = start.message; m < messages_.size(); ++m) {
        if (messages_[m].clear_at_next_user_message && messages_[m].role == Role::system && m < user_text)
            continue;
        add_message(m, m == start.message ? start.block : 0);
    }
    pair_results();
    return std::move(found_);
}

// All that there can be: the turns are spans of it, so it must not move.
void TurnFinder::make_room()
{
    std::size_t blocks = 0;
    std::size_t calls = 0;
    for (const Message& message : messages_) {
        blocks += message.blocks.size();
        for (const Block& block : message.blocks)
            calls += block.type == BlockType::tool_use ? 1 : 0;
    }
    found_.entries.reserve(blocks);
    found_.answers.reserve(calls);
    found_.turns.reserve(messages_.size() + 1);
}

void TurnFinder::add_message(std::size_t position, std::size_t first_block)
{
    const Message& message = messages_[position];
    bool substance = message.role != Role::assistant
        || std::any_of(message.blocks.begin() + static_cast<std::ptrdiff_t>(first_block),
            message.blocks.end(), [](const Block& block) { return speaks(block, Role::assistant); });
    for (std::size_t b = first_block; b < message.blocks.size(); ++b) {
        const Block& block = message.blocks[b];
        Role role = message.role;
        if (block.type == BlockType::compaction && role == Role::assistant)
            role = Role::user; // told to the model, not by it
        if (speaks(block, role) || (role == Role::assistant && is_thinking(block) && substance))
            add(&block, role, position);
        else if (block.type != BlockType::text && !is_thinking(block))
            notes_.drop(block.type_name.escaped);
    }
}

// Made where it stays: a copy of what was just written is one that the processor waits for.
void TurnFinder::add(const Block* block, Role role, std::size_t message)
{
    const auto position = static_cast<std::uint32_t>(message);
    const bool assistant = role == Role::assistant;
    if (found_.turns.empty() && role == Role::system) {
        found_.leading.emplace_back(block, role, position);
        return;
    }
    Entry& added = found_.entries.emplace_back(block, role, position);
    if (found_.turns.empty() || found_.turns.back().assistant != assistant)
        found_.turns.emplace_back(assistant, std::span(&added, 0));
    Turn& turn = found_.turns.back();
    turn.entries = { turn.entries.data(), &added + 1 };
}

void TurnFinder::pair_results()
{
    // The last turn may hold calls too: they need answers to be valid.
    if (!found_.turns.empty() && found_.turns.back().assistant) {
        const auto& last = found_.turns.back().entries;
        if (std::any_of(last.begin(), last.end(),
                [](const Entry& entry) { return entry.block->type == BlockType::tool_use; }))
            found_.turns.push_back({});
    }
    for (std::size_t t = 1; t < found_.turns.size(); ++t)
        if (found_.turns[t - 1].assistant)
            pair_results_of(found_.turns[t - 1], found_.turns[t]);
}

void TurnFinder::pair_results_of(Turn& assistant, Turn& turn)
{
    AnswersById answers(found_.answers);
    for (const Entry& entry : assistant.entries) {
        if (entry.block->type != BlockType::tool_use)
            continue;
        if (answers.find(entry.block->id))
            notes_.repair("tool_use id repeated");
        else
            answers.add(entry.block);
    }
    turn.answers = answers.all();
    assistant.calls = turn.answers;

    // In the order of the results: of two for one call the first counts, and the others stay.
    std::size_t kept = 0;
    for (const Entry& entry : turn.entries) {
        Answered* answer =
            entry.block->type == BlockType::tool_result ? answers.find(entry.block->id) : nullptr;
        if (answer && !answer->result)
            answer->result = entry.block;
        else
            turn.entries[kept++] = entry;
    }
    turn.entries = turn.entries.first(kept);
    for (const Answered& answer : turn.answers)
        if (!answer.result)
            notes_.repair("tool_result missing");
}

} // namespace

Turns find_turns(const anthropic::MessagesRequest& request, Notes& notes)
{
    return TurnFinder(request, notes).find();
}

} // namespace dragoman::translate
