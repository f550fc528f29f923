// Tool calls of a stream: which call a delta belongs to, and which call's turn it is.
//
// Chat Completions interleaves the deltas of parallel calls by index; Messages wants block after block. The
// call whose turn it is streams live, the others wait in memory. Servers differ in everything else: index
// missing or always 0, id missing, empty, late or on every chunk, name late or in two pieces, arguments as an
// object, announced as `{}` first, or sent once more as a whole at the end.
//
// A call is over when the JSON value of its arguments closes. What follows that is dropped, unless the value
// was an empty placeholder. Text or thinking that arrives in the middle of a call waits until it is over.
#pragma once

#include "base/limits.h"
#include "base/result.h"
#include "translate/argument_scanner.h"
#include "translate/message_blocks.h"
#include "translate/notes.h"

#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dragoman::translate {

class ToolCallSlots {
public:
    ToolCallSlots(MessageBlocks& blocks, const AnswerPlan& plan, IdSource& ids, Notes& notes);

    // An Error when the arguments are an endless run of white space.
    Result<void> take(const openai::ToolCallDelta& delta);

    // Writes what can be written now.
    void advance() { advance(false); }
    // Writes all that is left.
    void finish() { advance(true); }

    // Text and thinking that may not interrupt the call that is being written; false if nothing is being
    // written (any more), so that the caller writes it himself.
    bool defer(MessageBlocks::Open kind, json::RawString delta, std::string_view field);

    bool empty() const { return slots_.empty(); }
    // A call without a name was dropped.
    bool dropped_any() const { return dropped_any_; }
    // Some call's arguments are a whole JSON value, or nothing at all.
    bool has_complete_call() const;

private:
    struct Slot {
        std::optional<std::int64_t> index {};
        std::int64_t order = 0;
        std::string id {}; // escaped, as are all strings here
        std::string name {};
        std::string arguments {}; // all of them, and how much of them was written
        std::size_t written = 0;
        ArgumentScanner scanner {};
        bool custom = false;
        bool mended = false; // arguments wait for their end, and then follow the schema
        bool has_arguments = false;
        bool opened = false;
        bool closed = false;
    };
    struct Deferred {
        MessageBlocks::Open kind;
        std::string delta;
        std::string_view field;
    };

    Slot& slot_for(const openai::ToolCallDelta& delta);
    Slot* by_index(std::int64_t index);
    Slot& add_slot(const openai::ToolCallDelta& delta);
    bool starts_another_call(const Slot& slot, const openai::ToolCallDelta& delta) const;
    void merge_name(Slot& slot, json::RawString name) const;
    Result<void> add_arguments(Slot& slot, json::RawString piece);
    void add_custom(Slot& slot, json::RawString piece);

    void advance(bool finishing);
    Slot* turn();
    bool open(Slot& slot, bool finishing);
    void write_pending(Slot& slot, bool closing);
    void write_mended(Slot& slot, bool closing);
    void close(Slot& slot);
    bool others_wait(const Slot& slot) const;
    void write_deferred();

    std::string client_id(const Slot& slot, std::string_view name);
    std::string client_name(const Slot& slot) const;

    MessageBlocks& blocks_;
    const AnswerPlan& plan_;
    IdSource& ids_;
    Notes& notes_;
    std::list<Slot> slots_;
    Slot* last_ = nullptr;
    Slot* active_ = nullptr;
    std::vector<Deferred> deferred_;
    std::optional<TakenIds> used_ids_; // the plan's, once a call is written
    bool dropped_any_ = false;
};

} // namespace dragoman::translate
