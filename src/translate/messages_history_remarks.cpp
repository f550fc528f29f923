// Messages of role system, for endpoints that take no such messages, or take them in one form.
#include "translate/messages_history_edit.h"
#include "translate/messages_json.h"

namespace dragoman::translate {

using json::Array;
using json::Object;
using json::Type;
using json::Value;

// While it is the newest a client marks a system message for the cache, which takes a block; later it writes
// the same text as a plain string. The upstream gets blocks both times, and so the same beginning.
void HistoryEditor::write_in_blocks(const Object& message)
{
    auto content = message.find("content");
    if (auto text = content ? content->string() : std::nullopt; text && !text->empty())
        edits_.replace(*content, R"([{"type":"text","text":)" + std::string(content->raw().text) + "}]");
}

// The texts of a system message, escaped, in the words that models know such remarks by. Both spellings of
// the content give the same.
std::string HistoryEditor::reminder(const Object& message)
{
    std::string text;
    auto content = message.find("content");
    if (auto plain = content ? content->string() : std::nullopt)
        text = plain->escaped;
    auto blocks = content ? content->array() : std::nullopt;
    if (!blocks)
        return "<system-reminder>\\n" + text + "\\n</system-reminder>";
    for (Value value : *blocks) {
        auto block = value.object();
        if (block && string_at(*block, "type") == "text")
            text.append(text.empty() ? "" : "\\n").append(string_at(*block, "text"));
        else if (block)
            notes_.drop(string_at(*block, "type"));
    }
    return "<system-reminder>\\n" + text + "\\n</system-reminder>";
}

// A message of the person's own would part a tool's call from its result in some upstreams' eyes, so the
// remark joins the user message in front of it.
void HistoryEditor::append_remark(const Object& message, const Value& before)
{
    const std::string text = reminder(message);
    if (before.is(Type::string)) {
        edits_.insert(end_of(before) - 1, "\\n\\n" + text);
    } else if (auto blocks = before.array()) {
        std::string block(comma_in(before, *blocks));
        edits_.insert(end_of(before) - 1, block + R"({"type":"text","text":")" + text + "\"}");
    }
}

// In front of a block that is added at the end.
std::string_view HistoryEditor::comma_in(const Value& content, const Array& blocks)
{
    const bool first = blocks.empty() && filled_ != content.offset();
    filled_ = content.offset();
    return first ? "" : ",";
}

// Those that stand behind a message of the assistant join the user message that follows, behind its results.
void HistoryEditor::prepend_remarks(const std::vector<Remark>& remarks, const Object& message)
{
    std::string text;
    for (const Remark& remark : remarks)
        text += (text.empty() ? "" : "\\n\\n") + reminder(remark.message);
    auto content = message.find("content");
    auto blocks = content ? content->array() : std::nullopt;
    if (!blocks) {
        if (content && content->is(Type::string))
            edits_.insert(content->offset() + 1, text + "\\n\\n");
        return;
    }
    bool results = false;
    for (Value value : *blocks)
        if (auto block = value.object())
            results = results || string_at(*block, "type") == "tool_result";
    const std::string block = R"({"type":"text","text":")" + text + "\"}";
    if (results || blocks->empty())
        edits_.insert(end_of(*content) - 1, std::string(comma_in(*content, *blocks)) + block);
    else
        edits_.insert(content->offset() + 1, block + ',');
}

void HistoryEditor::make_remark(const Object& message)
{
    if (auto role = message.find("role"))
        edits_.replace(*role, "\"user\"");
    if (auto own = message.find("content"))
        edits_.replace(*own, "\"" + reminder(message) + "\"");
}

} // namespace dragoman::translate
