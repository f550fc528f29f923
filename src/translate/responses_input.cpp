#include "translate/responses_input.h"

#include "json/escape.h"
#include "translate/block_text.h"
#include "translate/media.h"
#include "translate/responses_parts.h"
#include "translate/responses_reasoning.h"
#include "translate/system_prompt.h"
#include "translate/tool_results.h"

#include <algorithm>
#include <span>

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::BlockType;
using anthropic::Role;
using Entries = std::span<const Entry>;
using Media = std::vector<const Block*>;

ChatStyle style_of(const route::Target& target)
{
    ChatStyle style(target);
    style.files = target.has(route::Quirk::routing_fields) || !target.facts || target.facts->takes_files();
    style.file_urls = true;
    return style;
}

bool is_thinking(const Block& block)
{
    return block.type == BlockType::thinking || block.type == BlockType::redacted_thinking;
}

class InputWriter {
public:
    InputWriter(json::Writer& json, const InputScene& scene)
        : json_(json)
        , scene_(scene)
        , style_(style_of(scene.target))
        , block_text_(style_, scene.names, scene.notes)
        , reasoning_(scene.request, scene.target, scene.upstream_name)
        , mended_(scene.request.has_surrogate_escapes ? &scene.notes : nullptr)
    {
    }

    void assistant(const Turn& turn);
    void others(const Turn& turn);

private:
    void output(const Answered& answer);
    void result_text(const Block& result);
    void result_parts(const Block& result);
    void message(Entries entries);
    void user_block(PartsWriter& parts, const Block& block);
    void orphan(PartsWriter& parts, const Block& block);
    void say(PartsWriter& parts, const Block& block, std::string_view prefix);

    void bring_thoughts();
    void said(Entries entries);
    void call(const Block& block);
    bool holds_media(const Block& block) const;

    json::Writer& json_;
    const InputScene& scene_;
    ChatStyle style_;
    BlockText block_text_;
    ResponsesReasoning reasoning_;
    Notes* mended_;
    std::vector<std::string> thoughts_ {}; // that wait for what they led to
    Thought follower_ {}; // what is known of it
};

void InputWriter::others(const Turn& turn)
{
    for (const Answered& answer : turn.answers)
        output(answer);
    Entries entries = turn.entries;
    while (!entries.empty()) {
        auto end = std::ranges::find_if(entries, [&](const Entry& entry) {
            return entry.message != entries.front().message || entry.role != entries.front().role;
        });
        message(Entries(entries.begin(), end));
        entries = Entries(end, entries.end());
    }
}

bool InputWriter::holds_media(const Block& block) const
{
    return is_media_part(block, style_)
        || std::ranges::any_of(block.content, [this](const Block& inside) { return holds_media(inside); });
}

void InputWriter::output(const Answered& answer)
{
    json_.begin_object().key("type").text("function_call_output").key("call_id");
    scene_.ids.write(json_, answer.call->id);
    json_.key("output");
    if (!answer.result)
        json_.text("[tool result missing]");
    else if (holds_media(*answer.result))
        result_parts(*answer.result);
    else
        result_text(*answer.result);
    json_.end_object();
}

void InputWriter::result_text(const Block& result)
{
    json_.begin_value() += '"';
    TextWriter text(json_, mended_);
    if (wants_error_prefix(result))
        text.say("Error: ");
    Media none;
    const auto blocks = speaking_blocks(result.content);
    if (blocks.empty())
        text.say("(no output)");
    for (const Block* block : blocks) {
        if (block != blocks.front())
            text.say("\n");
        block_text_.say(text, *block, none);
    }
    json_.out() += '"';
}

void InputWriter::result_parts(const Block& result)
{
    PartsWriter parts(json_, "input_text", mended_);
    std::string_view prefix = wants_error_prefix(result) ? "Error: " : "";
    for (const Block* block : speaking_blocks(result.content)) {
        const bool medium = is_media_part(*block, style_);
        if (medium && !prefix.empty()) {
            parts.begin_text().say("Error:");
            parts.end_text();
        }
        if (medium)
            parts.medium(*block);
        else
            say(parts, *block, prefix);
        prefix = {};
    }
    parts.finish();
}

// A text, and behind it what it holds of pictures and files.
void InputWriter::say(PartsWriter& parts, const Block& block, std::string_view prefix)
{
    Media media;
    TextWriter& text = parts.begin_text();
    text.say(prefix);
    block_text_.say(text, block, media);
    parts.end_text();
    for (const Block* medium : media)
        parts.medium(*medium);
}

void InputWriter::message(Entries entries)
{
    const bool system = entries.front().role == Role::system;
    json_.begin_object().key("type").text("message");
    const bool reminds = system && !style_.system_anywhere;
    json_.key("role").text(system && !reminds ? "developer" : "user").key("content");
    PartsWriter parts(json_, "input_text", mended_);
    for (const Entry& entry : entries) {
        if (reminds) {
            parts.begin_text().say("<system-reminder>\n").add(entry.block->text).say("\n</system-reminder>");
            parts.end_text();
        } else if (system) {
            parts.begin_text().add(entry.block->text);
            parts.end_text();
        } else {
            user_block(parts, *entry.block);
        }
    }
    parts.finish();
    json_.end_object();
}

void InputWriter::user_block(PartsWriter& parts, const Block& block)
{
    if (is_media_part(block, style_))
        parts.medium(block);
    else if (block.type == BlockType::tool_result)
        orphan(parts, block);
    else
        say(parts, block, {});
}

void InputWriter::orphan(PartsWriter& parts, const Block& block)
{
    scene_.notes.repair("tool_result without tool_use");
    Media media;
    TextWriter& text = parts.begin_text();
    text.say("[Result of an earlier tool call ").add(block.id).say("]");
    const auto inside = speaking_blocks(block.content);
    if (inside.empty())
        text.say("\n(no output)");
    for (const Block* part : inside)
        block_text_.say(text.say("\n"), *part, media);
    parts.end_text();
    for (const Block* medium : media)
        parts.medium(*medium);
}

void InputWriter::assistant(const Turn& turn)
{
    const std::vector<Thought> thoughts = reasoning_.of(turn.entries);
    const Entries entries = turn.entries;
    for (std::size_t i = 0; i < entries.size();) {
        const Block& block = *entries[i].block;
        std::size_t end = i + 1;
        if (is_thinking(block)) {
            thoughts_.insert(thoughts_.end(), thoughts[i].items.begin(), thoughts[i].items.end());
            follower_ = thoughts[i];
        } else if (block.type == BlockType::tool_use) {
            if (std::ranges::find(turn.calls, &block, &Answered::call) != turn.calls.end())
                call(block);
        } else {
            while (end < entries.size() && entries[end].message == entries[i].message
                && !is_thinking(*entries[end].block) && entries[end].block->type != BlockType::tool_use)
                ++end;
            said(entries.subspan(i, end - i));
        }
        i = end;
    }
    // A thought that led to nothing is refused.
    thoughts_.clear();
    follower_ = {};
}

void InputWriter::bring_thoughts()
{
    for (const std::string& item : thoughts_)
        json_.raw({ item });
    thoughts_.clear();
}

void InputWriter::said(Entries entries)
{
    bring_thoughts();
    json_.begin_object().key("type").text("message").key("role").text("assistant");
    if (follower_.call_id.empty() && !follower_.id.empty())
        json_.key("id").string({ follower_.id });
    json_.key("status").text("completed");
    if (!follower_.phase.empty())
        json_.key("phase").string({ follower_.phase });
    json_.key("content");
    PartsWriter parts(json_, "output_text", mended_);
    for (const Entry& entry : entries) {
        const Block& block = *entry.block;
        TextWriter& text = parts.begin_text();
        if (block.type == BlockType::text && !json::is_blank(block.text))
            text.add(block.text);
        else
            block_text_.say_server_tool(text, block);
        parts.end_text();
    }
    parts.finish();
    json_.end_object();
    follower_ = {};
}

void InputWriter::call(const Block& block)
{
    bring_thoughts();
    const std::string_view id = scene_.ids.upstream(block.id);
    json_.begin_object().key("type").text("function_call");
    if (!follower_.id.empty() && follower_.call_id == json::escape(id))
        json_.key("id").string({ follower_.id });
    json_.key("call_id").text(id).key("name").text(scene_.names.upstream(block.name)).key("arguments");
    json_.begin_value() += '"';
    TextWriter arguments(json_, mended_);
    arguments.add_value(block.input.text.starts_with('{') ? block.input : json::RawValue { "{}" });
    json_.out() += '"';
    json_.key("status").text("completed").end_object();
    follower_ = {};
}

} // namespace

void append_instructions(
    json::Writer& json, const InputScene& scene, const std::vector<Entry>& leading, std::string_view appendix)
{
    std::string out;
    json::Writer written(out);
    TextWriter text(written, scene.request.has_surrogate_escapes ? &scene.notes : nullptr);
    const auto separate = [&] {
        if (!out.empty())
            text.say("\n\n");
    };
    const auto add = [&](const Block& block) {
        const json::RawString said = without_billing_line(block.text);
        if (said != block.text)
            scene.notes.drop("billing header");
        if (block.type != BlockType::text)
            scene.notes.drop(block.type_name.escaped);
        if (json::is_blank(said))
            return;
        separate();
        text.add(said);
    };
    for (const Block& block : scene.request.system)
        add(block);
    for (const Entry& entry : leading)
        add(*entry.block);
    if (!appendix.empty()) {
        separate();
        text.say(appendix);
    }
    if (!out.empty())
        json.key("instructions").string({ out });
}

void write_input(json::Writer& json, const InputScene& scene, const std::vector<Turn>& turns)
{
    json.begin_array();
    InputWriter writer(json, scene);
    for (const Turn& turn : turns) {
        if (turn.assistant)
            writer.assistant(turn);
        else
            writer.others(turn);
    }
    json.end_array();
}

} // namespace dragoman::translate
