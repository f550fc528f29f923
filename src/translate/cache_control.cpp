#include "translate/cache_control.h"

#include "json/document.h"
#include "json/escape.h"
#include "translate/deferred_tools.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::Blocks;
using anthropic::BlockType;
using anthropic::CacheControl;
using anthropic::Tool;

using Marks = std::vector<const CacheControl*>;

bool can_be_marked(const Block& block)
{
    switch (block.type) {
    case BlockType::text:
        return !json::is_blank(block.text);
    case BlockType::image:
    case BlockType::document:
    case BlockType::search_result:
    case BlockType::tool_result:
        return true;
    default:
        return false;
    }
}

void collect(Marks& marks, const Blocks& blocks)
{
    for (const Block& block : blocks) {
        if (block.type == BlockType::tool_result)
            collect(marks, block.content);
        if (block.cache_control && can_be_marked(block))
            marks.push_back(&block.cache_control);
    }
}

// Only functions can be marked.
bool is_function(const Tool& tool)
{
    return tool.type.empty() || json::key_is(tool.type, "custom") || !tool.input_schema.empty();
}

Marks marks_of_tools(const anthropic::MessagesRequest& request, const route::Target& target)
{
    Marks marks;
    Notes notes;
    for (const Tool* tool : active_tools(request, target, notes))
        if (tool->cache_control && is_function(*tool))
            marks.push_back(&tool->cache_control);
    return marks;
}

// Moves up to `count` marks from the end of `from`.
void take_last(Marks& from, Marks& to, std::size_t count)
{
    for (; count > 0 && !from.empty(); --count) {
        to.push_back(from.back());
        from.pop_back();
    }
}

std::size_t count_in(const Blocks& blocks)
{
    std::size_t count = 0;
    for (const Block& block : blocks)
        count += (block.cache_control ? 1 : 0) + (block.content.empty() ? 0 : count_in(block.content));
    return count;
}

bool asks_for_an_hour(const CacheControl* mark) { return json::key_is(mark->ttl, "1h"); }

} // namespace

bool takes_cache_control(const route::Target& target) { return target.has(route::Quirk::cache_marks); }

CacheMarks::CacheMarks(const anthropic::MessagesRequest& request, const route::Target& target)
{
    if (!takes_cache_control(target))
        return;
    Marks tools = marks_of_tools(request, target);
    Marks system;
    collect(system, request.system);
    Marks messages;
    for (const anthropic::Message& message : request.messages)
        collect(messages, message.blocks);

    automatic_ = static_cast<bool>(request.cache_control);
    const std::size_t room = automatic_ ? most - 1 : most;
    Marks kept;
    take_last(tools, kept, 1);
    take_last(system, kept, 1);
    take_last(messages, kept, room - kept.size());
    take_last(system, kept, room - kept.size());
    take_last(tools, kept, room - kept.size());
    for (const CacheControl* mark : kept)
        kept_.insert(mark->raw.text.data());
    if (automatic_)
        kept.push_back(&request.cache_control);
    all_for_an_hour_ = !kept.empty() && std::ranges::all_of(kept, asks_for_an_hour);
}

std::size_t count_marks(const anthropic::MessagesRequest& request)
{
    std::size_t count = count_in(request.system) + (request.cache_control ? 1 : 0);
    for (const anthropic::Message& message : request.messages)
        count += count_in(message.blocks);
    for (const Tool& tool : request.tools)
        count += tool.cache_control ? 1 : 0;
    return count;
}

void append_cache_control(json::Writer& json, const CacheControl& mark)
{
    if (!mark)
        return;
    json.key("cache_control").begin_object().key("type").text("ephemeral");
    if (json::key_is(mark.ttl, "5m") || json::key_is(mark.ttl, "1h"))
        json.key("ttl").string(mark.ttl);
    json.end_object();
}

} // namespace dragoman::translate
