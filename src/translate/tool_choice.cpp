#include "translate/tool_choice.h"

#include "json/document.h"
#include "json/escape.h"
#include "translate/deferred_tools.h"
#include "translate/server_tools.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace dragoman::translate {

namespace {

using anthropic::ThinkingType;
using anthropic::Tool;
using anthropic::ToolChoiceType;
using route::Quirk;

enum class Say : std::uint8_t { nothing, by_parameter, in_words };

bool refuses_force_while_thinking(const anthropic::MessagesRequest& request, const route::Target& target)
{
    const auto type = request.thinking.type;
    return target.has(Quirk::no_forced_tool) && type != ThinkingType::disabled
        && type != ThinkingType::between_tools && (!target.facts || target.facts->thinks());
}

bool forces(ToolChoiceType type) { return type == ToolChoiceType::any || type == ToolChoiceType::tool; }

bool knows_choices(const route::Target& target)
{
    return !target.has(Quirk::no_tool_choice) && (!target.facts || target.facts->supports("tool_choice"));
}

Say how_to_say(const anthropic::MessagesRequest& request, const route::Target& target)
{
    const ToolChoiceType type = request.tool_choice.type;
    if (type == ToolChoiceType::absent || type == ToolChoiceType::other)
        return Say::nothing;
    if (knows_choices(target) && !refuses_force(request, target))
        return Say::by_parameter;
    return type == ToolChoiceType::automatic ? Say::nothing : Say::in_words;
}

void append_chosen_tool(json::Writer& json, const anthropic::MessagesRequest& request,
    const route::Target& target, const ToolNames& names)
{
    const Tool* tool = chosen_tool(request);
    const ServerTool kind = tool ? server_tool(*tool) : ServerTool::none;
    if (kind == ServerTool::web_search || kind == ServerTool::web_fetch) {
        if (target.has(Quirk::web_tools))
            json.key("tool_choice")
                .begin_object()
                .key("type")
                .text(kind == ServerTool::web_search ? "openrouter:web_search" : "openrouter:web_fetch")
                .end_object();
        return;
    }
    if (kind != ServerTool::none)
        return;
    json.key("tool_choice").begin_object().key("type").text("function").key("function").begin_object();
    json.key("name").text(names.upstream(request.tool_choice.name)).end_object().end_object();
}

} // namespace

bool refuses_force(const anthropic::MessagesRequest& request, const route::Target& target)
{
    return forces(request.tool_choice.type)
        && (target.has(Quirk::never_forced) || refuses_force_while_thinking(request, target));
}

bool chooses_by_parameter(const anthropic::MessagesRequest& request, const route::Target& target)
{
    return how_to_say(request, target) == Say::by_parameter;
}

const Tool* chosen_tool(const anthropic::MessagesRequest& request)
{
    const std::string name = json::unescape(request.tool_choice.name);
    for (const Tool& tool : request.tools)
        if (json::unescape(tool.name) == name)
            return &tool;
    return nullptr;
}

void append_tool_choice(json::Writer& json, const anthropic::MessagesRequest& request,
    const route::Target& target, const ToolNames& names)
{
    if (is_web_search_request(request)) {
        if (target.has(Quirk::never_forced))
            return;
        json.key("tool_choice").begin_object().key("type").text("openrouter:web_search").end_object();
        return;
    }
    if (chooses_by_parameter(request, target)) {
        switch (request.tool_choice.type) {
        case ToolChoiceType::automatic:
            json.key("tool_choice").text("auto");
            break;
        case ToolChoiceType::any:
            json.key("tool_choice").text(target.has(Quirk::any_for_required) ? "any" : "required");
            break;
        case ToolChoiceType::none:
            json.key("tool_choice").text("none");
            break;
        default:
            append_chosen_tool(json, request, target, names);
        }
    }
    if (request.tool_choice.disable_parallel_tool_use && !target.has(Quirk::no_parallel_field)
        && !(target.facts && target.facts->refuses("parallel_tool_calls")))
        json.key("parallel_tool_calls").boolean(false);
}

std::string tool_choice_instruction(
    const anthropic::MessagesRequest& request, const route::Target& target, const ToolNames& names)
{
    if (request.tools.empty() || is_web_search_request(request)
        || how_to_say(request, target) != Say::in_words)
        return {};
    switch (request.tool_choice.type) {
    case ToolChoiceType::any:
        return "Answer with a call of one of the tools, not with text.";
    case ToolChoiceType::tool:
        return "Answer with a call of the tool " + names.upstream(request.tool_choice.name)
            + ", not with text.";
    default:
        return "Answer with text and do not call any tool.";
    }
}

} // namespace dragoman::translate
