#include "translate/message_writer.h"

#include "json/escape.h"
#include "translate/media.h"
#include "translate/system_prompt.h"
#include "translate/tool_results.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace dragoman::translate {

using anthropic::Block;
using anthropic::Blocks;
using anthropic::BlockType;
using anthropic::Role;
using Form = ContentWriter::Form;

namespace {

bool is_system(const Entry& entry) { return entry.role == Role::system; }

bool speaks_to_the_model(const Block& block) { return speaks(block, Role::user); }

// Null when none of them says anything.
const Block* last_speaking(const Blocks& blocks)
{
    const auto found = std::find_if(blocks.rbegin(), blocks.rend(), speaks_to_the_model);
    return found == blocks.rend() ? nullptr : &*found;
}

} // namespace

MessageWriter::MessageWriter(json::Writer& json, const Scene& scene, const std::vector<Entry>& leading)
    : json_(json)
    , scene_(scene)
    , block_text_(scene.style, scene.names, scene.notes)
    , mended_(scene.request.has_surrogate_escapes ? &scene.notes : nullptr)
    , system_(scene.style.system_in_user ? &leading : nullptr)
{
}

ContentWriter MessageWriter::begin(std::string_view role, bool parts)
{
    json_.begin_object().key("role").word(role).key("content");
    return ContentWriter(json_, parts ? Form::parts : Form::string, mended_);
}

void MessageWriter::end(ContentWriter& content)
{
    content.finish();
    json_.end_object();
}

anthropic::CacheControl MessageWriter::mark(const Block& block) const
{
    return scene_.marks.kept(block.cache_control);
}

bool MessageWriter::holds_media(const Block& block) const
{
    return is_media_part(block, scene_.style)
        || std::any_of(block.content.begin(), block.content.end(),
            [this](const Block& inside) { return holds_media(inside); });
}

bool MessageWriter::needs_parts(Entries entries) const
{
    return scene_.style.cache_parts || !result_media_.empty()
        || std::any_of(
            entries.begin(), entries.end(), [this](const Entry& entry) { return holds_media(*entry.block); });
}

void MessageWriter::others(const Turn& turn)
{
    Entries entries = turn.entries;
    // A reminder that follows tool results directly belongs to the last of them: several upstreams refuse a
    // user's message between results and the next answer.
    Entries reminders;
    bool media = std::any_of(turn.answers.begin(), turn.answers.end(),
        [this](const Answered& answer) { return answer.result && holds_media(*answer.result); });
    if (!scene_.style.system_anywhere && !turn.answers.empty() && !media) {
        auto first_other = std::find_if_not(entries.begin(), entries.end(), is_system);
        reminders = Entries(entries.begin(), first_other);
        entries = Entries(first_other, entries.end());
    }
    for (const Answered& answer : turn.answers)
        tool(answer, &answer == &turn.answers.back() ? reminders : Entries());

    while (!entries.empty() || !result_media_.empty()) {
        bool system_first =
            scene_.style.system_anywhere && result_media_.empty() && is_system(entries.front());
        auto group_end = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
            return scene_.style.system_anywhere && is_system(entry) != system_first;
        });
        Entries group(entries.begin(), group_end);
        if (system_first)
            system(group);
        else
            user(group);
        entries = Entries(group_end, entries.end());
    }
}

void MessageWriter::tool(const Answered& answer, Entries after)
{
    scene_.ids.write(json_.lead(R"({"role":"tool","tool_call_id":)"), answer.call->id);
    if (scene_.style.names_results)
        json_.key("name").word(scene_.names.upstream(answer.call->name));
    json_.key("content");
    ContentWriter content(json_, scene_.style.cache_parts ? Form::parts : Form::string, mended_);
    if (answer.result) {
        Media media;
        result(content, *answer.result, media);
        if (!media.empty())
            result_media_.push_back({ answer.call, std::move(media) });
    } else {
        content.begin_text().say("[tool result missing]");
        content.end_text();
    }
    reminders(content, after);
    end(content);
    after_tool_ = true;
}

void MessageWriter::result(ContentWriter& content, const Block& block, Media& media)
{
    const Block* last = last_speaking(block.content);
    bool prefix = wants_error_prefix(block);
    if (!last) {
        content.begin_text("\n").say(prefix ? "Error: (no output)" : "(no output)");
        content.end_text(mark(block));
        return;
    }
    for (const Block& part : block.content) {
        if (!speaks_to_the_model(part))
            continue;
        TextWriter& text = content.begin_text("\n");
        if (prefix)
            text.say("Error: ");
        prefix = false;
        block_text_.say(text, part, media);
        anthropic::CacheControl own = mark(part);
        content.end_text(&part == last && !own ? mark(block) : own);
    }
}

void MessageWriter::orphan(ContentWriter& content, const Block& block)
{
    scene_.notes.repair("tool_result without tool_use");
    TextWriter& text = content.begin_text();
    text.say("[Result of an earlier tool call ").add(block.id).say("]");
    Media media;
    if (!last_speaking(block.content))
        text.say("\n(no output)");
    for (const Block& part : block.content) {
        if (!speaks_to_the_model(part))
            continue;
        text.say("\n");
        block_text_.say(text, part, media);
    }
    content.end_text(mark(block));
    write_media(content, media);
}

void MessageWriter::write_media(ContentWriter& content, const Media& media)
{
    for (const Block* block : media)
        write_medium(content, *block);
}

void MessageWriter::write_medium(ContentWriter& content, const Block& block)
{
    // A file has a name of its own upstream, but no place for what the client says about it.
    if (block.type == BlockType::document && !json::is_blank(block.details->context)) {
        TextWriter& text = content.begin_text();
        text.say("Context of the document");
        if (!block.details->title.empty())
            text.say(" \"").add(block.details->title).say("\"");
        text.say(": ").add(block.details->context);
        content.end_text();
    }
    write_media_part(content.part(), block, mended_);
}

void MessageWriter::result_media(ContentWriter& content)
{
    for (const ResultMedia& result : result_media_) {
        TextWriter& text = content.begin_text();
        text.say("Media from tool result ").say(scene_.ids.upstream(result.result->id)).say(":");
        content.end_text();
        write_media(content, result.media);
    }
    result_media_.clear();
}

void MessageWriter::user(Entries entries)
{
    if (after_tool_ && !scene_.style.user_after_tool)
        json_.begin_object().key("role").word("assistant").key("content").word("Understood.").end_object();
    after_tool_ = false;
    ContentWriter content = begin("user", needs_parts(entries));
    system_in_front(content);
    result_media(content);
    while (!entries.empty()) {
        if (is_system(entries.front())) {
            auto rest = std::find_if_not(entries.begin(), entries.end(), is_system);
            reminders(content, Entries(entries.begin(), rest));
            entries = Entries(rest, entries.end());
        } else {
            user_block(content, entries);
            entries = entries.subspan(1);
        }
    }
    end(content);
}

void MessageWriter::system_in_front(ContentWriter& content)
{
    if (const auto* leading = std::exchange(system_, nullptr))
        SystemPrompt(scene_, *leading).say(content);
}

// In front of a conversation that the assistant begins.
void MessageWriter::system_alone()
{
    if (system_ == nullptr || SystemPrompt(scene_, *system_).empty())
        return;
    ContentWriter content = begin("user", scene_.style.cache_parts);
    system_in_front(content);
    end(content);
}

void MessageWriter::user_block(ContentWriter& content, Entries entries)
{
    const Block& block = *entries.front().block;
    if (is_media_part(block, scene_.style))
        return write_medium(content, block);
    if (block.type == BlockType::tool_result)
        return orphan(content, block);
    Media media;
    block_text_.say(content.begin_text(), block, media);
    content.end_text(mark_up_to_next_text(entries));
    write_media(content, media);
}

// Pictures and files cannot carry a mark; theirs goes to the text in front of them.
anthropic::CacheControl MessageWriter::mark_up_to_next_text(Entries entries) const
{
    anthropic::CacheControl found = mark(*entries.front().block);
    for (const Entry& entry : entries.subspan(1)) {
        if (found || !is_media_part(*entry.block, scene_.style))
            break;
        found = mark(*entry.block);
    }
    return found;
}

void MessageWriter::system(Entries entries)
{
    while (!entries.empty()) {
        auto next = std::find_if(entries.begin(), entries.end(),
            [&](const Entry& entry) { return entry.message != entries.front().message; });
        ContentWriter content = begin(scene_.style.system_role, scene_.style.cache_parts);
        for (const Entry& entry : Entries(entries.begin(), next)) {
            content.begin_text().add(entry.block->text);
            content.end_text(mark(*entry.block));
        }
        end(content);
        entries = Entries(next, entries.end());
    }
}

void MessageWriter::reminders(ContentWriter& content, Entries entries)
{
    while (!entries.empty()) {
        auto next = std::find_if(entries.begin(), entries.end(),
            [&](const Entry& entry) { return entry.message != entries.front().message; });
        TextWriter& text = content.begin_text();
        text.say("<system-reminder>\n");
        for (const Entry& entry : Entries(entries.begin(), next)) {
            if (entry.block != entries.front().block)
                text.say("\n\n");
            text.add(entry.block->text);
        }
        text.say("\n</system-reminder>");
        content.end_text(mark(*std::prev(next)->block));
        entries = Entries(next, entries.end());
    }
}

} // namespace dragoman::translate
