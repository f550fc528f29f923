#include "translate/tool_call_slots.h"

#include "json/escape.h"
#include "translate/argument_schema.h"
#include "translate/called_name.h"
#include "translate/tool_ids.h"

#include <algorithm>

namespace dragoman::translate {

ToolCallSlots::ToolCallSlots(MessageBlocks& blocks, const AnswerPlan& plan, IdSource& ids, Notes& notes)
    : blocks_(blocks)
    , plan_(plan)
    , ids_(ids)
    , notes_(notes)
{
}

Result<void> ToolCallSlots::take(const openai::ToolCallDelta& delta)
{
    Slot& slot = slot_for(delta);
    last_ = &slot;
    slot.custom |= delta.custom;
    if (slot.id.empty())
        slot.id = delta.id.escaped;
    merge_name(slot, delta.name);
    if (delta.custom) {
        add_custom(slot, delta.arguments);
        return {};
    }
    if (delta.arguments_value.empty())
        return add_arguments(slot, delta.arguments);
    std::string value = json::escape(delta.arguments_value.text);
    return add_arguments(slot, { value });
}

ToolCallSlots::Slot& ToolCallSlots::slot_for(const openai::ToolCallDelta& delta)
{
    if (delta.index) {
        Slot* slot = by_index(*delta.index);
        return slot && !starts_another_call(*slot, delta) ? *slot : add_slot(delta);
    }
    if (!delta.id.empty()) {
        auto known = std::find_if(
            slots_.rbegin(), slots_.rend(), [&](const Slot& slot) { return slot.id == delta.id.escaped; });
        if (known != slots_.rend())
            return starts_another_call(*known, delta) ? add_slot(delta) : *known;
        // The id may come later than the rest of its call.
        bool late = last_ && last_->id.empty() && delta.name.empty();
        return late ? *last_ : add_slot(delta);
    }
    bool repeats_name = last_ && last_->name == delta.name.escaped && !last_->scanner.complete();
    bool continues = delta.name.empty() || repeats_name;
    return last_ && continues ? *last_ : add_slot(delta);
}

// The newest call with that index: some servers use 0 for all of them.
ToolCallSlots::Slot* ToolCallSlots::by_index(std::int64_t index)
{
    for (auto slot = slots_.rbegin(); slot != slots_.rend(); ++slot)
        if (slot->index == index)
            return &*slot;
    return nullptr;
}

ToolCallSlots::Slot& ToolCallSlots::add_slot(const openai::ToolCallDelta& delta)
{
    Slot slot { .index = delta.index };
    slot.order = delta.index.value_or(slots_.empty() ? 0 : slots_.back().order);
    return slots_.emplace_back(std::move(slot));
}

bool ToolCallSlots::starts_another_call(const Slot& slot, const openai::ToolCallDelta& delta) const
{
    if (delta.name.empty())
        return false;
    bool other_id = !delta.id.empty() && !slot.id.empty() && slot.id != delta.id.escaped;
    if (slot.scanner.complete()) {
        // Without an id, only other arguments tell a second call from a repetition of the first.
        bool no_ids = delta.id.empty() && slot.id.empty();
        bool new_arguments = !json::is_blank(delta.arguments) || !delta.arguments_value.empty();
        bool same_name = slot.name == delta.name.escaped;
        bool repeats = same_name && json::trim_end(delta.arguments).escaped == slot.arguments;
        // Some servers give all calls one id; another tool is another call all the same.
        bool other_tool = !same_name && new_arguments && !delta.name.escaped.starts_with(slot.name);
        return other_id || other_tool
            || (no_ids && new_arguments && !repeats && !slot.scanner.is_empty_object());
    }
    // An empty call, followed by one of another tool under the same index.
    return other_id && !slot.has_arguments && slot.name != delta.name.escaped && !slot.name.empty();
}

// A name comes whole, once or on every chunk, or in pieces, or growing. What the client declared tells which.
void ToolCallSlots::merge_name(Slot& slot, json::RawString name) const
{
    if (name.empty() || slot.opened || slot.name == name.escaped)
        return;
    std::string joined = slot.name + std::string(name.escaped);
    bool grows = name.escaped.starts_with(slot.name);
    bool known = !slot.name.empty() && is_declared(plan_, json::unescape({ slot.name }));
    bool joined_known = is_declared(plan_, json::unescape({ joined }));
    if (slot.name.empty() || grows)
        slot.name = name.escaped;
    else if (joined_known || (!known && !is_declared(plan_, json::unescape(name))))
        slot.name = joined;
    else if (!known)
        slot.name = name.escaped;
}

Result<void> ToolCallSlots::add_arguments(Slot& slot, json::RawString piece)
{
    while (!piece.empty()) {
        slot.has_arguments = true;
        if (slot.scanner.complete()) {
            json::RawString rest = json::trim_start(piece);
            bool real = slot.scanner.is_empty_object() && rest.escaped.starts_with('{');
            if (!real) {
                if (!rest.empty())
                    notes_.repair("tool arguments after their end");
                return {};
            }
            notes_.repair("empty arguments before the real ones");
            slot.arguments.clear();
            slot.scanner = {};
            piece = rest;
        }
        std::size_t taken = slot.scanner.feed(piece);
        slot.arguments.append(piece.escaped, 0, taken);
        piece.escaped.remove_prefix(taken);
        if (slot.scanner.blank_run() > limits::blank_tool_arguments)
            return Failure(Error::upstream_protocol(
                "the model fills the arguments of a tool call with white space and does not stop"));
    }
    return {};
}

// Free text is no JSON: it becomes the one member of an object.
void ToolCallSlots::add_custom(Slot& slot, json::RawString piece)
{
    if (!slot.has_arguments)
        slot.arguments = R"({\"input\":\")";
    slot.has_arguments = true;
    json::append_escaped(slot.arguments, piece.escaped);
}

bool ToolCallSlots::defer(MessageBlocks::Open kind, json::RawString delta, std::string_view field)
{
    if (!active_)
        return false;
    if (active_->scanner.complete()) {
        close(*active_);
        advance();
        if (!active_)
            return false;
    }
    if (deferred_.empty() || deferred_.back().kind != kind)
        deferred_.push_back({ kind, {}, field });
    deferred_.back().delta += delta.escaped;
    return true;
}

bool ToolCallSlots::has_complete_call() const
{
    return std::any_of(slots_.begin(), slots_.end(),
        [](const Slot& slot) { return slot.scanner.complete() || !slot.has_arguments; });
}

void ToolCallSlots::advance(bool finishing)
{
    while (Slot* slot = turn()) {
        if (!slot->opened && !open(*slot, finishing))
            return;
        if (slot->closed)
            continue;
        write_pending(*slot, finishing);
        bool over = slot->scanner.complete() && (!deferred_.empty() || others_wait(*slot));
        if (!finishing && !over)
            return;
        close(*slot);
    }
}

// The call that is being written, else the one with the lowest index; the order of arrival decides ties.
ToolCallSlots::Slot* ToolCallSlots::turn()
{
    if (active_)
        return active_;
    Slot* first = nullptr;
    for (Slot& slot : slots_)
        if (!slot.closed && (!first || slot.order < first->order))
            first = &slot;
    return first;
}

// False while the call has to wait for its name or its first argument.
bool ToolCallSlots::open(Slot& slot, bool finishing)
{
    if (slot.name.empty()) {
        if (!finishing)
            return false;
        notes_.drop("tool call without a name");
        dropped_any_ = true;
        slot.opened = slot.closed = true;
        return true;
    }
    if (!slot.has_arguments && !finishing)
        return false;
    slot.opened = true;
    active_ = &slot;
    const std::string called = client_name(slot);
    slot.mended = plan_.coerce_arguments && !slot.custom && plan_.tool_schemas.contains(called);
    std::string name = json::escape(called);
    blocks_.tool_use(client_id(slot, called), { name });
    return true;
}

void ToolCallSlots::write_pending(Slot& slot, bool closing)
{
    if (slot.mended)
        return write_mended(slot, closing);
    bool hold = !slot.custom && slot.scanner.may_be_placeholder() && !closing;
    if (hold || slot.written == slot.arguments.size())
        return;
    blocks_.tool_input({ std::string_view(slot.arguments).substr(slot.written) });
    slot.written = slot.arguments.size();
}

void ToolCallSlots::write_mended(Slot& slot, bool closing)
{
    if (!closing || slot.written > 0)
        return;
    const auto schema = plan_.tool_schemas.find(client_name(slot));
    const std::string plain = json::unescape({ slot.arguments });
    const std::string followed = follow_schema(plain, schema->second);
    blocks_.tool_input({ json::escape(followed) });
    slot.written = slot.arguments.size();
}

void ToolCallSlots::close(Slot& slot)
{
    if (slot.custom)
        slot.arguments += R"(\"})";
    write_pending(slot, true);
    blocks_.close();
    slot.closed = true;
    active_ = nullptr;
    write_deferred();
}

bool ToolCallSlots::others_wait(const Slot& slot) const
{
    return std::any_of(
        slots_.begin(), slots_.end(), [&](const Slot& other) { return &other != &slot && !other.closed; });
}

void ToolCallSlots::write_deferred()
{
    std::vector<Deferred> deferred = std::move(deferred_);
    deferred_.clear();
    for (const Deferred& piece : deferred) {
        if (piece.kind == MessageBlocks::Open::text)
            blocks_.text({ piece.delta });
        else
            blocks_.thinking({ piece.delta }, piece.field);
    }
}

std::string ToolCallSlots::client_id(const Slot& slot, std::string_view name)
{
    std::string upstream_id = json::unescape({ slot.id });
    if (!used_ids_)
        used_ids_ = plan_.used_tool_ids;
    std::string id = client_tool_id(upstream_id, *used_ids_, ids_, name);
    used_ids_->insert(upstream_id);
    used_ids_->insert(id);
    return id;
}

std::string ToolCallSlots::client_name(const Slot& slot) const
{
    return called_name(plan_, json::unescape({ slot.name }));
}

} // namespace dragoman::translate
