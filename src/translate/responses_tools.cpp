#include "translate/responses_tools.h"

#include "json/escape.h"
#include "translate/deferred_tools.h"
#include "translate/schema.h"
#include "translate/server_tools.h"

#include <string>
#include <vector>

namespace dragoman::translate {

namespace {

using anthropic::Tool;
using anthropic::ToolChoiceType;

bool is_given(json::RawValue list) { return !list.empty() && list.text != "[]"; }

class ToolWriter {
public:
    ToolWriter(json::Writer& json, const ToolScene& scene)
        : json_(json)
        , scene_(scene)
    {
    }

    Result<void> write();

private:
    bool is_sent(const Tool& tool);
    void write_function(const Tool& tool);
    void write_search(const Tool& tool);
    void write_choice();
    void write_chosen_tool();

    json::Writer& json_;
    const ToolScene& scene_;
};

Result<void> ToolWriter::write()
{
    std::vector<const Tool*> tools = active_tools(scene_.request, scene_.target, scene_.notes);
    if (auto possible = refuse_toolsets(tools); !possible)
        return possible;
    std::erase_if(tools, [this](const Tool* tool) { return !is_sent(*tool); });
    if (scene_.plan.web_search)
        scene_.plan.web_search_query = web_search_query(scene_.request);
    if (tools.empty())
        return {};
    json_.key("tools").begin_array();
    for (const Tool* tool : tools) {
        if (server_tool(*tool) == ServerTool::none)
            write_function(*tool);
        else
            write_search(*tool);
    }
    json_.end_array();
    write_choice();
    return {};
}

// Notes what has no counterpart.
bool ToolWriter::is_sent(const Tool& tool)
{
    const ServerTool kind = server_tool(tool);
    if (kind == ServerTool::none)
        return true;
    if (kind == ServerTool::web_search) {
        const bool first = !scene_.plan.web_search;
        scene_.plan.web_search = true;
        if (!scene_.target.has(route::Quirk::no_search))
            return first;
    }
    scene_.notes.drop("tools." + json::unescape(json::clip(tool.type, 64)));
    return false;
}

void ToolWriter::write_function(const Tool& tool)
{
    json_.begin_object().key("type").text("function");
    append_function(json_, tool, scene_);
    const bool refused = scene_.target.has(route::Quirk::no_strict);
    const bool strict =
        tool.strict.value_or(false) && !refused && is_strict_when_sent(tool.input_schema, scene_.target);
    if (tool.strict.value_or(false) && !strict)
        scene_.notes.drop("tools.strict");
    if (!refused)
        json_.key("strict").boolean(strict);
    json_.end_object();
}

void ToolWriter::write_search(const Tool& tool)
{
    json_.begin_object().key("type").text("web_search");
    const bool allows = is_given(tool.allowed_domains);
    if (allows || is_given(tool.blocked_domains)) {
        json_.key("filters").begin_object();
        json_.key(allows ? "allowed_domains" : "blocked_domains");
        json_.raw(allows ? tool.allowed_domains : tool.blocked_domains).end_object();
    }
    if (!tool.user_location.empty())
        json_.key("user_location").raw(tool.user_location);
    json_.end_object();
}

void ToolWriter::write_choice()
{
    const anthropic::MessagesRequest& request = scene_.request;
    if (is_web_search_request(request)) {
        if (!scene_.target.has(route::Quirk::never_forced))
            json_.key("tool_choice").text("required");
        if (!request.tools.front().max_uses.empty())
            json_.key("max_tool_calls").raw(request.tools.front().max_uses);
        return;
    }
    if (chooses_by_parameter(request, scene_.target)) {
        if (request.tool_choice.type == ToolChoiceType::automatic)
            json_.key("tool_choice").text("auto");
        else if (request.tool_choice.type == ToolChoiceType::any)
            json_.key("tool_choice").text("required");
        else if (request.tool_choice.type == ToolChoiceType::none)
            json_.key("tool_choice").text("none");
        else
            write_chosen_tool();
    }
    if (request.tool_choice.disable_parallel_tool_use && !scene_.target.has(route::Quirk::no_parallel_field)
        && !(scene_.target.facts && scene_.target.facts->refuses("parallel_tool_calls")))
        json_.key("parallel_tool_calls").boolean(false);
}

void ToolWriter::write_chosen_tool()
{
    const Tool* tool = chosen_tool(scene_.request);
    const ServerTool kind = tool ? server_tool(*tool) : ServerTool::none;
    if (kind == ServerTool::web_search && scene_.target.has(route::Quirk::no_search))
        return;
    if (kind == ServerTool::web_search)
        json_.key("tool_choice").begin_object().key("type").text("web_search").end_object();
    else if (kind == ServerTool::none)
        json_.key("tool_choice")
            .begin_object()
            .key("type")
            .text("function")
            .key("name")
            .text(scene_.names.upstream(scene_.request.tool_choice.name))
            .end_object();
}

} // namespace

Result<void> append_responses_tools(json::Writer& json, const ToolScene& scene)
{
    return ToolWriter(json, scene).write();
}

} // namespace dragoman::translate
