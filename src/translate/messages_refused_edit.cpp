#include "translate/messages_refused_edit.h"

#include "json/writer.h"
#include "translate/cache_control.h"
#include "translate/messages_json.h"
#include "translate/tool_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace dragoman::translate {

namespace {

using anthropic::BlockType;
using anthropic::ThinkingType;
using json::Array;
using json::Field;
using json::Object;
using json::Value;
using route::Quirk;

bool is_mark(const Field& field) { return json::key_is(field.key, "cache_control"); }

bool takes_images(const route::Target& target) { return !target.facts || target.facts->takes_images(); }

// While it thinks some refuse to be forced; where a request says nothing about thinking, it passes. Vendors'
// own models think unless they are told not to.
bool must_not_force(const anthropic::MessagesRequest& request, const route::Target& target)
{
    const auto type = request.thinking.type;
    const bool asks = type == ThinkingType::enabled || type == ThinkingType::adaptive
        || (type == ThinkingType::absent && target.has(Quirk::vendor_messages));
    return (asks || target.has(Quirk::never_forced)) && refuses_force(request, target);
}

class PartsEditor {
public:
    PartsEditor(JsonEdits& edits, const route::Target& target, Notes& notes)
        : edits_(edits)
        , target_(target)
        , notes_(notes)
        , marks_(!target.has(Quirk::no_cache_marks))
        , images_(takes_images(target))
    {
    }

    void edit_blocks(const std::optional<Value>& content);
    void edit_messages(const std::optional<Value>& messages);
    void edit_tools(const std::optional<Value>& tools);
    void edit_choice(const Object& choice);

private:
    JsonEdits& edits_;
    const route::Target& target_;
    Notes& notes_;
    bool marks_;
    bool images_;
};

void PartsEditor::edit_blocks(const std::optional<Value>& content)
{
    const auto blocks = content ? content->array() : std::nullopt;
    if (!blocks)
        return;
    for (Value value : *blocks) {
        const auto block = value.object();
        if (!block)
            continue;
        if (!images_ && string_at(*block, "type") == "image") {
            notes_.drop("image");
            std::string note;
            json::Writer json(note);
            json.begin_object().key("type").text("text").key("text");
            json.text(fmt::format("[image omitted: model {} accepts text only]", target_.model));
            json.end_object();
            edits_.replace(value, std::move(note));
            continue;
        }
        if (!marks_ && block->find("cache_control"))
            edits_.remove_fields(*block, is_mark);
        edit_blocks(block->find("content"));
    }
}

void PartsEditor::edit_messages(const std::optional<Value>& messages)
{
    const auto list = messages ? messages->array() : std::nullopt;
    if (!list)
        return;
    for (Value value : *list)
        if (const auto message = value.object())
            edit_blocks(message->find("content"));
}

void PartsEditor::edit_tools(const std::optional<Value>& tools)
{
    const auto list = tools ? tools->array() : std::nullopt;
    if (!list)
        return;
    for (Value value : *list) {
        const auto tool = value.object();
        if (!tool)
            continue;
        edits_.remove_fields(*tool, [&](const Field& field) { return is_refused_of_tool(field, target_); });
    }
}

void PartsEditor::edit_choice(const Object& choice)
{
    notes_.drop("tool_choice");
    if (const auto type = choice.find("type"))
        edits_.replace(*type, R"("auto")");
    edits_.remove_fields(choice, [](const Field& field) { return json::key_is(field.key, "name"); });
}

// All that is marked in a list of blocks or tools, and in the lists inside.
void collect_marked(const std::optional<Value>& list, std::vector<Object>& marked)
{
    const auto array = list ? list->array() : std::nullopt;
    if (!array)
        return;
    for (Value value : *array)
        if (const auto object = value.object()) {
            if (object->find("cache_control"))
                marked.push_back(*object);
            collect_marked(object->find("content"), marked);
        }
}

} // namespace

void drop_surplus_marks(JsonEdits& edits, const Object& root, const anthropic::MessagesRequest& request,
    const route::Target& target, Notes& notes)
{
    if (!takes_cache_control(target) || target.has(Quirk::no_cache_marks)
        || count_marks(request) <= CacheMarks::most)
        return;
    std::vector<Object> marked;
    for (std::string_view name : { "tools", "system", "messages" })
        collect_marked(root.find(name), marked);
    const CacheMarks marks(request, target);
    for (const Object& object : marked)
        if (!marks.keeps(object.find("cache_control")->raw().text)) {
            edits.remove_fields(object, is_mark);
            notes.repair("cache_control");
        }
}

bool is_refused_of_tool(const Field& field, const route::Target& target)
{
    return (target.has(Quirk::no_cache_marks) && is_mark(field))
        || (target.has(Quirk::no_strict) && json::key_is(field.key, "strict"));
}

bool refuses_parts(const anthropic::MessagesRequest& request, const route::Target& target)
{
    constexpr route::Quirks refusals { Quirk::no_cache_marks, Quirk::no_strict };
    return target.quirks.has_any(refusals) || !takes_images(target) || must_not_force(request, target);
}

void edit_refused_parts(JsonEdits& edits, const Object& root, const anthropic::MessagesRequest& request,
    const route::Target& target, Notes& notes)
{
    PartsEditor editor(edits, target, notes);
    editor.edit_blocks(root.find("system"));
    editor.edit_messages(root.find("messages"));
    editor.edit_tools(root.find("tools"));
    const auto choice = object_at(root, "tool_choice");
    if (choice && must_not_force(request, target))
        editor.edit_choice(*choice);
}

bool continues_a_call(const anthropic::MessagesRequest& request)
{
    const auto last = std::ranges::find_if(request.messages.rbegin(), request.messages.rend(),
        [](const anthropic::Message& message) { return message.role != anthropic::Role::system; });
    return last != request.messages.rend() && last->role == anthropic::Role::user
        && std::ranges::any_of(
            last->blocks, [](const anthropic::Block& block) { return block.type == BlockType::tool_result; });
}

} // namespace dragoman::translate
