// The assistant's side: what it said, thought and called.
#include "json/escape.h"
#include "translate/message_writer.h"
#include "translate/prefill.h"

#include <algorithm>
#include <map>
#include <string>

namespace dragoman::translate {

using anthropic::Block;
using anthropic::BlockType;
using anthropic::Role;
using Form = ContentWriter::Form;

namespace {

// What the model said in so many words. Calls have a field of their own.
bool is_spoken(const Entry& entry)
{
    return entry.block->type != BlockType::tool_use && speaks(*entry.block, Role::assistant);
}

bool is_thinking(const Block& block)
{
    return block.type == BlockType::thinking || block.type == BlockType::redacted_thinking;
}

} // namespace

void MessageWriter::assistant(const Turn& turn, bool last)
{
    after_tool_ = false;
    system_alone();
    json_.lead(R"({"role":"assistant","content":)");
    assistant_content(turn, last && scene_.style.trims_prefill);
    reasoning(turn);
    tool_calls(turn);
    if (last && scene_.style.takes_prefill && !scene_.style.prefill_flag.empty())
        json_.key(scene_.style.prefill_flag).boolean(true);
    json_.end_object();
}

void MessageWriter::ask_for_the_rest()
{
    scene_.notes.repair("prefill");
    json_.begin_object().key("role").word("user").key("content").word(rest_of_the_answer).end_object();
}

std::vector<const Block*> MessageWriter::thoughts(const Turn& turn) const
{
    std::vector<const Block*> blocks;
    for (const Entry& entry : turn.entries)
        if (is_thinking(*entry.block) && scene_.reasoning.keeps(entry.message))
            blocks.push_back(entry.block);
    return blocks;
}

void MessageWriter::reasoning(const Turn& turn)
{
    const ThoughtsBack form = scene_.reasoning.form();
    if (form != ThoughtsBack::details && form != ThoughtsBack::field)
        return;
    const std::vector<const Block*> blocks = thoughts(turn);
    if (blocks.empty() && !scene_.reasoning.requires_field())
        return;
    MessageReasoning said = scene_.reasoning.of(blocks);
    if (!said.details.empty())
        follow_calls(said, shown_calls(turn));
    append_reasoning(json_, said);
}

// Ids of calls, from the upstream's own to those of this request.
std::map<std::string, std::string> MessageWriter::shown_calls(const Turn& turn) const
{
    std::map<std::string, std::string> shown;
    for (const Entry& entry : turn.entries) {
        if (entry.block->type != BlockType::tool_use)
            continue;
        const std::string id = json::unescape(entry.block->id);
        shown.try_emplace(
            wrapped_tool_id(id, entry.block->name).value_or(id), scene_.ids.upstream(entry.block->id));
    }
    return shown;
}

// What the model thought, where that is a part of what it said.
MessageReasoning MessageWriter::thoughts_in_content(const Turn& turn) const
{
    const ThoughtsBack form = scene_.reasoning.form();
    if (form != ThoughtsBack::parts && form != ThoughtsBack::tags)
        return {};
    return scene_.reasoning.of(thoughts(turn));
}

void MessageWriter::assistant_content(const Turn& turn, bool trim)
{
    const auto last = std::find_if(turn.entries.rbegin(), turn.entries.rend(), is_spoken);
    const MessageReasoning thought = thoughts_in_content(turn);
    if (last == turn.entries.rend() && thought.text.empty()) {
        if (scene_.style.null_content)
            json_.null();
        else
            json_.word("");
        return;
    }
    const bool parts = !thought.text.empty() && scene_.reasoning.form() == ThoughtsBack::parts;
    ContentWriter content(json_, scene_.style.cache_parts || parts ? Form::parts : Form::string, mended_);
    if (parts) {
        content.part().begin_object().key("type").word("thinking").key("thinking").begin_array();
        json_.begin_object().key("type").word("text").key("text").string({ thought.text });
        json_.end_object().end_array().end_object();
    } else if (!thought.text.empty()) {
        TextWriter& text = content.begin_text("").say("<think>\n");
        json_.out() += thought.text;
        text.say("\n</think>");
        content.end_text();
    }
    spoken(content, turn, trim && last != turn.entries.rend() ? last->block : nullptr);
    content.finish();
}

void MessageWriter::spoken(ContentWriter& content, const Turn& turn, const Block* trimmed)
{
    const Block* before = nullptr;
    for (const Entry& entry : turn.entries) {
        if (!is_spoken(entry))
            continue;
        const Block* block = entry.block;
        // Texts that follow one another directly are one text in two pieces.
        bool plain = block->type == BlockType::text && !json::is_blank(block->text);
        bool joined = plain && before && before->type == BlockType::text && before + 1 == block;
        TextWriter& text = content.begin_text(joined ? "" : "\n\n");
        if (plain)
            text.add(block == trimmed ? json::trim_end(block->text) : block->text);
        else
            block_text_.say_server_tool(text, *block);
        content.end_text(mark(*block));
        before = block;
    }
}

void MessageWriter::tool_calls(const Turn& turn)
{
    if (turn.calls.empty())
        return;
    const std::vector<CallSignature> signatures = call_signatures(turn);
    json_.key("tool_calls").begin_array();
    for (const Answered& answered : turn.calls) {
        const Block* call = answered.call;
        scene_.ids.write(json_.lead(R"({"id":)"), call->id);
        json_.lead(R"("type":"function","function":{"name":)").word(scene_.names.upstream(call->name));
        json_.lead(R"("arguments":")");
        TextWriter arguments(json_, mended_);
        arguments.add_value(call->input.text.starts_with('{') ? call->input : json::RawValue { "{}" });
        json_.out() += '"';
        json_.end_object();
        if (scene_.reasoning.signs_calls())
            call_signature(answered, &answered == &turn.calls.front(), signatures);
        json_.end_object();
    }
    json_.end_array();
}

std::vector<CallSignature> MessageWriter::call_signatures(const Turn& turn) const
{
    if (!scene_.reasoning.signs_calls())
        return {};
    return scene_.reasoning.signatures(thoughts(turn));
}

// The first of parallel calls has one; where it was lost, a word that the upstream knows stands for it.
// https://ai.google.dev/gemini-api/docs/thought-signatures
void MessageWriter::call_signature(
    const Answered& answered, bool first, const std::vector<CallSignature>& known)
{
    const std::string id = json::unescape(answered.call->id);
    const std::string own = wrapped_tool_id(id, answered.call->name).value_or(id);
    const auto found = std::ranges::find_if(known, [&](const CallSignature& one) {
        return one.call.empty() ? first : one.call == own || one.call == id;
    });
    if (found == known.end() && !first)
        return;
    json_.key("extra_content").begin_object().key("google").begin_object().key("thought_signature");
    if (found == known.end())
        json_.word("skip_thought_signature_validator");
    else
        json_.string({ found->signature });
    json_.end_object().end_object();
}

} // namespace dragoman::translate
