#include "translate/deferred_tools.h"

#include "json/document.h"
#include "json/escape.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace dragoman::translate {

namespace {

using anthropic::Block;
using anthropic::Blocks;
using anthropic::BlockType;
using anthropic::Tool;

class ToolSelection {
public:
    ToolSelection(const anthropic::MessagesRequest& request, Notes& notes)
        : request_(request)
        , notes_(notes)
    {
    }

    std::vector<const Tool*> select();

private:
    void declare();
    void read(const Block& block);
    void refer_to(json::RawString name);
    void load(const Tool& tool);
    bool is_loaded(json::RawString name);

    const anthropic::MessagesRequest& request_;
    Notes& notes_;
    bool loads_all_ = false;
    std::vector<const Tool*> loaded_ {};
    bool loaded_plainly_ = true; // no name of them is spelled with an escape
    std::unordered_set<std::string> loaded_names_ {}; // once there are many
    std::unordered_map<std::string, const Tool*> deferred_ {};
    std::unordered_set<std::string> removed_ {};
};

bool is_plain(json::RawString name) { return name.escaped.find('\\') == std::string_view::npos; }

std::vector<const Tool*> ToolSelection::select()
{
    loaded_.reserve(request_.tools.size());
    declare();
    for (const anthropic::Message& message : request_.messages)
        for (const Block& block : message.blocks)
            read(block);
    refer_to(request_.tool_choice.name);
    if (!removed_.empty())
        std::erase_if(
            loaded_, [this](const Tool* tool) { return removed_.contains(json::unescape(tool->name)); });
    return std::move(loaded_);
}

void ToolSelection::declare()
{
    loads_all_ = std::ranges::any_of(
        request_.tools, [](const Tool& tool) { return tool.type.escaped.starts_with("tool_search_tool_"); });
    for (const Tool& tool : request_.tools) {
        if (is_placeholder(tool))
            continue;
        if (!tool.callable_directly)
            notes_.drop("tools.allowed_callers");
        else if (tool.defer_loading && !loads_all_)
            deferred_.try_emplace(json::unescape(tool.name), &tool);
        else
            load(tool);
    }
}

void ToolSelection::read(const Block& block)
{
    switch (block.type) {
    case BlockType::tool_use:
    case BlockType::tool_reference:
        return refer_to(block.name);
    case BlockType::tool_addition:
        removed_.erase(json::unescape(block.name));
        for (const Tool& tool : block.details->definition)
            load(tool);
        return refer_to(block.name);
    case BlockType::tool_removal:
        removed_.insert(json::unescape(block.name));
        return;
    default:
        for (const Block& nested : block.content)
            read(nested);
    }
}

void ToolSelection::refer_to(json::RawString name)
{
    if (deferred_.empty())
        return;
    const auto found = deferred_.find(json::unescape(name));
    if (found != deferred_.end())
        load(*found->second);
}

// Upstreams refuse a name that is declared twice; the first one counts.
void ToolSelection::load(const Tool& tool)
{
    if (tool.name.empty() || !is_loaded(tool.name))
        loaded_.push_back(&tool);
}

// Few are looked through.
bool ToolSelection::is_loaded(json::RawString name)
{
    constexpr std::size_t few = 64;
    loaded_plainly_ = loaded_plainly_ && is_plain(name);
    if (loaded_.size() < few)
        return std::ranges::any_of(loaded_, [&](const Tool* tool) {
            return tool->name == name
                || (!loaded_plainly_ && json::unescape(tool->name) == json::unescape(name));
        });
    if (loaded_names_.empty())
        for (const Tool* tool : loaded_)
            loaded_names_.insert(json::unescape(tool->name));
    return !loaded_names_.insert(json::unescape(name)).second;
}

void add_called(std::unordered_set<std::string>& names, const Blocks& blocks)
{
    for (const Block& block : blocks) {
        if (block.type == BlockType::tool_use)
            names.insert(json::unescape(block.name));
        add_called(names, block.content);
    }
}

// Drops from the end, but what was called at last.
void shorten(std::vector<const Tool*>& tools, const anthropic::MessagesRequest& request)
{
    std::unordered_set<std::string> called_names;
    for (const anthropic::Message& message : request.messages)
        add_called(called_names, message.blocks);
    std::size_t surplus = tools.size() - tools_max;
    std::vector<bool> drop(tools.size(), false);
    for (bool called : { false, true })
        for (std::size_t i = tools.size(); i-- > 0 && surplus > 0;)
            if (called_names.contains(json::unescape(tools[i]->name)) == called) {
                drop[i] = true;
                --surplus;
            }
    std::size_t i = 0;
    std::erase_if(tools, [&](const Tool*) { return drop[i++]; });
}

} // namespace

bool is_placeholder(const Tool& tool) { return json::key_is(tool.name, "DeferredToolPlaceholder"); }

std::vector<const Tool*> active_tools(
    const anthropic::MessagesRequest& request, const route::Target& target, Notes& notes)
{
    std::vector<const Tool*> tools = ToolSelection(request, notes).select();
    if (tools.size() > tools_max && !target.has(route::Quirk::many_tools)) {
        shorten(tools, request);
        notes.drop("tools beyond 128");
    }
    return tools;
}

} // namespace dragoman::translate
